// The formats entries leave the gateway in: how each is written, framed and named. Adding one is a line here.
import { entryLine } from '../audit/chain.ts';
import { cefLine } from './cef.ts';
import type { LogEvent } from './event.ts';
import { ocsfText } from './ocsf.ts';
import { otlpRequest } from './otlp.ts';
import { syslogFrame, syslogMessage } from './syslog.ts';

export const exportFormats = ['jsonl', 'ocsf', 'cef', 'syslog', 'otlp'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface FormatSpec {
  media: string;
  /** Of a file's name. */
  suffix: string;
  /** With its frame or line end. */
  write(event: LogEvent, version: string): string;
}

export const formats: Readonly<Record<ExportFormat, FormatSpec>> = {
  jsonl: { media: 'application/x-ndjson', suffix: 'jsonl', write: ({ entry }) => `${entryLine(entry)}\n` },
  ocsf: { media: 'application/x-ndjson', suffix: 'ocsf.jsonl', write: (event, version) => `${ocsfText(event, version)}\n` },
  cef: { media: 'text/plain; charset=utf-8', suffix: 'cef', write: (event, version) => `${cefLine(event, version)}\n` },
  syslog: {
    media: 'application/octet-stream',
    suffix: 'syslog',
    write: (event, version) => syslogFrame(syslogMessage(event, 'structured', version)),
  },
  otlp: { media: 'application/x-ndjson', suffix: 'otlp.jsonl', write: (event, version) => `${otlpRequest([event], version)}\n` },
};
