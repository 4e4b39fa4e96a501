import { isPhonePath, type FileEntry, type PhoneFiles } from "../wx/phone-files.js";

const PROGRAM_FILES = "../program/files/";

/** Media types of what programs write and show. */
const TYPES: Readonly<Record<string, string>> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  svg: "image/svg+xml",
  mp3: "audio/mpeg",
  aac: "audio/aac",
  wav: "audio/wav",
  mp4: "video/mp4",
  webm: "video/webm",
};

/** Where the browser finds what a program names: a file of its own folder, one of the phone, or an address as it is. */
export function createAssetUrls(files: PhoneFiles): (src: string) => string {
  const urls = new WeakMap<FileEntry, string>();
  return (src) => {
    if (isPhonePath(src)) {
      const entry = files.get(src);
      if (entry === undefined) return src;
      const known = urls.get(entry);
      if (known !== undefined) return known;
      const extension = /\.(\w+)$/u.exec(src)?.[1]?.toLowerCase() ?? "";
      const url = URL.createObjectURL(new Blob([entry.bytes], { type: TYPES[extension] ?? "" }));
      urls.set(entry, url);
      return url;
    }
    return /^(?:https?:|data:|blob:)/iu.test(src) ? src : PROGRAM_FILES + src.replace(/^\.?\//u, "");
  };
}

/** A file of the program's folder, at once: `wx.getFileSystemManager().readFileSync` cannot wait. */
export function readPackageFile(path: string): ArrayBuffer | null {
  const request = new XMLHttpRequest();
  request.open("GET", PROGRAM_FILES + path, false);
  // Binary without a response type, which a request that blocks may not have: each byte is a character.
  request.overrideMimeType("text/plain; charset=x-user-defined");
  try {
    request.send();
  } catch {
    return null;
  }
  if (request.status !== 200) return null;
  return Uint8Array.from(request.responseText, (byte) => byte.charCodeAt(0) & 0xff).buffer;
}
