import { randomBytes } from "node:crypto";

export interface MultipartFile {
  readonly name: string;
  readonly fileName: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

export interface Multipart {
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** multipart/form-data (RFC 7578) of text fields and one file, in that order. */
export function formatMultipart(fields: Readonly<Record<string, string>>, file: MultipartFile): Multipart {
  const boundary = `----weapp-socket-${randomBytes(16).toString("hex")}`;
  const parts: Uint8Array[] = [];
  for (const [name, value] of Object.entries(fields)) {
    parts.push(
      Buffer.from(
        `--${boundary}\r\ncontent-disposition: form-data; name="${quote(name)}"\r\n\r\n${value}\r\n`,
      ),
    );
  }
  const disposition = `form-data; name="${quote(file.name)}"; filename="${quote(file.fileName)}"`;
  const type = file.contentType.replaceAll(/[\r\n]/gu, "");
  parts.push(
    Buffer.from(`--${boundary}\r\ncontent-disposition: ${disposition}\r\ncontent-type: ${type}\r\n\r\n`),
    file.bytes,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  );
  return { contentType: `multipart/form-data; boundary=${boundary}`, body: Buffer.concat(parts) };
}

function quote(text: string): string {
  return text.replaceAll("\r", "%0D").replaceAll("\n", "%0A").replaceAll('"', "%22");
}
