import type { ClientInput, ClientMachine, ClientOutput } from "@weapp-socket/protocol";
import type { Clock } from "./clock.js";

/** The loop around the machine: one input, its outputs in order, one timer. */
export interface Driver {
  readonly input: (what: ClientInput) => void;
  readonly run: (outputs: readonly ClientOutput[]) => void;
}

/** `act` is called for each output, `rest` when nothing is left to act on. */
export function createDriver(
  machine: ClientMachine,
  clock: Clock,
  now: () => number,
  act: (output: ClientOutput) => void,
  rest: () => void,
): Driver {
  let waiting: ClientOutput[] = [];
  let isRunning = false;
  let cancel: (() => void) | undefined;

  /** Always anew: while an app is suspended its timers may stand still, and one that was armed before comes too late. */
  function arm(): void {
    if (cancel !== undefined) cancel();
    const { deadline } = machine;
    cancel =
      deadline === undefined
        ? undefined
        : clock.setTimer(Math.max(0, deadline - now()), () => input({ type: "tick" }));
  }

  /** What listeners ask for meanwhile waits its turn: the wire has the machine's order. */
  function run(outputs: readonly ClientOutput[]): void {
    waiting = waiting.concat(outputs);
    if (isRunning) return;
    isRunning = true;
    for (let output = waiting.shift(); output !== undefined; output = waiting.shift()) act(output);
    isRunning = false;
    arm();
    rest();
  }

  function input(what: ClientInput): void {
    run(machine.handle(what, now()));
  }

  return { input, run };
}
