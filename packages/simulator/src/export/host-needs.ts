/** A wx function that the program calls, and what it cannot do without a host. */
export interface HostNeed {
  readonly api: string;
  readonly why: string;
}

const NEEDS: readonly HostNeed[] = [
  {
    api: "connectSocket",
    why: "a browser sends no headers of one's own, cookies and origin are its own; no profile, no timeout per step, no reason for a failure",
  },
  {
    api: "request",
    why: "the server has to allow the page's origin (CORS); some headers cannot be set or read",
  },
  { api: "uploadFile", why: "the server has to allow the page's origin (CORS)" },
  { api: "downloadFile", why: "the server has to allow the page's origin (CORS)" },
  { api: "getFileSystemManager", why: "files last as long as the page" },
];

/** What an exported program will miss, by the wx functions that stand in its scripts. */
export function findHostNeeds(modules: string): readonly HostNeed[] {
  return NEEDS.filter(({ api }) => new RegExp(`\\bwx\\.${api}\\b`, "u").test(modules));
}
