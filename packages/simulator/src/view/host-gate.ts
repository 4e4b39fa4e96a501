import { mapUrl, type UrlRule } from "@weapp-socket/runtime/core";
import { isListedUrl, type DomainLists } from "../domain-list.js";
import type { Faults } from "../faults/faults.js";
import type { JsonObject } from "../program.js";
import type { HostCall } from "../wx/request.js";

export interface HostGateOptions {
  readonly host: HostCall;
  readonly faults: Faults;
  /** Addresses that lead elsewhere, as it is now. */
  readonly map: () => readonly UrlRule[];
  /** Null: every address is allowed. */
  readonly domains: DomainLists | null;
  /** What servers see of the program: "https://servicewechat.com/<appid>/<version>/page-frame.html". */
  readonly referer: string;
}

const LISTS: Readonly<Record<string, keyof DomainLists>> = {
  request: "request",
  upload: "uploadFile",
  download: "downloadFile",
};

/**
 * What stands between wx.request, uploadFile, downloadFile and the host: the domain lists look at the address as the
 * page wrote it, then the map leads it elsewhere, and without a network nothing goes out. What goes out says which
 * program it is from.
 */
export function createHostGate({ host, faults, map, domains, referer }: HostGateOptions): HostCall {
  return (method, params, options) => {
    const list = LISTS[method];
    const { url } = params;
    if (list === undefined || typeof url !== "string") return host(method, params, options);
    if (domains !== null && !isListedUrl(url, domains[list]))
      return refuse("domain", "url not in domain list");
    if (faults.conditions.offline) return refuse("dns", "there is no network");
    const header = { ...(params["header"] as JsonObject | undefined), referer };
    return host(method, { ...params, header, url: mapUrl(map(), url) }, options);
  };
}

function refuse(code: string, message: string): Promise<never> {
  return Promise.reject(Object.assign(new Error(message), { code }));
}
