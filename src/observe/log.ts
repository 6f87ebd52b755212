// The operator's log: one JSON object a line, on stderr. Everything passes scrub.ts first. Never the place for evidence: that is the audit log.
import { type DestinationStream, pino } from 'pino';
import { scrub, scrubText } from './scrub.ts';

export type LogLevel = 'silent' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  /** The same log with these fields on every line. Convention: `call` is the call id. */
  child(fields: object): Logger;
}

export interface LoggerOptions {
  /** Default info. */
  level?: LogLevel | undefined;
  /** Default stderr, written synchronously, so that the last words of a dying process are not lost. */
  destination?: DestinationStream | undefined;
}

export function createLogger(options: LoggerOptions = {}): Logger {
  const stream = options.destination ?? pino.destination({ fd: STDERR, sync: true });
  const root = pino(
    {
      level: options.level ?? 'info',
      base: null,
      formatters: { level: (label) => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    stream,
  );
  return wrap(root);
}

/** A log that goes nowhere; for tests and tools. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};

const STDERR = 2;

type Written = Exclude<LogLevel, 'silent' | 'trace'>;

interface Sink {
  isLevelEnabled(level: string): boolean;
  child(fields: object): Sink;
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

function wrap(sink: Sink): Logger {
  // INVARIANT: writing a line never throws into its caller (log.test.ts); a broken log must not break a call.
  const write = (level: Written, fields: object, message: string): void => {
    if (!sink.isLevelEnabled(level)) return;
    try {
      sink[level](scrubFields(fields), scrubText(message));
    } catch {
      // Nowhere left to say it.
    }
  };
  return {
    debug: (fields, message) => write('debug', fields, message),
    info: (fields, message) => write('info', fields, message),
    warn: (fields, message) => write('warn', fields, message),
    error: (fields, message) => write('error', fields, message),
    child: (fields) => wrap(sink.child(scrubFields(fields))),
  };
}

function scrubFields(fields: object): object {
  const clean = scrub(fields);
  return typeof clean === 'object' && clean !== null ? { ...clean } : { value: clean };
}
