import { connect, createServer } from "node:net";
import { CommandError } from "./failure.js";

/** True where nothing answers on this port and it can be bound. The two differ across systems, so both are asked. */
async function isFree(port: number, host: string): Promise<boolean> {
  return !(await answers(port, host)) && (await bind(port, host)) !== undefined;
}

/** True where something accepts connections at this port. */
export function answers(port: number, host: string): Promise<boolean> {
  const target = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return new Promise((resolve) => {
    const socket = connect(port, target);
    const done = (result: boolean): void => {
      socket.destroy();
      resolve(result);
    };
    socket.once("connect", () => done(true)).once("error", () => done(false));
    socket.setTimeout(1000, () => done(false));
  });
}

/** Binds and frees the port again; resolves to it (to the one that was given for 0), or to undefined where it is taken. */
function bind(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") return resolve(undefined);
      return reject(new CommandError(portProblem(error, port, host)));
    });
    server.listen(port, host, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" ? address?.port : undefined));
    });
  });
}

/** What kept a port from being listened on. */
export function portProblem(error: NodeJS.ErrnoException, port: number, host: string): string {
  if (error.code === "EACCES") return `port ${port} may not be used by this user; choose one above 1023`;
  if (error.code === "ENOTFOUND") return `${host} is no address, and no name that leads to one`;
  if (error.code === "EADDRNOTAVAIL") return `${host} is no address of this machine`;
  return `cannot listen on ${host} port ${port}: ${error.message}`;
}

export interface PortClaim {
  readonly port: number;
  readonly host: string;
  /** The option that changes it: "--port". */
  readonly option: string;
  /** Whose it is: "the simulator's". */
  readonly what: string;
}

/** Resolves to the port, a free one for 0. Throws a `CommandError` of one line where it is taken. */
export async function claimPort({ port, host, option, what }: PortClaim): Promise<number> {
  if (port === 0) return (await bind(0, host))!;
  if (await isFree(port, host)) return port;
  throw new CommandError(
    `port ${port}, ${what}, is taken; choose another with ${option}, such as ${option} ${port + 1}`,
  );
}
