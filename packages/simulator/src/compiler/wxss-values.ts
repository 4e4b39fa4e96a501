/** rpx, local files and the phone's insets inside CSS values. */

/** 1rpx is a 750th of the screen's width, whatever the screen. */
export function convertRpx(value: string): string {
  if (!/rpx/iu.test(value)) return value;
  return outsideQuotes(value, (text) =>
    text.replaceAll(
      /(?<![\w.#-])([+-]?(?:\d+\.?\d*|\.\d+))rpx\b/giu,
      (_, number: string) => `${toVw(Number(number))}vw`,
    ),
  );
}

/** In media queries, where vw would mean the window that asks: pixels of a screen 375 wide. */
export function convertQueryRpx(params: string): string {
  return params.replaceAll(/(\d+\.?\d*|\.\d+)rpx\b/giu, (_, number: string) => `${Number(number) / 2}px`);
}

/** A desktop's browser knows no notch: the view sets these variables as the chosen phone has them. */
export function convertInsets(value: string): string {
  return value.replaceAll(
    /\b(?:env|constant)\(\s*(safe-area-inset-(?:top|right|bottom|left))\s*(?:,[^()]*)?\)/gu,
    "var(--$1, 0px)",
  );
}

/** Replaces what stands inside every `url(…)`; `replace` gets it without quotes. */
export function replaceUrls(value: string, replace: (url: string) => string): string {
  return value.replaceAll(
    /\burl\(\s*(?:"([^"]*)"|'([^']*)'|([^"')\s][^)]*?))\s*\)/giu,
    (whole, double: string | undefined, single: string | undefined, bare: string | undefined) => {
      const url = double ?? single ?? bare ?? "";
      const replaced = replace(url);
      return replaced === url ? whole : `url("${replaced}")`;
    },
  );
}

function toVw(rpx: number): string {
  return String(Number(((rpx * 100) / 750).toFixed(5)));
}

function outsideQuotes(value: string, change: (text: string) => string): string {
  return value
    .split(/("[^"]*"|'[^']*'|url\([^)]*\))/iu)
    .map((part, index) => (index % 2 === 0 ? change(part) : part))
    .join("");
}
