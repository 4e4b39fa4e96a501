import { expect, test } from "vitest";
import { runCli } from "./cli-process.js";

test("without arguments: what it is and what it can do", async () => {
  const { code, out, err } = await runCli([]);
  expect(code).toBe(0);
  expect(err).toBe("");
  for (const command of ["dev", "serve", "push", "build", "doctor", "bench", "verify"])
    expect(out).toMatch(new RegExp(`^  ${command} `, "m"));
});

test.each(["dev", "serve", "push", "build", "doctor", "bench", "verify"])(
  "%s --help teaches by examples",
  async (command) => {
    const { code, out } = await runCli([command, "--help"]);
    expect(code).toBe(0);
    expect(out).toContain(`weapp-socket ${command}`);
    expect(out).toMatch(/^Examples$/m);
    expect(out.split("\n").filter((line) => line.length > 110)).toEqual([]);
    expect((await runCli(["help", command])).out).toBe(out);
  },
);

test("--version is the package's", async () => {
  const { code, out } = await runCli(["--version"]);
  expect(code).toBe(0);
  expect(out).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test.each([
  [["psuh"], "unknown command psuh; did you mean push?"],
  [["deploy"], "unknown command deploy\n"],
  [["--verison"], "unknown option --verison; did you mean --version?"],
  [["help", "sreve"], "unknown command sreve; did you mean serve?"],
  [["dev", ".", "--prot", "1"], "unknown option --prot; did you mean --port?"],
  [["dev", ".", "--wobble"], "unknown option --wobble\n"],
  [["dev", ".", "-p", "1"], "unknown option -p"],
  [["dev", ".", "--port"], "--port needs a value: --port PORT"],
  [["dev", ".", "--port", "--open"], "--port needs a value: --port PORT"],
  [["dev", ".", "--port", "3x"], "--port must be a whole number from 0 to 65535, got 3x"],
  [["dev", ".", "--port", "65536"], "--port must be a whole number from 0 to 65535, got 65536"],
  [["dev", ".", "--port", "1", "--port", "2"], "--port was given twice"],
  [["dev", ".", "--open=yes"], "--open takes no value, got yes"],
  [["dev", ".", "--map", "here"], "--map must be like wss://push.example.com=ws://127.0.0.1:3000, got here"],
  [
    ["dev", ".", "--map", "a.example=ws://b"],
    "--map must be like wss://push.example.com=ws://127.0.0.1:3000, got a.example=ws://b",
  ],
  [["dev", ".", "--profile", "phone"], "--profile must be device or devtools, got phone"],
  [["build", ".", "--profile", "phone"], "--profile must be device or devtools, got phone"],
  [["dev"], "usage: weapp-socket dev DIR [options]"],
  [["dev", ".", "extra"], "unexpected argument extra"],
  [["serve", "--key", "short"], "the key must have at least 16 characters, got 5"],
  [["doctor", "example.com"], "the address must begin with wss:// or ws://, got example.com"],
  [["doctor", "ws://a", "--header", "x"], "--header must be like NAME:VALUE, got x"],
  [["doctor", "ws://a", "--idle", "0"], "--idle must be a whole number from 1 to 3600, got 0"],
  [["bench", "http://a"], "the address must begin with wss:// or ws://, got http://a"],
  [["bench", "ws://a", "--connections", "0"], "--connections must be a whole number from 1 to 50000, got 0"],
  [["verify"], "usage: weapp-socket verify FILE|FOLDER"],
  [["verify", "nowhere.jsonl"], "no such file: nowhere.jsonl"],
  [["verify", "."], "store "],
  [["push", "{}"], "push needs one of --channel CHANNEL, --user USER and --all"],
  [["push", "--channel", "chat"], "usage: weapp-socket push (--channel CHANNEL | --user USER | --all) JSON"],
  [["push", "--channel", "chat", "{content:1}"], "the message is no JSON"],
  [["push", "--channel", "chat", "--url", "http://127.0.0.1:1", "{}"], "--url needs --key KEY"],
  [["push", "--channel", "c", "--url", "nowhere", "--key", "k", "{}"], "--url must be an address like"],
])("wrong usage: %j", async (args, message) => {
  const { code, out, err } = await runCli(args);
  expect(err).toContain(`error: ${message}`);
  expect(err).toContain("--help");
  expect({ code, out }).toEqual({ code: 2, out: "" });
});

test("with --json an error is an object too", async () => {
  const { code, out, err } = await runCli(["push", "--json", "{}"]);
  expect(code).toBe(2);
  expect(err).toBe("");
  expect(JSON.parse(out)).toEqual({
    event: "error",
    message: "push needs one of --channel CHANNEL, --user USER and --all",
    hint: "try: weapp-socket push --help",
  });
});
