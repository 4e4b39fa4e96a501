/** Addresses that begin with `from` lead to `to`. */
export interface UrlRule {
  readonly from: string;
  readonly to: string;
}

/**
 * Puts the first rule that fits to work: on the text as the page wrote it, before anything looks at it. A rule that
 * ends inside a host or port name does not fit: "wss://a.example" leaves "wss://a.example.com" alone.
 */
export function mapUrl(rules: readonly UrlRule[], url: string): string {
  const rule = rules.find(({ from }) => {
    if (!url.toLowerCase().startsWith(from.toLowerCase())) return false;
    const next = url.charAt(from.length);
    return next === "" || /[/?#:=]$/.test(from) || "/?#".includes(next);
  });
  return rule === undefined ? url : rule.to + url.slice(rule.from.length);
}
