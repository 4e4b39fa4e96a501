/** The subprotocols to offer. A text is one only where the profile says so; what is no text is left out. */
export function readProtocols(protocols: unknown, textCounts: boolean): readonly string[] {
  if (typeof protocols === "string") return textCounts && protocols !== "" ? [protocols] : [];
  return Array.isArray(protocols) ? protocols.filter((one) => typeof one === "string") : [];
}

const token = /^[!#-'*+\-.0-9A-Z^-z|~]+$/;

/** Different tokens, as RFC 6455 section 4.1 has them; a browser throws for anything else. */
export function areSubprotocols(list: readonly string[]): boolean {
  return list.every((one, index) => token.test(one) && list.indexOf(one) === index);
}
