/** One unmasked frame, final. Text for a string, binary for bytes, unless `opcode` says else. */
export function frame(data: string | readonly number[], opcode?: number): Buffer {
  const payload = typeof data === "string" ? Buffer.from(data) : Buffer.from(data);
  const head =
    payload.length < 126
      ? Buffer.from([0, payload.length])
      : payload.length < 65_536
        ? Buffer.from([0, 126, payload.length >> 8, payload.length & 0xff])
        : Buffer.from([0, 127, 0, 0, 0, 0, 0, 0, 0, 0]);
  if (payload.length >= 65_536) head.writeUInt32BE(payload.length, 6);
  head[0] = 0x80 | (opcode ?? (typeof data === "string" ? 1 : 2));
  return Buffer.concat([head, payload]);
}

export interface FrameHearer {
  message(data: string | readonly number[]): void;
  ping(payload: readonly number[]): void;
  close(code: number | undefined, reason: string, payload: readonly number[]): void;
}

/** Reads a client's frames: masked, whole or in fragments, uncompressed. */
export class FrameScanner {
  readonly #hearer: FrameHearer;
  #rest: Buffer = Buffer.alloc(0);
  #fragments: Buffer[] = [];
  #opcode = 0;

  constructor(hearer: FrameHearer) {
    this.#hearer = hearer;
  }

  push(chunk: Uint8Array): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (this.#readFrame());
  }

  #readFrame(): boolean {
    const bytes = this.#rest;
    if (bytes.length < 2) return false;
    let length = bytes[1]! & 0x7f;
    let at = 2;
    if (length === 126) {
      if (bytes.length < 4) return false;
      length = bytes.readUInt16BE(2);
      at = 4;
    } else if (length === 127) {
      if (bytes.length < 10) return false;
      length = bytes.readUInt32BE(6);
      at = 10;
    }
    if (bytes.length < at + 4 + length) return false;
    const mask = bytes.subarray(at, at + 4);
    const payload = Buffer.from(bytes.subarray(at + 4, at + 4 + length));
    for (let index = 0; index < payload.length; index += 1) payload[index]! ^= mask[index & 3]!;
    this.#rest = bytes.subarray(at + 4 + length);
    this.#take(bytes[0]!, payload);
    return true;
  }

  #take(first: number, payload: Buffer): void {
    const opcode = first & 0xf;
    if (opcode === 0x8) {
      const code = payload.length < 2 ? undefined : payload.readUInt16BE(0);
      this.#hearer.close(code, payload.subarray(2).toString("utf8"), [...payload]);
    } else if (opcode === 0x9) this.#hearer.ping([...payload]);
    else if (opcode < 3) {
      if (opcode > 0) this.#opcode = opcode;
      this.#fragments.push(payload);
      if ((first & 0x80) === 0) return;
      const whole = Buffer.concat(this.#fragments);
      this.#fragments = [];
      this.#hearer.message(this.#opcode === 1 ? whole.toString("utf8") : [...whole]);
    }
  }
}
