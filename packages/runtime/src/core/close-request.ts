import { readProperty } from "./page-calls.js";
import type { Ending, Profile } from "./profile.js";
import { utf8Length } from "./utf8-length.js";

const maxReasonBytes = 123;

/** What `close` was asked for, or the text that refuses it. */
export function readCloseRequest(
  option: unknown,
  profile: Profile,
): { readonly ending: Ending } | { readonly refusal: string } {
  const code = readCode(readProperty(option, "code"), profile);
  const reason = readReason(readProperty(option, "reason"));
  if (code !== 1000 && (code < 3000 || code > 4999)) return { refusal: profile.closeCode.value(code) };
  if (utf8Length(reason) > maxReasonBytes) return { refusal: profile.closeReason.value };
  return { ending: { code, reason } };
}

function readCode(code: unknown, profile: Profile): number {
  if (code === undefined) return 1000;
  if (profile.codeMustBeNumber.value) return typeof code === "number" ? Math.trunc(code) || 0 : 1000;
  return toClampedShort(code);
}

/** A browser's conversion: `[Clamp] unsigned short`. */
function toClampedShort(code: unknown): number {
  const wanted = toNumber(code);
  return Number.isNaN(wanted) ? 0 : Math.round(Math.min(Math.max(wanted, 0), 65_535));
}

/** What has no number is not one. */
function toNumber(value: unknown): number {
  try {
    return typeof value === "bigint" ? Number.NaN : Number(value);
  } catch {
    return Number.NaN;
  }
}

function readReason(reason: unknown): string {
  if (typeof reason === "string") return reason;
  return typeof reason === "number" ? String(reason) : "";
}
