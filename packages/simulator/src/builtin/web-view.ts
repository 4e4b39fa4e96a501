import { textOf } from "../wx/text.js";
import type { BuiltinComponent, BuiltinServices } from "./definition.js";

/** What a page in a web-view may call (documentation of web-view). */
const CALLS: ReadonlySet<string> = new Set([
  "navigateTo",
  "navigateBack",
  "switchTab",
  "reLaunch",
  "redirectTo",
]);

/**
 * A page of the web over the whole page. On a phone its scripts speak through WeChat's own; here they do by
 * `parent.postMessage({ api: "postMessage", data }, "*")`, and with `api: "navigateTo", options` for what navigates:
 * web-page.ts does it for them.
 */
export function createWebView({ wx, after }: BuiltinServices): BuiltinComponent {
  return {
    tag: "web-view",
    properties: { src: "" },
    create(host) {
      const { element } = host;
      const frame = element === undefined ? undefined : document.createElement("iframe");
      let said: unknown[] = [];

      function load(): void {
        const src = textOf(host.get("src"));
        if (src === "") return;
        if (frame !== undefined) frame.src = src;
        // Nothing is loaded where nothing is drawn.
        else after(0, () => host.trigger("load", { src }));
      }

      /** What was said is told when the page is left or shared (documentation of web-view). */
      function tell(): void {
        if (said.length === 0) return;
        const data = said;
        said = [];
        host.trigger("message", { data });
      }

      function hear({ source, data }: MessageEvent): void {
        if (source !== frame?.contentWindow || typeof data !== "object" || data === null) return;
        const { api, options, data: message } = data as Readonly<Record<string, unknown>>;
        if (api === "postMessage") said.push(message);
        else if (typeof api === "string" && CALLS.has(api)) {
          tell();
          wx(api, options ?? {});
        }
      }

      return {
        attached() {
          if (frame !== undefined) {
            frame.title = "web-view";
            frame.addEventListener("load", () => host.trigger("load", { src: frame.src }));
            frame.addEventListener("error", () => host.trigger("error", { src: frame.src }));
            element?.append(frame);
            addEventListener("message", hear);
          }
          load();
        },
        changed: load,
        chosen(message) {
          said.push(message);
          tell();
        },
        command(name) {
          if (name === "tell") tell();
        },
        detached() {
          tell();
          if (frame !== undefined) removeEventListener("message", hear);
        },
      };
    },
  };
}
