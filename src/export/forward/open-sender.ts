// From a forward object to what sends: the target's connection, its format, its credentials. A secret that is missing is named, not skipped.
import { join } from 'node:path';
import type { Clock } from '../../lib/clock.ts';
import { targetFormats } from '../../object/kind/forward.ts';
import type { ForwardSpec, StoredObject } from '../../object/kinds.ts';
import { resolveCredentials } from '../../vault/credential.ts';
import type { LogEvent } from '../event.ts';
import { type ExportFormat, formats } from '../format.ts';
import { jsonText } from '../json-text.ts';
import { otlpRequest } from '../otlp.ts';
import { FileSender } from './file-sender.ts';
import { HttpSender } from './http-sender.ts';
import type { Sender } from './sender.ts';
import { SyslogSender } from './syslog-sender.ts';
import { tlsSetting } from './tls-setting.ts';

export interface SenderSetting {
  org: string;
  version: string;
  clock: Clock;
  /** Where files go; undefined: nowhere. */
  directory: string | undefined;
  openSecret(name: string): string | undefined;
}

export function formatOf({ target, format }: ForwardSpec): ExportFormat {
  return format ?? targetFormats[target.type][0];
}

export function openSender({ spec }: StoredObject<'forward'>, setting: SenderSetting): Sender | { problem: string } {
  const { target } = spec;
  const format = formatOf(spec);
  if (target.type === 'file') return openFile(target.name, format, setting);
  const tls = tlsSetting(target, setting.openSecret);
  if ('missing' in tls) return { problem: `secret ${tls.missing} does not exist or cannot be opened` };
  const { version, clock } = setting;
  if (target.type === 'syslog')
    return new SyslogSender({ host: target.host, port: target.port, body: format === 'cef' ? 'cef' : 'structured', tls, version, clock });
  const credentials = resolveCredentials({ headers: target.headers }, setting.openSecret);
  if ('missing' in credentials) return { problem: `secret ${credentials.missing}: ${credentials.reason}` };
  const isOtlp = target.type === 'otlp';
  const wrap = target.type === 'http' && target.envelope === 'splunk' ? splunkEvent : (_: LogEvent, line: string) => line;
  return new HttpSender({
    url: target.url,
    headers: credentials.headers,
    media: isOtlp ? 'application/json' : 'application/x-ndjson',
    write: (events) =>
      isOtlp ? otlpRequest(events, version) : events.map((event) => wrap(event, formats[format].write(event, version))).join(''),
    isOtlp,
    tls,
  });
}

function openFile(name: string, format: ExportFormat, { directory, org, version }: SenderSetting): Sender | { problem: string } {
  if (directory === undefined) return { problem: 'the gateway has no directory for files: set audit.forwardDirectory' };
  return new FileSender({ directory: join(directory, org), name, write: (event) => formats[format].write(event, version) });
}

/** As the HTTP event collector of Splunk takes it: seconds since the epoch, and the record as an object. */
function splunkEvent({ content }: LogEvent, line: string): string {
  const seconds = Date.parse(String(content.time)) / 1000;
  return `{"time":${Number.isFinite(seconds) ? seconds : 0},"source":"sallyport","sourcetype":${jsonText('_json')},"event":${line.trimEnd()}}\n`;
}
