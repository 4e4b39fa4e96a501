/** The answer is no. `code` is a word that stays; the message is for people. */
export class RequestError extends Error {
  override readonly name = "RequestError";
  readonly code: string;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;

  constructor(code: string, retryable: boolean, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.retryable = retryable;
  }
}
