/** The simulator cannot listen where it should. */
export class ListenError extends Error {
  /** "port-in-use": someone else listens there. "address": the host is no address of this machine, or not allowed. */
  readonly code: "port-in-use" | "address";
  readonly port: number;
  readonly host: string;

  constructor(code: ListenError["code"], host: string, port: number, cause: unknown) {
    const message =
      code === "port-in-use"
        ? `port ${port} of ${host} is taken by another program`
        : `cannot listen on ${host} port ${port}: ${cause instanceof Error ? cause.message : String(cause)}`;
    super(message, { cause });
    this.name = "ListenError";
    this.code = code;
    this.port = port;
    this.host = host;
  }
}
