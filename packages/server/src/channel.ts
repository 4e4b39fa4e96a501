import { INBOX, isChannelName } from "@weapp-socket/protocol";

/** @throws TypeError where the text is no name of a channel. */
export function requireChannelName(channel: string): void {
  if (typeof channel !== "string" || !isChannelName(channel) || channel.startsWith(INBOX)) {
    throw new TypeError(
      `channel: expected 1 to 200 characters of A-Z a-z 0-9 _ - : . ~ / @, not starting with ~, got ${JSON.stringify(channel)?.slice(0, 100)}`,
    );
  }
}
