/** Which names a mini program's module sees differently from the realm that it runs in. */

/** Names that a browser has and a phone's script engine lacks: parameters of WeChat's module wrapper, all undefined. */
export const HIDDEN_NAMES: readonly string[] = [
  "window",
  "document",
  "frames",
  "self",
  "location",
  "navigator",
  "localStorage",
  "history",
  "Caches",
  "screen",
  "alert",
  "confirm",
  "prompt",
  "XMLHttpRequest",
  "WebSocket",
  "Reporter",
  "webkit",
  "WeixinJSCore",
];

/** Names through which libraries look for the global object; the runner gives the phone's. */
export const PHONE_GLOBALS: readonly string[] = ["globalThis", "global", "Function"];

/** What stands before a module's own text, on the same line: hidden names stand in an outer function, so that author code may say `let self` or `const history`. */
export const MODULE_START: string =
  `(function({${[...HIDDEN_NAMES, ...PHONE_GLOBALS].join(",")}})` +
  "{return function(require,module,exports){";
