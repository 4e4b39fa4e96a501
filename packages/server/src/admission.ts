import { isChannelName } from "@weapp-socket/protocol";
import { NO_WISHES, readWishes, type RawWishes } from "./access.js";
import { isDevice, type Authenticate, type Identity } from "./auth/identity.js";
import { createOriginRule, type OriginVerdict } from "./auth/origin.js";
import { readToken } from "./auth/token-source.js";
import type { MaybePromise } from "./broker/maybe-promise.js";
import type { Handshake, ReceivedHandshake } from "./handshake.js";
import { toProblem, type Problem } from "./http/problem.js";
import type { Settings } from "./options.js";
import { RequestError } from "./request-error.js";

/** A client that may come in. */
export interface Admitted {
  readonly identity: Identity | undefined;
  readonly wishes: RawWishes;
  /** It has not said who it is, and is to do so by its first message. */
  readonly owesToken: boolean;
}

const MAX_REPLAY = 1000;
const FOREIGN_ORIGIN: Problem = {
  status: 403,
  code: "origin",
  detail: "Origin: not among those that may connect",
};
const UNKNOWN_TOKEN: Problem = { status: 401, detail: "token: expected one that is known here" };
const NOBODY: Admitted = { identity: undefined, wishes: NO_WISHES, owesToken: false };

/** A client in session mode that may come in; it may yet say who it is in its hello. */
export interface SessionAdmitted {
  readonly identity: Identity | undefined;
  /** Whether nobody may stay unknown. */
  readonly needsIdentity: boolean;
}

/** Decides who comes in: Origin, proof of identity, and the channels that the client asks for in its query. */
export class Admission {
  private readonly settings: Settings;
  private readonly redeemTicket: Authenticate;
  private readonly judgeOrigin: ((handshake: Handshake) => OriginVerdict) | undefined;

  constructor(settings: Settings, redeemTicket: Authenticate) {
    this.settings = settings;
    this.redeemTicket = redeemTicket;
    const { origins } = settings;
    this.judgeOrigin = origins === undefined ? undefined : createOriginRule({ origins });
  }

  /** At once where nobody has to be asked. Never throws and never rejects, except by a fault of the application. */
  decide(handshake: ReceivedHandshake): MaybePromise<Admitted | Problem> {
    if (this.isPlain(handshake)) return NOBODY;
    const verdict = this.judgeOrigin?.(handshake) ?? "allow";
    if (verdict === "refuse") return FOREIGN_ORIGIN;
    return this.ask(handshake, verdict === "token");
  }

  /** Of a client in session mode. Never rejects, except by a fault of the application. */
  async decideSession(handshake: Handshake): Promise<SessionAdmitted | Problem> {
    const verdict = this.judgeOrigin?.(handshake) ?? "allow";
    if (verdict === "refuse") return FOREIGN_ORIGIN;
    const needsIdentity = this.settings.requireIdentity || verdict === "token";
    const token = readToken(handshake, this.settings.tokenSource);
    try {
      const identity = await this.identify(handshake, token);
      return identity === undefined && needsIdentity && token !== undefined
        ? UNKNOWN_TOKEN
        : { identity, needsIdentity };
    } catch (error) {
      return toRefusal(error);
    }
  }

  /** Of a client that owed its token. */
  async decideToken(handshake: Handshake, token: string, wishes: RawWishes): Promise<Identity | Problem> {
    try {
      const identity = await this.identify(handshake, token);
      if (identity === undefined) return UNKNOWN_TOKEN;
      await this.authorizeJoins(wishes, identity);
      return identity;
    } catch (error) {
      return toRefusal(error);
    }
  }

  /** The client is nobody, wishes nothing, and everybody may come: most servers without `authenticate`. */
  private isPlain(handshake: ReceivedHandshake): boolean {
    const { authenticate, origins, tokenInFirstMessage, requireIdentity } = this.settings;
    return (
      authenticate === undefined &&
      origins === undefined &&
      !tokenInFirstMessage &&
      !requireIdentity &&
      !handshake.target.includes("?") &&
      !handshake.hasHeader("authorization")
    );
  }

  private async ask(handshake: Handshake, needsToken: boolean): Promise<Admitted | Problem> {
    const { requireIdentity, tokenInFirstMessage, tokenSource } = this.settings;
    try {
      const token = readToken(handshake, tokenSource);
      const identity = await this.identify(handshake, token);
      if (identity === undefined && (requireIdentity || needsToken)) {
        const owesToken = tokenInFirstMessage && token === undefined;
        if (!owesToken) return UNKNOWN_TOKEN;
        return { ...NOBODY, owesToken, wishes: checkWishes(readWishes(handshake), this.settings) };
      }
      const wishes = checkWishes(readWishes(handshake), this.settings);
      await this.authorizeJoins(wishes, identity);
      return { identity, wishes, owesToken: false };
    } catch (error) {
      return toRefusal(error);
    }
  }

  /** @throws RequestError `forbidden` where one of the channels is not for this client. */
  private async authorizeJoins(wishes: RawWishes, identity: Identity | undefined): Promise<void> {
    for (const channel of wishes.channels) {
      if (await this.settings.authorize({ action: "join", channel, identity })) continue;
      throw new RequestError("forbidden", false, `channel ${channel}: this client may not join it`);
    }
  }

  /** @throws RequestError where the answer is no. */
  async identify(
    handshake: Handshake,
    token: string | undefined,
    device: string | undefined = handshake.query.get("device") ?? undefined,
  ): Promise<Identity | undefined> {
    const credentials = {
      ...(token !== undefined && { token }),
      ...(isDevice(device) && { device }),
    };
    return (
      (await this.redeemTicket(handshake, credentials)) ??
      (await this.settings.authenticate?.(handshake, credentials))
    );
  }
}

/** @throws RequestError `bad-request` where a wish cannot be. */
function checkWishes(wishes: RawWishes, { maxChannels }: Settings): RawWishes {
  const { channels, last, after } = wishes;
  const bad = channels.find((name) => !isChannelName(name) || name.startsWith("~"));
  if (bad !== undefined) throw badRequest("channels: expected names of channels, separated by commas");
  if (channels.length > maxChannels) {
    throw new RequestError("too-many-channels", false, `channels: expected at most ${maxChannels}`);
  }
  if (last !== undefined && !(Number.isInteger(last) && last >= 1 && last <= MAX_REPLAY)) {
    throw badRequest(`last: expected an integer from 1 to ${MAX_REPLAY}`);
  }
  if (after !== undefined && channels.length !== 1) {
    throw badRequest("after: expected exactly one channel with it");
  }
  return wishes;
}

function badRequest(message: string): RequestError {
  return new RequestError("bad-request", false, message);
}

/** @throws what is no RequestError: a fault of the application, or ours. */
function toRefusal(error: unknown): Problem {
  if (error instanceof RequestError) return toProblem(error);
  throw error;
}
