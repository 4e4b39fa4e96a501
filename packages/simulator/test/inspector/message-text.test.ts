import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hexDump, hexPreview, hexRow, hexRowCount } from "../../src/inspector/hex.js";
import { jsonPieces, prettyJson } from "../../src/inspector/json-text.js";
import { bytesOf, previewMessage, searchedText } from "../../src/inspector/message-text.js";
import { markPieces, matchesQuery, MAX_SEARCHED, parseQuery } from "../../src/inspector/query.js";

describe("hex", () => {
  const bytes = Uint8Array.from({ length: 20 }, (_, at) => at + 0x3a);

  test("a row has an offset, sixteen bytes in two halves and their ASCII", () => {
    expect(hexRow(bytes, 0)).toEqual({
      offset: "000000",
      hex: "3a 3b 3c 3d 3e 3f 40 41  42 43 44 45 46 47 48 49",
      ascii: ":;<=>?@ABCDEFGHI",
    });
  });

  test("the last row keeps its columns", () => {
    const { hex, ...rest } = hexRow(bytes, 1);
    expect(rest).toEqual({ offset: "000010", ascii: "JKLM" });
    expect(hex).toBe("4a 4b 4c 4d".padEnd(48));
  });

  test.each([
    [0x1f, "·"],
    [0x20, " "],
    [0x7e, "~"],
    [0x7f, "·"],
    [0xff, "·"],
  ])("byte %i is drawn as %s", (byte, drawn) => {
    expect(hexRow(Uint8Array.of(byte), 0).ascii).toBe(drawn);
  });

  test.each([
    [0, 0],
    [1, 1],
    [16, 1],
    [17, 2],
  ])("%i bytes have %i rows", (length, rows) => {
    expect(hexRowCount(new Uint8Array(length))).toBe(rows);
  });

  test("the dump gives every byte back", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (any) => {
        const read = hexDump(any)
          .split("\n")
          .flatMap((line) => line.slice(8, 57).trim().split(/\s+/))
          .filter((pair) => pair !== "")
          .map((pair) => Number.parseInt(pair, 16));
        expect(read).toEqual([...any]);
      }),
    );
  });

  test("a preview is short", () => {
    expect(hexPreview(Uint8Array.of(1, 0xab))).toBe("01 ab");
    expect(hexPreview(new Uint8Array(1_000))).toBe(`${"00 ".repeat(24)}…`);
  });
});

describe("json", () => {
  test.each([
    ['{"a":[1,{"b":null}]}', '{\n  "a": [\n    1,\n    {\n      "b": null\n    }\n  ]\n}'],
    [" [] ", "[]"],
    ['"text"', undefined],
    ["12", undefined],
    ["{broken", undefined],
    ["[1,]", undefined],
    ["", undefined],
    ["你好", undefined],
  ])("%s becomes %j", (text, pretty) => {
    expect(prettyJson(text)).toBe(pretty);
  });

  test("names, strings, numbers and words are told apart", () => {
    expect(
      jsonPieces('{"a": "b\\"c", "n": -1.5e3, "t": true}').filter(({ kind }) => kind !== "rest"),
    ).toEqual([
      { kind: "name", text: '"a"' },
      { kind: "string", text: '"b\\"c"' },
      { kind: "name", text: '"n"' },
      { kind: "number", text: "-1.5e3" },
      { kind: "name", text: '"t"' },
      { kind: "word", text: "true" },
    ]);
  });

  test("joined again, the pieces are the text, wherever it was cut", () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (json, cut) => {
        const text = JSON.stringify(JSON.parse(json), undefined, 2).slice(0, cut);
        expect(
          jsonPieces(text)
            .map((piece) => piece.text)
            .join(""),
        ).toBe(text);
      }),
    );
  });
});

describe("preview", () => {
  test.each([
    ["one line", "one line"],
    ["two\n   lines", "two lines"],
    ["", ""],
    ["长".repeat(400), `${"长".repeat(300)} …`],
  ])("%j is shown as %j", (data, shown) => {
    expect(previewMessage(data)).toBe(shown);
  });

  test("binary data is shown in hex", () => {
    expect(previewMessage(Uint8Array.of(0, 255).buffer)).toBe("00 ff");
    expect(searchedText(Uint8Array.of(0, 255).buffer)).toBe("00 ff");
  });

  test("it begins near what was searched for", () => {
    const text = `${"x".repeat(5_000)}needle${"y".repeat(5_000)}`;
    const shown = previewMessage(text, parseQuery("NEEDLE"));
    expect(shown).toMatch(/^… x+needley+ …$/);
    expect(shown.length).toBeLessThan(310);
  });

  test("a text is counted in the bytes of the wire", () => {
    expect([...bytesOf("你a")]).toEqual([0xe4, 0xbd, 0xa0, 0x61]);
  });
});

describe("query", () => {
  test.each([
    ["", "anything", true],
    ["  ", "anything", true],
    ["PING", '{"type":"ping"}', true],
    ["pong", '{"type":"ping"}', false],
    ["-ping", '{"type":"ping"}', false],
    ["-ping", '{"type":"message"}', true],
    ["-", "a-b", true],
    ["-", "ab", false],
    ["你好", "说：你好", true],
    ["a b", "xa by", true],
  ])("%j on %j: %s", (typed, text, matches) => {
    expect(matchesQuery(parseQuery(typed), text)).toBe(matches);
  });

  test("it looks at the beginning of what is very long, and no further", () => {
    const text = `${"x".repeat(MAX_SEARCHED)}needle`;
    expect(matchesQuery(parseQuery("needle"), text)).toBe(false);
    expect(matchesQuery(parseQuery("needle"), text.slice(10))).toBe(true);
  });

  test("matches are marked, the rest is kept", () => {
    expect(markPieces(parseQuery("ab"), "xABab")).toEqual([
      { text: "x", isMatch: false },
      { text: "AB", isMatch: true },
      { text: "ab", isMatch: true },
    ]);
    expect(markPieces(parseQuery("-ab"), "ab")).toEqual([{ text: "ab", isMatch: false }]);
    // Its lower case is longer: nothing is marked rather than the wrong thing.
    expect(markPieces(parseQuery("b"), "İb")).toEqual([{ text: "İb", isMatch: false }]);
  });

  test("joined again, the pieces are the text", () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ maxLength: 3 }), (text, typed) => {
        const pieces = markPieces(parseQuery(typed), text);
        expect(pieces.map((piece) => piece.text).join("")).toBe(text);
      }),
    );
  });
});
