import type { JsonObject, JsonValue } from "../program.js";
import type { CallOptions, CallResult, Implementation } from "./call.js";
import { wrongType, type WxFunctions } from "./functions.js";
import { isPhonePath, type PhoneFiles } from "./phone-files.js";
import {
  DEFAULT_TIMEOUT_MS,
  request,
  requestFailure,
  requestHeader,
  type HostCall,
  type HostCallOptions,
  type HttpAnswer,
} from "./request.js";
import { textOf } from "./text.js";

export interface TransferParts {
  readonly host: HostCall;
  readonly files: PhoneFiles;
  readonly readPackageFile: (path: string) => ArrayBuffer | null;
  /** app.json's networkTimeout: milliseconds by function. */
  readonly timeouts: Readonly<Record<string, number | undefined>>;
  /** Makes a function of its two forms. */
  readonly bind: (api: string, act: Implementation) => (options?: unknown) => Promise<CallResult> | undefined;
}

type Perform = (
  options: CallOptions,
  transfer: Pick<HostCallOptions, "signal" | "onEvent">,
) => Promise<CallResult>;

/** request, uploadFile and downloadFile: each gives a task that can be listened to and aborted. */
export function transferFunctions(parts: TransferParts): WxFunctions {
  const start = (api: string, perform: Perform) => (options?: unknown) =>
    startTask(parts, api, perform, options);
  return {
    plain: {
      request: start("request", (options, transfer) =>
        request(parts.host, options, parts.timeouts["request"], transfer),
      ),
      uploadFile: start("uploadFile", (options, transfer) => upload(parts, options, transfer)),
      downloadFile: start("downloadFile", (options, transfer) => download(parts, options, transfer)),
    },
  };
}

/** Events of the host, by the name of the task's function that listens to them. */
const TASK_EVENTS = ["HeadersReceived", "ChunkReceived", "ProgressUpdate"] as const;

function startTask(parts: TransferParts, api: string, perform: Perform, options: unknown): object {
  const abort = new AbortController();
  const listeners: Record<string, ((payload: unknown) => void)[]> = {};
  const task: Record<string, unknown> = { abort: () => abort.abort() };
  for (const name of TASK_EVENTS) {
    task[`on${name}`] = (listener: unknown) => {
      if (typeof listener === "function")
        (listeners[name] ??= []).push(listener as (payload: unknown) => void);
    };
    task[`off${name}`] = (listener?: unknown) => {
      listeners[name] =
        listener === undefined ? [] : (listeners[name] ?? []).filter((each) => each !== listener);
    };
  }
  const onEvent = (name: string, data: JsonValue, body: ArrayBuffer | null): void => {
    const [event, payload] = taskEvent(api, name, data, body);
    for (const listener of listeners[event] ?? []) listener(payload);
  };
  const promise = parts.bind(api, (given) => perform(given, { signal: abort.signal, onEvent }))(options);
  return promise === undefined ? task : Object.assign(promise, task);
}

function taskEvent(
  api: string,
  name: string,
  data: JsonValue,
  body: ArrayBuffer | null,
): readonly [name: string, payload: object] {
  if (name === "chunk") return ["ChunkReceived", { data: body }];
  if (name === "headers") return ["HeadersReceived", data as JsonObject];
  const { bytes, totalBytes } = data as { readonly bytes: number; readonly totalBytes: number | null };
  const total = totalBytes ?? 0;
  const written = api === "uploadFile" ? "totalBytesSent" : "totalBytesWritten";
  const expected = api === "uploadFile" ? "totalBytesExpectedToSend" : "totalBytesExpectedToWrite";
  return [
    "ProgressUpdate",
    { progress: total === 0 ? 0 : Math.floor((bytes * 100) / total), [written]: bytes, [expected]: total },
  ];
}

const upload = async (
  { host, files, readPackageFile, timeouts }: TransferParts,
  options: CallOptions,
  transfer: Pick<HostCallOptions, "signal" | "onEvent">,
): Promise<CallResult> => {
  const { url, filePath, name } = options;
  for (const [option, value] of Object.entries({ url, filePath, name })) {
    if (typeof value !== "string") return { errMsg: wrongType("uploadFile", option, "String", value) };
  }
  const path = filePath as string;
  const content = isPhonePath(path)
    ? files.get(path)?.bytes.slice().buffer
    : readPackageFile(path.replace(/^\/+/u, ""));
  if (content === undefined || content === null) return { errMsg: "uploadFile:fail file not found" };
  try {
    const reply = await host(
      "upload",
      {
        url: url as string,
        name: name as string,
        fileName: path.split("/").at(-1) ?? path,
        header: requestHeader(options["header"]),
        formData: textRecord(options["formData"]),
        timeoutMs: Number(options["timeout"] ?? timeouts["uploadFile"] ?? DEFAULT_TIMEOUT_MS),
      },
      { ...transfer, body: content },
    );
    const { statusCode, header, cookies } = reply.result as unknown as HttpAnswer;
    const data = new TextDecoder().decode(reply.body ?? new ArrayBuffer(0));
    return { errMsg: "uploadFile:ok", statusCode, header, cookies, data };
  } catch (error) {
    return requestFailure("uploadFile", error);
  }
};

const download = async (
  { host, files, timeouts }: TransferParts,
  options: CallOptions,
  transfer: Pick<HostCallOptions, "signal" | "onEvent">,
): Promise<CallResult> => {
  const { url, filePath } = options;
  if (typeof url !== "string") return { errMsg: wrongType("downloadFile", "url", "String", url) };
  try {
    const reply = await host(
      "download",
      {
        url,
        header: requestHeader(options["header"]),
        timeoutMs: Number(options["timeout"] ?? timeouts["downloadFile"] ?? DEFAULT_TIMEOUT_MS),
      },
      transfer,
    );
    const { statusCode, header, cookies } = reply.result as unknown as HttpAnswer;
    const path =
      typeof filePath === "string" && filePath !== ""
        ? filePath
        : files.temporaryPath(extensionOf(url, header));
    files.write(path, new Uint8Array(reply.body ?? new ArrayBuffer(0)));
    return {
      errMsg: "downloadFile:ok",
      statusCode,
      header,
      cookies,
      ...(path === filePath ? { filePath: path } : { tempFilePath: path }),
    };
  } catch (error) {
    return requestFailure("downloadFile", error);
  }
};

function textRecord(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(value ?? {}).map(([name, item]) => [name, String(item)]));
}

function extensionOf(url: string, header: JsonObject): string {
  const type = Object.entries(header).find(([name]) => name.toLowerCase() === "content-type")?.[1];
  const known = /^(?:image|audio|video|application)\/(?:x-)?([a-z\d]+)/u.exec(textOf(type))?.[1];
  const written = /\.([a-z\d]{1,5})(?:[?#].*)?$/iu.exec(url)?.[1];
  return written ?? (known === undefined || known === "octet" ? "unknown" : known === "jpeg" ? "jpg" : known);
}
