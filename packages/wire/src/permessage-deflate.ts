import type { Extension } from "./extension.js";

/** RFC 7692. The extension's name on the wire. */
export const PERMESSAGE_DEFLATE = "permessage-deflate";

/** What both ends agreed on. Window bits are 8 to 15. */
export interface DeflateParameters {
  readonly serverNoContextTakeover: boolean;
  readonly clientNoContextTakeover: boolean;
  readonly serverMaxWindowBits: number;
  readonly clientMaxWindowBits: number;
}

/** What a client asks for, or a server insists on. */
export interface DeflateWishes {
  readonly serverNoContextTakeover?: boolean;
  readonly clientNoContextTakeover?: boolean;
  readonly serverMaxWindowBits?: number;
  /** A client offers this to say that it can limit its window. */
  readonly clientMaxWindowBits?: number;
}

interface Parsed {
  readonly serverNoContextTakeover: boolean;
  readonly clientNoContextTakeover: boolean;
  readonly serverMaxWindowBits: number | undefined;
  readonly clientMaxWindowBits: number | true | undefined;
}

/** The client's offer, for its handshake. */
export function offerDeflate(wishes: DeflateWishes = {}): Extension {
  const parameters: Array<readonly [string, string | true]> = [];
  if (wishes.serverNoContextTakeover === true) parameters.push(["server_no_context_takeover", true]);
  if (wishes.clientNoContextTakeover === true) parameters.push(["client_no_context_takeover", true]);
  if (wishes.serverMaxWindowBits !== undefined) {
    parameters.push(["server_max_window_bits", String(wishes.serverMaxWindowBits)]);
  }
  const client = wishes.clientMaxWindowBits;
  parameters.push(["client_max_window_bits", client === undefined ? true : String(client)]);
  return { name: PERMESSAGE_DEFLATE, parameters };
}

/**
 * The server's answer to the client's offers: the first that it can take, or undefined. `wishes` are the server's own:
 * it may limit both windows and refuse both takeovers.
 */
export function acceptDeflate(
  offers: readonly Extension[],
  wishes: DeflateWishes = {},
): { readonly parameters: DeflateParameters; readonly response: Extension } | undefined {
  for (const offer of offers) {
    if (offer.name !== PERMESSAGE_DEFLATE) continue;
    const parsed = parse(offer, "offer");
    if (parsed === undefined) continue;
    // A window that the client did not offer to limit cannot be limited.
    if (wishes.clientMaxWindowBits !== undefined && parsed.clientMaxWindowBits === undefined) continue;
    return answer(parsed, wishes);
  }
  return undefined;
}

/** What a client agreed to by the server's response; undefined when the response answers nothing that was offered. */
export function acceptDeflateResponse(
  response: Extension,
  offered: DeflateWishes,
): DeflateParameters | undefined {
  const parsed = response.name === PERMESSAGE_DEFLATE ? parse(response, "response") : undefined;
  if (parsed === undefined) return undefined;
  const serverMaxWindowBits = parsed.serverMaxWindowBits ?? 15;
  const clientMaxWindowBits = (parsed.clientMaxWindowBits as number | undefined) ?? 15;
  if (offered.serverMaxWindowBits !== undefined && serverMaxWindowBits > offered.serverMaxWindowBits)
    return undefined;
  if (offered.serverNoContextTakeover === true && !parsed.serverNoContextTakeover) return undefined;
  return {
    serverNoContextTakeover: parsed.serverNoContextTakeover,
    clientNoContextTakeover: parsed.clientNoContextTakeover || offered.clientNoContextTakeover === true,
    serverMaxWindowBits,
    clientMaxWindowBits: Math.min(clientMaxWindowBits, offered.clientMaxWindowBits ?? 15),
  };
}

function answer(
  parsed: Parsed,
  wishes: DeflateWishes,
): { parameters: DeflateParameters; response: Extension } {
  const offeredClient = parsed.clientMaxWindowBits === true ? 15 : (parsed.clientMaxWindowBits ?? 15);
  const parameters: DeflateParameters = {
    serverNoContextTakeover: parsed.serverNoContextTakeover || wishes.serverNoContextTakeover === true,
    clientNoContextTakeover: parsed.clientNoContextTakeover || wishes.clientNoContextTakeover === true,
    serverMaxWindowBits: Math.min(parsed.serverMaxWindowBits ?? 15, wishes.serverMaxWindowBits ?? 15),
    clientMaxWindowBits: Math.min(offeredClient, wishes.clientMaxWindowBits ?? 15),
  };
  const list: Array<readonly [string, string | true]> = [];
  if (parameters.serverNoContextTakeover) list.push(["server_no_context_takeover", true]);
  if (parameters.clientNoContextTakeover) list.push(["client_no_context_takeover", true]);
  if (parameters.serverMaxWindowBits < 15)
    list.push(["server_max_window_bits", String(parameters.serverMaxWindowBits)]);
  if (parameters.clientMaxWindowBits < 15)
    list.push(["client_max_window_bits", String(parameters.clientMaxWindowBits)]);
  return { parameters, response: { name: PERMESSAGE_DEFLATE, parameters: list } };
}

/** RFC 7692 section 7.1: an unknown, repeated or ill-valued parameter declines the whole element. */
function parse({ parameters }: Extension, side: "offer" | "response"): Parsed | undefined {
  const seen = new Map<string, string | true>();
  for (const [name, value] of parameters) {
    if (seen.has(name)) return undefined;
    seen.set(name, value);
    if (name === "server_no_context_takeover" || name === "client_no_context_takeover") {
      if (value !== true) return undefined;
    } else if (name === "server_max_window_bits") {
      if (windowBits(value) === undefined) return undefined;
    } else if (name === "client_max_window_bits") {
      if (windowBits(value) === undefined && !(value === true && side === "offer")) return undefined;
    } else {
      return undefined;
    }
  }
  const client = seen.get("client_max_window_bits");
  return {
    serverNoContextTakeover: seen.has("server_no_context_takeover"),
    clientNoContextTakeover: seen.has("client_no_context_takeover"),
    serverMaxWindowBits: windowBits(seen.get("server_max_window_bits")),
    clientMaxWindowBits: client === true ? true : windowBits(client),
  };
}

function windowBits(value: string | true | undefined): number | undefined {
  return typeof value === "string" && /^(?:8|9|1[0-5])$/.test(value) ? Number(value) : undefined;
}
