import { describe, expect, test } from "vitest";
import {
  acceptDeflate,
  acceptDeflateResponse,
  formatExtensions,
  offerDeflate,
  parseExtensions,
  type DeflateWishes,
} from "@weapp-socket/wire";

describe("Sec-WebSocket-Extensions", () => {
  test.each([
    ["a", [{ name: "a", parameters: [] }]],
    [
      "a, b",
      [
        { name: "a", parameters: [] },
        { name: "b", parameters: [] },
      ],
    ],
    [
      "a; b; c=1",
      [
        {
          name: "a",
          parameters: [
            ["b", true],
            ["c", "1"],
          ],
        },
      ],
    ],
    [
      'a ; b = "1" , a',
      [
        { name: "a", parameters: [["b", "1"]] },
        { name: "a", parameters: [] },
      ],
    ],
    ['a; b="\\1"', [{ name: "a", parameters: [["b", "1"]] }]],
    ["", undefined],
    ["a,", undefined],
    [";", undefined],
    ["a;", undefined],
    ["a; b=", undefined],
    ["a; =b", undefined],
    ["a b", undefined],
    ['a; b=","', undefined],
    ['a; b="\\","', undefined],
    ['a; b="', undefined],
    ['a; b=";"; c', undefined],
  ])("%j is %j", (text, extensions) => {
    expect(parseExtensions(text)).toEqual(extensions);
    // What was read is written back and read again.
    expect(extensions && parseExtensions(formatExtensions(extensions as never))).toEqual(extensions);
  });
});

describe("permessage-deflate", () => {
  const agreed = {
    serverNoContextTakeover: false,
    clientNoContextTakeover: false,
    serverMaxWindowBits: 15,
    clientMaxWindowBits: 15,
  };
  const accept = (offer: string, wishes?: DeflateWishes) => {
    const accepted = acceptDeflate(parseExtensions(offer)!, wishes);
    return accepted && [formatExtensions([accepted.response]), accepted.parameters];
  };

  test.each<[string, DeflateWishes | undefined, unknown]>([
    ["permessage-deflate", undefined, ["permessage-deflate", agreed]],
    ["x, permessage-deflate", undefined, ["permessage-deflate", agreed]],
    ["permessage-deflate; client_max_window_bits", undefined, ["permessage-deflate", agreed]],
    [
      "permessage-deflate; client_max_window_bits=10",
      undefined,
      ["permessage-deflate; client_max_window_bits=10", { ...agreed, clientMaxWindowBits: 10 }],
    ],
    [
      "permessage-deflate; client_max_window_bits",
      { clientMaxWindowBits: 9 },
      ["permessage-deflate; client_max_window_bits=9", { ...agreed, clientMaxWindowBits: 9 }],
    ],
    [
      "permessage-deflate; server_max_window_bits=10",
      undefined,
      ["permessage-deflate; server_max_window_bits=10", { ...agreed, serverMaxWindowBits: 10 }],
    ],
    [
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
      undefined,
      [
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
        { ...agreed, serverNoContextTakeover: true, clientNoContextTakeover: true },
      ],
    ],
    [
      "permessage-deflate",
      { serverNoContextTakeover: true, clientNoContextTakeover: true, serverMaxWindowBits: 12 },
      [
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=12",
        {
          serverNoContextTakeover: true,
          clientNoContextTakeover: true,
          serverMaxWindowBits: 12,
          clientMaxWindowBits: 15,
        },
      ],
    ],
    ["permessage-deflate; foo, permessage-deflate", undefined, ["permessage-deflate", agreed]],
    ["permessage-deflate", { clientMaxWindowBits: 9 }, undefined],
    ["x", undefined, undefined],
    ["permessage-deflate; server_max_window_bits", undefined, undefined],
    ["permessage-deflate; server_max_window_bits=7", undefined, undefined],
    ["permessage-deflate; server_max_window_bits=16", undefined, undefined],
    ["permessage-deflate; server_max_window_bits=08", undefined, undefined],
    ["permessage-deflate; client_max_window_bits=99", undefined, undefined],
    ["permessage-deflate; server_no_context_takeover=1", undefined, undefined],
    ["permessage-deflate; client_no_context_takeover; client_no_context_takeover", undefined, undefined],
  ])("server: %s with %j", (offer, wishes, accepted) => {
    expect(accept(offer, wishes)).toEqual(accepted);
  });

  test.each<[DeflateWishes | undefined, string]>([
    [undefined, "permessage-deflate; client_max_window_bits"],
    [{ clientMaxWindowBits: 10 }, "permessage-deflate; client_max_window_bits=10"],
    [
      { serverNoContextTakeover: true, clientNoContextTakeover: true, serverMaxWindowBits: 9 },
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9; client_max_window_bits",
    ],
  ])("client offers %j as %s", (wishes, text) => {
    expect(formatExtensions([offerDeflate(wishes)])).toBe(text);
  });

  test.each<[string, DeflateWishes, unknown]>([
    ["permessage-deflate", {}, agreed],
    ["permessage-deflate; client_max_window_bits=9", {}, { ...agreed, clientMaxWindowBits: 9 }],
    [
      "permessage-deflate; client_max_window_bits=12",
      { clientMaxWindowBits: 10 },
      { ...agreed, clientMaxWindowBits: 10 },
    ],
    [
      "permessage-deflate; server_max_window_bits=9; server_no_context_takeover",
      { serverMaxWindowBits: 10 },
      { ...agreed, serverMaxWindowBits: 9, serverNoContextTakeover: true },
    ],
    ["permessage-deflate; client_no_context_takeover", {}, { ...agreed, clientNoContextTakeover: true }],
    ["permessage-deflate", { clientNoContextTakeover: true }, { ...agreed, clientNoContextTakeover: true }],
    ["permessage-deflate; server_max_window_bits=11", { serverMaxWindowBits: 10 }, undefined],
    ["permessage-deflate", { serverMaxWindowBits: 10 }, undefined],
    ["permessage-deflate", { serverNoContextTakeover: true }, undefined],
    ["permessage-deflate; client_max_window_bits", {}, undefined],
    ["permessage-deflate; unknown", {}, undefined],
    ["other", {}, undefined],
  ])("client takes %s, having offered %j, as %j", (response, offered, parameters) => {
    expect(acceptDeflateResponse(parseExtensions(response)![0]!, offered)).toEqual(parameters);
  });
});
