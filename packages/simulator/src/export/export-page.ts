import type { JsonObject } from "../program.js";

/**
 * The page around an exported program: as wide as a phone is on a large screen, so that rpx mean what they mean, and
 * all of the window on a phone.
 */
export function exportPage(appJson: JsonObject): string {
  const window = appJson["window"] as JsonObject | undefined;
  const said = window?.["navigationBarTitleText"];
  const title = typeof said === "string" ? said : "";
  return `<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>
html, body { height: 100%; margin: 0; }
body { display: grid; place-items: center; background: light-dark(#d6d8dc, #0a0a0b); }
iframe { width: 100%; height: 100%; border: 0; background: light-dark(#fff, #191919); }
@media (min-width: 500px) and (min-height: 500px) {
  iframe { width: 390px; height: min(844px, 100%); border-radius: 12px; }
}
</style>
<iframe src="frame/" title="${escapeHtml(title === "" ? "mini program" : title)}"></iframe>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
