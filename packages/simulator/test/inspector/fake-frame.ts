import type { Conditions } from "../../src/faults/conditions.js";
import { GOOD_CONDITIONS } from "../../src/faults/conditions.js";
import type { Faults } from "../../src/faults/faults.js";
import type { PageHandle, PhoneLook, SimulatorHandle, TreeNode } from "../../src/handle.js";
import type { Diagnostic, Program } from "../../src/program.js";
import { createRecorder, type Recorder } from "../../src/view/recorder.js";
import { createSourcePlaces } from "../../src/view/source-places.js";
import { createAnswers } from "../../src/wx/answers.js";
import { createMemoryStore } from "../../src/wx/memory-store.js";
import { createStorage } from "../../src/wx/storage.js";

/** What a test does to the program that the inspector believes to be running. */
export interface FakeProgram {
  readonly recorder: Recorder;
  /** What the inspector has asked for, as text, oldest first. */
  readonly asked: readonly string[];
  readonly phone: PhoneLook;
  /** Data of the only page. */
  data: unknown;
  connect(url: string): number;
  open(id: number, tookMs: number): void;
  /** Messages from the server, numbered from 1. */
  receive(id: number, data: string | ArrayBuffer): void;
  send(id: number, data: string | ArrayBuffer): void;
  close(id: number, code: number, reason: string): void;
  fail(id: number): void;
  diagnose(diagnostics: readonly Diagnostic[]): void;
}

declare global {
  interface Window {
    fake: FakeProgram;
  }
}

const diagnostics = JSON.parse(sessionStorage.getItem("diagnostics") ?? "[]") as Diagnostic[];
const program = {
  version: 1,
  appId: "wx0123456789abcdef",
  project: {},
  diagnostics,
  pages: ["pages/chat/chat"],
} as unknown as Program;
const recorder = createRecorder(() => Date.now(), createSourcePlaces(new Map(), 0));
const asked: string[] = [];
const search = new URLSearchParams(location.search);
let conditions: Conditions = GOOD_CONDITIONS;
let lastTask = 0;
let phone: PhoneLook = { theme: "auto", statusBarHeight: 0, fontSize: 16 };

const ask =
  (name: string) =>
  (...args: readonly unknown[]): void => {
    asked.push(`${name} ${JSON.stringify(args)}`);
  };
const TREE: TreeNode = {
  tag: "page",
  component: "pages/chat/chat",
  children: [
    {
      tag: "view",
      id: "list",
      class: "list long-name-of-a-class another-one",
      children: [{ tag: "#text", text: "很长的一句话也要写得下".repeat(10), children: [] }],
    },
  ],
};
const page = {
  path: "pages/chat/chat",
  query: { room: "1" },
  data: () => structuredClone(window.fake.data),
  setData: ask("setData"),
  find: () => null,
  findAll: () => [],
  tree: () => TREE,
  at: () => null,
} as unknown as PageHandle;
const storage = createStorage(createMemoryStore());
storage.set("token", { value: "很长的值".repeat(20) });
const answers = createAnswers(() => true);

const bytesOf = (data: string | ArrayBuffer): number =>
  typeof data === "string" ? new TextEncoder().encode(data).length : data.byteLength;
const stamp = (taskId: number): { taskId: number; at: number } => ({ taskId, at: Date.now() });

window.fake = {
  recorder,
  asked,
  get phone() {
    return phone;
  },
  data: { content: "", list: [{ id: 1, from: "me", content: "你好" }], lastId: "m1", isOpen: true },
  connect(url) {
    lastTask += 1;
    recorder.trace({
      ...stamp(lastTask),
      type: "connect",
      url,
      target: url,
      headers: [],
      protocols: [],
      timeoutMs: 60_000,
      callSite: ["at onLoad (weapp:///pages/chat/chat.js:12:21)"],
    });
    return lastTask;
  },
  open(taskId, tookMs) {
    const start = Date.now() - tookMs;
    recorder.trace({
      ...stamp(taskId),
      type: "open",
      listeners: 1,
      header: {
        Upgrade: "websocket",
        Server: "weapp-socket",
        "Sec-WebSocket-Accept": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
      },
      profile: {
        fetchStart: start,
        domainLookUpStart: start,
        domainLookUpEnd: start + tookMs * 0.2,
        connectStart: start + tookMs * 0.2,
        connectEnd: start + tookMs * 0.7,
        rtt: tookMs * 0.5,
        handshakeCost: tookMs * 0.3,
        cost: tookMs,
      },
    });
  },
  receive: (taskId, data) =>
    recorder.trace({ ...stamp(taskId), type: "received", listeners: 1, data, bytes: bytesOf(data) }),
  send: (taskId, data) => recorder.trace({ ...stamp(taskId), type: "sent", data, bytes: bytesOf(data) }),
  close: (taskId, code, reason) =>
    recorder.trace({ ...stamp(taskId), type: "close", listeners: 1, code, reason }),
  fail: (taskId) =>
    recorder.trace({
      ...stamp(taskId),
      type: "error",
      listeners: 1,
      errMsg: "open fail: _code:111,_msg:Connection refused",
      cause: "refused",
      detail: "tcp: connect ECONNREFUSED 127.0.0.1:3000",
    }),
  diagnose: (found) => recorder.emit({ type: "diagnostics", diagnostics: found }),
};

/** What the inspector uses of a handle, and no more. */
const handle = {
  program,
  storage,
  answers,
  pages: () => [page],
  page: () => page,
  idle: () => Promise.resolve(),
  hide() {
    ask("hide")();
    recorder.emit({ type: "visibility", visible: false });
  },
  show() {
    ask("show")();
    recorder.emit({ type: "visibility", visible: true });
  },
  networkType: "wifi",
  setNetworkType: ask("setNetworkType"),
  scenario: null,
  setPhone(changes) {
    phone = { ...phone, ...changes };
    document.documentElement.style.colorScheme = phone.theme === "auto" ? "light dark" : phone.theme;
    document.body.style.paddingTop = `${phone.statusBarHeight}px`;
  },
  map: [],
  setMap: ask("setMap"),
  settings: {
    profile: search.get("profile") === "devtools" ? "devtools" : "device",
    urlCheck: search.get("urlCheck") === "on",
    suspends: search.get("profile") !== "devtools",
  },
  faults: {
    get conditions() {
      return conditions;
    },
    change(changes) {
      conditions = { ...conditions, ...changes };
      ask("change")(changes);
      recorder.emit({ type: "pages" });
    },
    rejectNext: ask("rejectNext"),
    cut: ask("cut"),
    close: ask("close"),
    halfOpen: ask("halfOpen"),
  } as Faults,
  calls: recorder.calls,
  sockets: recorder.sockets,
  logs: recorder.logs,
  listen: (listener) => recorder.listen(listener),
  log: (level, parts, source, stack) => recorder.log(level, parts, source, stack),
  reload: () => location.reload(),
} satisfies Partial<SimulatorHandle>;
Object.assign(window, { simulator: handle });
dispatchEvent(new Event("simulator"));
