import { FrameReader, FrameScratch, ProtocolError, type FrameReaderOptions } from "@weapp-socket/wire";

/** What a reader heard, as plain values: `text`, `binary` (hex), `ping`, `pong`, `close` or the error at the end. */
export type Heard =
  | { readonly text: string; readonly isAscii: boolean; readonly isCompressed?: true }
  | { readonly binary: string; readonly isCompressed?: true }
  | { readonly ping: string }
  | { readonly pong: string }
  | { readonly close: number; readonly reason: string }
  | { readonly error: number; readonly message: string };

const hex = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(bytes.subarray(start, end)).toString("hex");

/**
 * Pushes copies of the chunks (a reader unmasks in place) and returns everything that was heard. `takesMany`: by a sink that
 * takes ASCII texts many at a time.
 */
export function read(
  chunks: readonly Uint8Array[],
  options: Partial<FrameReaderOptions> = {},
  takesMany = false,
): Heard[] {
  const heard: Heard[] = [];
  const reader = new FrameReader({
    role: "server",
    maxMessageBytes: 65_536,
    scratch: new FrameScratch(),
    ...options,
  });
  const sink = {
    message(
      bytes: Uint8Array,
      start: number,
      end: number,
      isText: boolean,
      isAscii: boolean,
      isCompressed: boolean,
    ) {
      const flag = isCompressed ? ({ isCompressed } as const) : {};
      heard.push(
        isText
          ? { text: Buffer.from(bytes.subarray(start, end)).toString("utf8"), isAscii, ...flag }
          : { binary: hex(bytes, start, end), ...flag },
      );
    },
    ...(takesMany
      ? {
          asciiTexts(bytes: Uint8Array, ranges: Int32Array, count: number) {
            for (let n = 0; n < count; n += 1)
              sink.message(bytes, ranges[n * 2]!, ranges[n * 2 + 1]!, true, true, false);
          },
        }
      : {}),
    ping: (bytes: Uint8Array, start: number, end: number) => heard.push({ ping: hex(bytes, start, end) }),
    pong: (bytes: Uint8Array, start: number, end: number) => heard.push({ pong: hex(bytes, start, end) }),
    close: (code: number, reason: string) => heard.push({ close: code, reason }),
  };
  try {
    for (const chunk of chunks) reader.push(Uint8Array.from(chunk), sink as never);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    heard.push({ error: error.closeCode, message: error.message });
  }
  return heard;
}

/** Cuts bytes at the given places. */
export function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = [...new Set(places.map((place) => place % (bytes.length + 1)))].toSorted((a, b) => a - b);
  return [0, ...sorted].map((start, n) => bytes.subarray(start, sorted[n] ?? bytes.length));
}

export const bytewise = (bytes: Uint8Array): Uint8Array[] => [...bytes].map((byte) => Uint8Array.of(byte));

/** Bytes from hex, spaces allowed. */
export const hexBytes = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));

export const joined = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));
