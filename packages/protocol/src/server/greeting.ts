import type { ErrorBody, Hello } from "../messages.js";

/** What the welcome is to say; nothing that a live connection needs. */
export interface Greeting {
  readonly hello: Hello;
  session: string;
  secret: string;
  isResumed: boolean;
  readonly denied: Record<string, { readonly error: ErrorBody }>;
}

/** A channel on its way to be attached. */
export interface Attaching {
  /** Of the subscribe that asked; 0 for the hello. */
  readonly id: number;
  readonly wanted: string | undefined;
  /** The newest publication that went by meanwhile. */
  head: string | undefined;
}
