// The process log: structured lines on standard error. Call ids are request ids; arguments, results and credentials are never fields.
// Redaction by key name is a second wall, not the first: do not log what must not be seen.
import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

const SECRET_KEYS = ['authorization', 'token', 'bearer', 'secret', 'password', 'apiKey', 'cookie', 'headers', 'env'];

export interface LoggerOptions {
  level: string;
  /** Default: standard error, written synchronously so that the last lines before an end are not lost. */
  destination?: DestinationStream;
}

export function createLogger(options: LoggerOptions): Logger {
  const paths = SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);
  return pino(
    { level: options.level, base: null, timestamp: pino.stdTimeFunctions.isoTime, redact: { paths, censor: '(redacted)' } },
    options.destination ?? pino.destination({ fd: 2, sync: true }),
  );
}
