/** What a cold start goes on from. */
export interface Kept {
  /** This installation, chosen once. */
  device: string;
  session?: string;
  secret?: string;
  /** The last attempt's number: the next one is larger. */
  attempt: number;
  /** Where each channel stands: everything up to here was handed to the application. */
  positions: Record<string, string>;
}
