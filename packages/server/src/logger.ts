/** Where the server writes what operators want to know. pino, console and most loggers fit. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

/** Facts about what happened. Never a secret: no tokens, no query strings, no payloads. */
export type LogFields = Readonly<Record<string, unknown>>;

function ignore(): void {}

export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
