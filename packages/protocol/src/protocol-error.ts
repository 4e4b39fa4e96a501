import { byeCodes, type ByeName } from "./bye.js";

/** The peer broke part 2 of PROTOCOL.md; the connection ends with this bye. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError" as const;
  readonly bye: ByeName;

  /** `message` names the thing, what was expected and what came. */
  constructor(bye: ByeName, message: string) {
    super(message);
    this.bye = bye;
  }

  get closeCode(): number {
    return byeCodes[this.bye];
  }
}
