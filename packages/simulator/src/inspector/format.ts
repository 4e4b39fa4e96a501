const KIB = 1_024;

/** "0 B", "1.5 KB", "12.0 MB" */
export function formatBytes(bytes: number): string {
  if (bytes < KIB) return `${bytes} B`;
  // What rounds to 1024 of a unit is one of the next.
  if (bytes < KIB * (KIB - 0.05)) return `${(bytes / KIB).toFixed(1)} KB`;
  if (bytes < KIB * KIB * (KIB - 0.05)) return `${(bytes / KIB / KIB).toFixed(1)} MB`;
  return `${(bytes / KIB / KIB / KIB).toFixed(1)} GB`;
}

/** "14:03:07.042" in the reader's time zone. */
export function formatTime(at: number): string {
  const time = new Date(at);
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => padded(part, 2));
  return `${clock.join(":")}.${padded(time.getMilliseconds(), 3)}`;
}

/** How long something has lasted, as a reader glances at it: "4 s", "3 min", "2 h", "5 d". */
export function formatAge(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** How long something took: "0 ms", "42 ms", "1.25 s", "2 min 5 s". */
export function formatDuration(ms: number): string {
  const whole = Math.max(0, Math.round(ms));
  if (whole < 1_000) return `${whole} ms`;
  if (whole < 59_995) return `${(whole / 1_000).toFixed(2)} s`;
  const seconds = Math.round(whole / 1_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** "1,234": digits in threes, the same in every language here. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

function padded(value: number, length: number): string {
  return String(value).padStart(length, "0");
}
