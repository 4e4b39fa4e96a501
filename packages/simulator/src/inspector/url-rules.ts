import { urlRuleFault, type UrlMapping, type UrlRuleFault } from "../url-rule.js";

/** A line that is no rule. */
export interface UrlRuleProblem {
  /** From 1. */
  readonly line: number;
  /** "arrow": there is no "->" in it. */
  readonly fault: UrlRuleFault | "arrow";
}

export interface ParsedUrlRules {
  readonly rules: readonly UrlMapping[];
  readonly problems: readonly UrlRuleProblem[];
}

/** A rule a line, "wss://push.example.com -> ws://127.0.0.1:3000"; empty lines, and those that begin with "#", are none. */
export function parseUrlRules(text: string): ParsedUrlRules {
  const rules: UrlMapping[] = [];
  const problems: UrlRuleProblem[] = [];
  for (const [index, written] of text.split("\n").entries()) {
    const line = written.trim();
    if (line === "" || line.startsWith("#")) continue;
    const at = line.indexOf("->");
    const rule = { from: line.slice(0, at).trim(), to: line.slice(at + 2).trim() };
    const fault = at < 0 ? "arrow" : urlRuleFault(rule);
    if (fault === null) rules.push(rule);
    else problems.push({ line: index + 1, fault });
  }
  return { rules, problems };
}

export function formatUrlRules(rules: readonly UrlMapping[]): string {
  return rules.map(({ from, to }) => `${from} -> ${to}`).join("\n");
}
