import { checkServerIdentity, type DetailedPeerCertificate } from "node:tls";
import { type Check, fail, ok, warn } from "./check.js";

/** What a TLS handshake showed. */
export interface TlsFacts {
  /** "TLSv1.3" */
  readonly version: string;
  /** OpenSSL's word where the chain did not verify. */
  readonly authorizationError: string | undefined;
  readonly certificate: DetailedPeerCertificate;
}

const soonDays = 14;
const dayMs = 86_400_000;
const incomplete = new Set([
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
]);
const selfSigned = new Set(["DEPTH_ZERO_SELF_SIGNED_CERT", "SELF_SIGNED_CERT_IN_CHAIN"]);

/** Dates, names, chain and version: what a phone verifies and DevTools forgives. */
export function checkTls(facts: TlsFacts, host: string, now: number): Check[] {
  return [checkVersion(facts), checkChain(facts), checkName(facts, host), checkDates(facts, now)];
}

function checkVersion({ version }: TlsFacts): Check {
  if (version === "TLSv1.2" || version === "TLSv1.3") return ok("tls-version", version.replace("v", " "));
  return fail(
    "tls-version",
    `${version} is too old`,
    "WeChat wants TLS 1.2 or newer: ssl_protocols TLSv1.2 TLSv1.3;",
  );
}

function checkChain({ authorizationError: error, certificate }: TlsFacts): Check {
  if (error !== undefined && incomplete.has(error)) {
    return fail(
      "certificate-chain",
      `the chain is incomplete (${error})`,
      "send the intermediate certificates too (fullchain.pem): DevTools fetches them itself, phones fail with\n" +
        "_code:8,_msg:TLS handshake failed",
    );
  }
  if (error !== undefined && selfSigned.has(error)) {
    return fail(
      "certificate-chain",
      `the certificate is signed by nobody that phones know (${error})`,
      "use one of a public authority; a self-signed one fails even on a LAN",
    );
  }
  // Names and dates have their own checks.
  if (error !== undefined && error !== "CERT_HAS_EXPIRED" && error !== "ERR_TLS_CERT_ALTNAME_INVALID") {
    return fail(
      "certificate-chain",
      `the certificate does not verify (${error})`,
      "use one of a public authority",
    );
  }
  return ok("certificate-chain", `complete, issued by ${issuerOf(certificate)}`);
}

function issuerOf({ issuer }: DetailedPeerCertificate): string {
  return first(issuer?.O) ?? first(issuer?.CN) ?? "an unnamed authority";
}

/** A distinguished name may say a thing several times. */
function first(names: string | string[] | undefined): string | undefined {
  return Array.isArray(names) ? names[0] : names;
}

function checkName({ certificate }: TlsFacts, host: string): Check {
  const problem = checkServerIdentity(host, certificate);
  if (problem === undefined) return ok("certificate-name", `for ${host}`);
  const names = certificate.subjectaltname ?? first(certificate.subject?.CN) ?? "nobody";
  return fail(
    "certificate-name",
    `the certificate is not for ${host} but for ${names}`,
    "get one that names this host",
  );
}

function checkDates({ certificate }: TlsFacts, now: number): Check {
  const from = Date.parse(certificate.valid_from);
  const to = Date.parse(certificate.valid_to);
  if (now < from) {
    return fail(
      "certificate-dates",
      `not valid before ${certificate.valid_from}`,
      "check the server's clock",
    );
  }
  const days = Math.floor((to - now) / dayMs);
  if (now > to) return fail("certificate-dates", `expired on ${certificate.valid_to}`, "renew it");
  if (days < soonDays) {
    return warn("certificate-dates", `expires in ${days} days, on ${certificate.valid_to}`, "renew it now");
  }
  return ok("certificate-dates", `${days} days left`);
}
