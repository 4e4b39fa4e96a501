/**
 * Positions are `"<offset>-<nonce>"`: the offset contiguous from 1 within a channel, the nonce 32 random bits in eight
 * hexadecimal digits. A channel's beginning has one too, `"0-<nonce>"`: without the nonce, a reader that waits at the
 * beginning could not tell that the log was lost and begun again.
 */
export function formatPosition(offset: number, nonce: number): string {
  return `${offset}-${(nonce >>> 0).toString(16).padStart(8, "0")}`;
}

const PATTERN = /^(0|[1-9][0-9]{0,15})-[0-9a-f]{8}$/;

/** The offset in a position, `undefined` where the text is none. */
export function positionOffset(position: string): number | undefined {
  const match = PATTERN.exec(position);
  if (match === null) return undefined;
  const offset = Number(match[1]);
  return Number.isSafeInteger(offset) ? offset : undefined;
}

/** The nonce in a position that this broker made. */
export function positionNonce(position: string): number {
  return Number.parseInt(position.slice(-8), 16);
}
