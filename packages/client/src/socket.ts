import type { Core } from "./core.js";
import type { MiniProgram, MiniProgramSocket } from "./mini-program.js";

/** Milliseconds that a socket which refuses to send is given to say that it is closed. */
const BROKEN_MS = 2_000;

/** One socket of the phone, as little of it as can be relied upon. No call throws. */
export interface Socket {
  send(text: string): void;
  close(code: number, reason: string): void;
}

/** Its life is told to the machine, the end once, whatever the phone says how often; `failed` hears the phone's words. */
export function openSocket(
  { api, clock, input }: Core,
  generation: number,
  url: string,
  failed: (text: string) => void,
): Socket {
  let task: MiniProgramSocket | undefined;
  let isOver = false;

  /** The code is a hint at best. */
  function over(code?: number, failure?: string): void {
    if (isOver) return;
    isOver = true;
    if (failure !== undefined) failed(failure);
    input({ type: "closed", generation, code });
  }

  function attempt(act: () => void): boolean {
    try {
      act();
      return true;
    } catch {
      return false;
    }
  }

  function close(code: number, reason: string): void {
    attempt(() => task!.close({ code, reason, fail() {} }));
  }

  /** Some phones keep a failed socket among their five until it is closed. */
  function refused(error: { errMsg: string }): void {
    close(1000, "");
    over(undefined, error.errMsg);
  }

  /** What could not be sent is lost, so the connection is worth nothing; but it may still be there. */
  function broken(): void {
    if (isOver) return;
    close(1000, "");
    clock.setTimer(BROKEN_MS, () => over());
  }

  const options: Parameters<MiniProgram["connectSocket"]>[0] = { url, tcpNoDelay: true, fail: refused };
  if (!/[?&]weapp-socket=1(&|$)/.test(url)) options.protocols = ["weapp-socket.v1"];
  try {
    task = api.connectSocket(options);
    task!.onOpen(() => input({ type: "opened", generation }));
    task!.onMessage((message) => {
      if (typeof message.data === "string") input({ type: "text", generation, text: message.data });
    });
    task!.onClose((closed) => over(closed.code));
    task!.onError(refused);
  } catch (error) {
    // No task came back: `fail` has said why, or the exception does.
    over(undefined, String(error));
  }

  return {
    close,
    send(text) {
      if (!attempt(() => task!.send({ data: text, fail: broken }))) broken();
    },
  };
}
