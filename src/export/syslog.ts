// RFC 5424 messages in the octet-counting frames of RFC 6587 §3.4.1 and RFC 5425. What happened stands in structured data; a CEF line may be
// the message instead. Each message fits the 8,192 bytes that RFC 5425 asks receivers to take.
import { cefLine } from './cef.ts';
import { type Facts, factsOf, type LogEvent, type Severity, toldFacts } from './event.ts';
import { boundedText } from './visible-text.ts';

/** RFC 5425 §4.3.1: a receiver should take so much. */
export const MAX_SYSLOG_BYTES = 8_192;
/** Bytes of one parameter value, escaped. */
export const MAX_PARAM_BYTES = 240;
/** Of findings and details. */
const MAX_LONG_PARAM_BYTES = 640;
/** Facility 13: log audit. */
const FACILITY = 13;
const SEVERITY: Readonly<Record<Severity, number>> = { info: 6, low: 5, medium: 4, high: 3, critical: 2 };
/** 32473 is the enterprise number that RFC 5612 sets apart for documents: Sallyport has none of its own. */
export const SD_ID = 'sallyport@32473';
const BOM = '\ufeff';
const MAX_MSG_ID = 32;
const MAX_PROC_ID = 128;

export function syslogMessage(event: LogEvent, body: 'structured' | 'cef', version: string): string {
  const facts = factsOf(event);
  const head = `<${FACILITY * 8 + SEVERITY[facts.severity]}>1 ${facts.time} - sallyport ${word(facts.instance, MAX_PROC_ID)} ${word(facts.name, MAX_MSG_ID)}`;
  if (body === 'cef')
    return `${head} [${SD_ID} org="${facts.org}" seq="${facts.seq}" hash="${facts.hash}"] ${BOM}${cefLine(event, version)}`;
  return `${head} [${SD_ID}${paramsOf(facts)}] ${BOM}${boundedText(facts.summary, MAX_PARAM_BYTES, (visible) => visible)}`;
}

/** The message with its length in front, as it goes over a stream. */
export function syslogFrame(message: string): string {
  return `${Buffer.byteLength(message)} ${message}`;
}

function paramsOf(facts: Facts): string {
  return toldFacts(facts)
    .map(([name, value]) => ` ${name}="${boundedText(String(value), isLong(name) ? MAX_LONG_PARAM_BYTES : MAX_PARAM_BYTES, paramText)}"`)
    .join('');
}

function isLong(name: string): boolean {
  return name === 'findings' || name === 'details';
}

/** RFC 5424 §6.3.3. */
function paramText(visible: string): string {
  return visible.replace(/["\\\]]/g, '\\$&');
}

/** A header field: printable ASCII without a space, or `-`. */
function word(text: string | undefined, maxLength: number): string {
  const kept = (text ?? '').replace(/[^\x21-\x7e]/g, '?').slice(0, maxLength);
  return kept === '' ? '-' : kept;
}
