/** The relay's own WebSocket, as the relay sees it. */
export interface RelaySocket {
  sendText(text: string): void;
  /** Sends `head` and `bytes` as one binary message. `bytes` may be used again after the call. */
  sendBinary(head: Uint8Array, bytes: Uint8Array): void;
  /** Bytes that the page has not yet taken. */
  readonly bufferedBytes: number;
  close(code: number, reason: string): void;
}

/** What the relay's WebSocket tells. Payloads are valid during the call only. */
export interface RelaySocketEvents {
  text(text: string): void;
  binary(frame: Uint8Array): void;
  closed(): void;
}
