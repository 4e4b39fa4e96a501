/** How the frame page shall run the program, where the reader wants it otherwise than it was started. */
export interface FrameSettings {
  readonly profile?: "device" | "devtools";
  readonly urlCheck?: boolean;
}

/** What the frame page is asked for: "" or "?profile=devtools&urlCheck=on". */
export function frameSearch({ profile, urlCheck }: FrameSettings): string {
  const search = new URLSearchParams();
  if (profile !== undefined) search.set("profile", profile);
  if (urlCheck !== undefined) search.set("urlCheck", urlCheck ? "on" : "off");
  return search.size === 0 ? "" : `?${search.toString()}`;
}
