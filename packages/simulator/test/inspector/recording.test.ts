import { describe, expect, test } from "vitest";
import { createRecording, type Recording } from "../../src/inspector/recording.js";
import { formatRecording, parseRecording } from "../../src/inspector/recording-file.js";
import { socketAge, socketLook } from "../../src/inspector/socket-state.js";
import { createRecorder, type Recorder } from "../../src/view/recorder.js";
import { createSourcePlaces } from "../../src/view/source-places.js";

interface Setting {
  readonly recorder: Recorder;
  readonly recording: Recording;
  readonly connect: (taskId: number, at?: number) => void;
}

/** A recording that hears a program. `before` happened before the recording began. */
function createSetting(before: (setting: Setting) => void = () => {}): Setting {
  const setting = createProgram(createRecording());
  before(setting);
  setting.recording.begin(setting.recorder, false);
  setting.recorder.listen((event) => setting.recording.hear(event, 2_000));
  return setting;
}

function createProgram(recording: Recording): Setting {
  const recorder = createRecorder(() => 1_000, createSourcePlaces(new Map(), 0));
  return {
    recorder,
    recording,
    connect: (taskId, at = 1_000) =>
      recorder.trace({
        type: "connect",
        taskId,
        at,
        url: `ws://127.0.0.1/${taskId}`,
        target: "",
        headers: [],
        protocols: [],
        timeoutMs: 0,
        callSite: [],
      }),
  };
}

const open = { type: "open", at: 1_010, listeners: 1, header: { Upgrade: "websocket" } } as const;
const received = (data: string | ArrayBuffer, at = 1_020) =>
  ({ type: "received", at, listeners: 1, data, bytes: 3 }) as const;

describe("recording", () => {
  test("what happened before it began is in it, as what happens after", () => {
    const { recorder, recording } = createSetting(({ recorder: early, connect }) => {
      connect(1);
      early.trace({ taskId: 1, ...open });
      early.call("getStorage", { key: "a" })("getStorage:ok");
      early.log("warn", ["early"]);
    });
    recorder.trace({ taskId: 1, ...received("hello") });
    recorder.log("log", ["late"]);
    const [socket] = recording.sockets;
    expect(socket!.events.toArray().map(({ type }) => type)).toEqual(["open", "received"]);
    expect(socket!.record).toMatchObject({ state: "open", receivedMessages: 1 });
    expect(recording.calls.toArray()).toMatchObject([
      { summary: '{"key":"a"}', call: { errMsg: "getStorage:ok" } },
    ]);
    expect(recording.logs.toArray().map(({ line }) => line.parts[0])).toEqual(["early", "late"]);
  });

  test("a call ends once, when it ends", () => {
    const { recorder, recording } = createSetting();
    const finish = recorder.call("request", { url: "https://a.example" });
    expect(recording.calls.toArray()).toMatchObject([{ endedAt: undefined }]);
    const { revision } = recording.calls;
    finish("request:ok");
    expect(recording.calls.toArray()).toMatchObject([{ endedAt: 2_000, call: { errMsg: "request:ok" } }]);
    expect(recording.calls.revision).toBeGreaterThan(revision);
  });

  test.each([
    ["connecting", [], "connecting", undefined],
    ["open", [open], "open", undefined],
    [
      "refused",
      [{ type: "error", at: 1_050, listeners: 1, errMsg: "open fail", cause: "refused", detail: "" }],
      "failed",
      "error",
    ],
    [
      "closed well",
      [open, { type: "close", at: 1_050, listeners: 1, code: 1000, reason: "" }],
      "closed",
      "close",
    ],
    [
      "closed badly",
      [open, { type: "close", at: 1_050, listeners: 1, code: 1006, reason: "" }],
      "failed",
      "close",
    ],
    [
      "closed, then misused",
      [
        open,
        { type: "close", at: 1_050, listeners: 1, code: 1000, reason: "" },
        { type: "call-failed", at: 1_060, errMsg: "SocketTask.send:fail" },
      ],
      "closed",
      "close",
    ],
    [
      "misused while open",
      [open, { type: "call-failed", at: 1_060, errMsg: "send:fail" }],
      "open",
      undefined,
    ],
  ] as const)("a socket that is %s", (_, traces, look, end) => {
    const { recorder, recording, connect } = createSetting();
    connect(1);
    for (const trace of traces) recorder.trace({ taskId: 1, ...trace });
    const [socket] = recording.sockets;
    expect(socketLook(socket!)).toBe(look);
    expect(socket!.end?.type).toBe(end);
    expect(socketAge(socket!, 9_000)).toBe(end === undefined ? 8_000 : 50);
  });

  test("a reload forgets, unless it shall not", () => {
    const first = createSetting();
    first.connect(1);
    first.recorder.trace({ taskId: 1, ...open });
    first.recorder.trace({ taskId: 1, ...received(new ArrayBuffer(3), 1_500) });
    first.recorder.log("log", ["old"]);
    first.recorder.call("login", {});
    const { recording } = first;
    const oldRecord = recording.sockets[0]!.record;

    const second = createProgram(recording);
    recording.begin(second.recorder, true);
    second.recorder.listen((event) => recording.hear(event, 3_000));
    second.connect(1);
    expect(recording.sockets.map(({ era, record }) => [era, record.url])).toEqual([
      ["before", "ws://127.0.0.1/1"],
      ["now", "ws://127.0.0.1/1"],
    ]);
    // Nothing holds the page that is gone: all is copied.
    expect(recording.sockets[0]!.record).not.toBe(oldRecord);
    expect(recording.sockets[0]!.record).toMatchObject({ receivedMessages: 1 });
    expect(recording.sockets[0]!.events.toArray().map(({ type }) => type)).toEqual(["open", "received"]);
    expect(socketLook(recording.sockets[0]!)).toBe("lost");
    expect(socketAge(recording.sockets[0]!, 9_000)).toBe(500);
    expect(recording.logs.toArray()).toMatchObject([{ isBefore: true, line: { parts: ["old"] } }]);
    expect(recording.calls.toArray()).toMatchObject([{ isBefore: true, call: { api: "login" } }]);

    recording.begin(createProgram(recording).recorder, false);
    expect([recording.sockets.length, recording.logs.toArray(), recording.calls.toArray()]).toEqual([
      0,
      [],
      [],
    ]);
  });

  test("clearing leaves living sockets, without their frames", () => {
    const { recorder, recording, connect } = createSetting();
    for (const taskId of [1, 2]) {
      connect(taskId);
      recorder.trace({ taskId, ...open });
      recorder.trace({ taskId, ...received("a") });
    }
    recorder.trace({ taskId: 1, type: "close", at: 1_030, listeners: 1, code: 1000, reason: "" });
    recording.clearSockets();
    expect(recording.sockets.map(({ record }) => record.id)).toEqual([2]);
    recorder.trace({ taskId: 2, ...received("b") });
    expect(recording.sockets[0]!.events.toArray()).toMatchObject([{ data: "b" }]);
  });

  test("of very many sockets the newest stay, and all that live", () => {
    const { recorder, recording, connect } = createSetting();
    connect(1);
    recorder.trace({ taskId: 1, ...open });
    for (let taskId = 2; taskId <= 300; taskId += 1) {
      connect(taskId);
      recorder.trace({ taskId, type: "close", at: 1_030, listeners: 1, code: 1000, reason: "" });
    }
    expect(recording.sockets).toHaveLength(200);
    expect(recording.sockets[0]!.record.id).toBe(1);
    expect(recording.sockets.at(-1)!.record.id).toBe(300);
  });
});

describe("recording file", () => {
  function record(): Recording {
    const { recorder, recording, connect } = createSetting();
    connect(1);
    recorder.trace({ taskId: 1, ...open });
    recorder.trace({ taskId: 1, ...received("你好\n") });
    recorder.trace({ taskId: 1, ...received(Uint8Array.of(0, 128, 255).buffer) });
    recorder.trace({ taskId: 1, type: "sent", at: 1_030, data: "x".repeat(100_000), bytes: 100_000 });
    recorder.trace({ taskId: 1, type: "close", at: 1_040, listeners: 1, code: 4001, reason: "bye" });
    connect(2);
    recorder.trace({
      taskId: 2,
      type: "error",
      at: 1_050,
      listeners: 1,
      errMsg: "open fail",
      cause: "dns",
      detail: "x",
    });
    return recording;
  }
  const written = (recording: Recording): string =>
    formatRecording(
      recording.sockets.map((socket) => ({ record: socket.record, events: socket.events.toArray() })),
    );

  test("what was written is read again", () => {
    const recording = record();
    const text = written(recording);
    const read = parseRecording(text);
    expect(read).toEqual(recording.sockets.map(({ record: kept }) => kept));
    const again = createRecording();
    again.addImported(read);
    expect(again.sockets.map(({ era, end }) => [era, end?.type])).toEqual([
      ["file", "close"],
      ["file", "error"],
    ]);
    expect(written(again)).toBe(text);
  });

  test("each line is JSON of its own", () => {
    const lines = written(record()).trimEnd().split("\n");
    expect(JSON.parse(lines[0]!)).toEqual({ format: "weapp-socket recording", version: 1 });
    expect(JSON.parse(lines[4]!)).toEqual({
      at: 1_020,
      type: "received",
      data: { base64: "AID/" },
      bytes: 3,
    });
  });

  const head = '{"format":"weapp-socket recording","version":1}';
  const socket =
    '{"socket":{"id":1,"url":"ws://a","openedBy":"","createdAt":1,"state":"open","sentMessages":0,"sentBytes":0,"receivedMessages":0,"receivedBytes":0}}';
  test.each([
    ["", "line 1: expected a weapp-socket recording, got an empty line"],
    ["\n", "line 1: expected a weapp-socket recording, got an empty line"],
    ["hello", "line 1: expected a JSON object, got hello"],
    ['{"a":1}', "line 1: expected a weapp-socket recording, got another file"],
    ['{"format":"weapp-socket recording","version":9}', "line 1: expected version 1, got 9"],
    [`${head}\n{"at":1,"type":"open"}`, "line 2: expected a socket before its events"],
    [`${head}\n{"socket":{"state":"odd"}}`, "line 2: state: expected connecting, open or closed, got odd"],
    [`${head}\n{"socket":{"state":"open"}}`, "line 2: id: expected a number, got undefined"],
    [`${head}\n${socket}\nnull`, "line 3: expected a JSON object, got null"],
    [`${head}\n${socket}\n{"at":1,"type":"odd"}`, "line 3: type: expected the name of an event, got odd"],
    [`${head}\n${socket}\n{"type":"open"}`, "line 3: at: expected a number, got undefined"],
    [`${head}\n${socket}\n{"at":1,"type":"sent","bytes":1}`, 'line 3: data: expected a text or {"base64"}'],
    [
      `${head}\n${socket}\n{"at":1,"type":"sent","bytes":1,"data":{"base64":"?"}}`,
      "line 3: data: expected base64, got something else",
    ],
    [
      `${head}\n${socket}\n{"at":1,"type":"close","code":"1000","reason":""}`,
      "line 3: code: expected a number, got string",
    ],
  ])("%j is refused: %s", (text, message) => {
    expect(() => parseRecording(text)).toThrow(new RangeError(message));
  });

  test("empty lines are no lines, unknown fields no fields", () => {
    expect(
      parseRecording(
        `${head}\n\n${socket.replace("}}", ',"header":{"a":"b","c":1},"__proto__":{"x":1}}}')}\n\n`,
      ),
    ).toEqual([expect.objectContaining({ id: 1, header: { a: "b" }, events: [] })]);
  });
});
