import type { SessionInput, SessionState } from "./inputs.js";
import type { SessionMachine } from "./session-machine.js";
import { page } from "./session-flow.js";
import { early } from "./session-talk.js";

type Handler<I extends SessionInput["type"]> = (
  m: SessionMachine,
  input: Extract<SessionInput, { type: I }>,
  now: number,
) => void;

type Row = { readonly [I in SessionInput["type"]]: Handler<I> };

const nothing = (): void => {};

/** Any state: how a connection ends. Inputs that a state does not name do nothing in it. */
const always: Row = {
  text: nothing,
  binary: (m, _input, now) => m.end("bad-message", now, { message: "frame: expected text, got binary" }),
  authenticated: nothing,
  rejected: (m, input, now) => m.end(input.bye, now, { message: input.message }),
  opened: nothing,
  attached: nothing,
  denied: nothing,
  unsubscribe: nothing,
  renewed: nothing,
  presence: nothing,
  page: nothing,
  done: nothing,
  failed: nothing,
  call: (m, input) =>
    m.emit({
      type: "unanswered",
      id: input.id,
      error: { code: "not-connected", message: "call: the client is not connected", retry: true },
    }),
  end: (m, { type: _type, bye, ...more }, now) => m.end(bye, now, more),
  closed: (m) => m.over(),
  "stood-still": (m, _input, now) => m.stoodStill(now),
  tick: (m, _input, now) => m.tick(now),
};

/** Hello was said, welcome was not. */
const busy: Row = {
  ...always,
  text: (m, input, now) => m.text(input.text, now, (message) => early(m, message, now)),
};

/** The table: what each state does with each input. */
export const sessionHandlers: Readonly<Record<SessionState, Row>> = {
  greeting: { ...always, text: (m, input, now) => m.greet(input, now) },
  authenticating: { ...busy, authenticated: (m, input) => m.authenticated(input) },
  opening: { ...busy, opened: (m, input, now) => m.opened(input, now) },
  attaching: {
    ...busy,
    attached: (m, input, now) => m.attached(input.channel, input, now),
    denied: (m, input, now) => m.deny(input.channel, input.wanted, input.error, now),
  },
  live: {
    ...always,
    text: (m, input, now) => m.talk(input.text, now),
    attached: (m, input, now) => m.attached(input.channel, input, now),
    denied: (m, input, now) => m.deny(input.channel, input.wanted, input.error, now),
    unsubscribe: (m, input, now) => {
      m.detach(input.channel, now);
      m.send({ t: "unsubscribed", c: input.channel, error: input.error }, now);
    },
    renewed: (m, input, now) => m.renewed(input.id, input.expiresAt, now),
    presence: (m, input, now) =>
      m.send({ t: "presence", c: input.channel, joined: input.joined, left: input.left }, now),
    page,
    done: (m, input, now) => m.reply(input.id, input.ok, now),
    failed: (m, input, now) => m.refuse(input.id, input.error, now),
    call: (m, input, now) => m.call(input, now),
  },
  ended: {
    ...always,
    binary: nothing,
    rejected: nothing,
    end: nothing,
    closed: nothing,
    "stood-still": nothing,
    tick: nothing,
  },
};
