import type { Socket } from "node:net";
import { codeOf, formatProblemResponse, type Problem } from "./http/problem.js";
import { silentLogger } from "./logger.js";
import type { Settings } from "./options.js";
import { setOwner, type SocketOwner } from "./socket-owner.js";
import type { Stats } from "./stats.js";
import type { TimerWheel, WheelEntry } from "./timer-wheel.js";

/** On whose behalf it is refused. */
export interface Refuser {
  readonly wheel: TimerWheel;
  readonly settings: Settings;
  readonly stats: Stats;
}

/** Answers with a problem and ends the socket. A peer that does not go within `closeTimeoutMs` is thrown out. */
export function refuseSocket(socket: Socket, problem: Problem, { wheel, settings, stats }: Refuser): void {
  stats.refuse(codeOf(problem));
  if (settings.logger !== silentLogger) {
    const { remoteAddress } = socket;
    settings.logger.debug({ code: codeOf(problem), status: problem.status, remoteAddress }, "refused");
  }
  const refused = new RefusedSocket(socket, wheel);
  setOwner(socket, refused);
  wheel.set(refused, settings.closeTimeoutMs);
  socket.end(formatProblemResponse(problem));
}

/** Reads on and throws away what comes: destroying at once could lose the answer on its way. */
class RefusedSocket implements SocketOwner, WheelEntry {
  wheelTick = 0;
  wheelIndex = 0;
  private readonly socket: Socket;
  private readonly wheel: TimerWheel;

  constructor(socket: Socket, wheel: TimerWheel) {
    this.socket = socket;
    this.wheel = wheel;
  }

  onSocketData(): void {}

  onSocketError(): void {}

  onSocketClose(): void {
    this.wheel.clear(this);
  }

  onDeadline(): void {
    this.socket.destroy();
  }
}
