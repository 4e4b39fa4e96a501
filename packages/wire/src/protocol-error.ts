/** The peer broke RFC 6455, or a limit; the connection ends with `closeCode`. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError" as const;
  /** 1002 protocol error, 1007 invalid data, 1008 policy (too many fragments), 1009 too big. */
  readonly closeCode: number;

  /** `message` names the thing, what was expected and what came. */
  constructor(closeCode: number, message: string) {
    super(message);
    this.closeCode = closeCode;
  }
}
