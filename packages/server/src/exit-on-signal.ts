import { createLeaveListener } from "./leave-signal.js";
import type { PushServer } from "./push-server.js";

export interface ExitOptions {
  /**
   * The closes of the connections are spread over this time, so that their clients do not all come back at once.
   * @defaultValue 10000 ms
   */
  readonly windowMs?: number | undefined;
  /**
   * When the process exits in any case, with 1.
   * @defaultValue `windowMs` and 15000 ms more
   */
  readonly deadlineMs?: number | undefined;
  /** Called before the process exits, for what else has to be closed. */
  readonly beforeExit?: (() => unknown) | undefined;
}

const MARGIN_MS = 15_000;

/**
 * On SIGTERM or SIGINT: drains and closes the server, and exits with 0. A second signal, half a second later or more,
 * exits at once, with 1.
 * @returns takes the listeners away again.
 */
export function exitOnSignal(server: PushServer, options: ExitOptions = {}): () => void {
  const { windowMs = 10_000, deadlineMs = windowMs + MARGIN_MS, beforeExit } = options;
  const leave = async (): Promise<void> => {
    await server.drain({ windowMs });
    await server.close();
    await beforeExit?.();
    process.exit(0);
  };
  const exit = (): void => process.exit(1);
  const onSignal = createLeaveListener(() => {
    setTimeout(exit, deadlineMs).unref();
    leave().catch((error: unknown) => {
      server.emit("error", error);
      exit();
    });
  }, exit);
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  return () => {
    process.off("SIGTERM", onSignal);
    process.off("SIGINT", onSignal);
  };
}
