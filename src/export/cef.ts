// ArcSight Common Event Format, version 0: one event a line. In the header `\` and `|` are escaped, in the extension `\`, `=` and line ends.
// Whatever else cannot be seen is made visible first, so no text of an agent or a server ends a line, a field or the header.
import { type Facts, factsOf, type LogEvent, type Severity } from './event.ts';
import { boundedText } from './visible-text.ts';

/** Bytes of one value, escaped. */
export const MAX_CEF_VALUE_BYTES = 512;
/** Bytes of findings and of details. */
const MAX_LONG_VALUE_BYTES = 1_023;

const SEVERITY: Readonly<Record<Severity, number>> = { info: 1, low: 3, medium: 5, high: 8, critical: 10 };

export function cefLine(event: LogEvent, version: string): string {
  const facts = factsOf(event);
  const header = ['Sallyport', 'Sallyport', version, facts.name, titleOf(facts), String(SEVERITY[facts.severity])];
  return `CEF:0|${header.map(headerText).join('|')}|${extensionOf(facts)}`;
}

function titleOf({ name }: Facts): string {
  return TITLES[name] ?? name;
}

const TITLES: Readonly<Record<string, string>> = {
  'decision.allow': 'Call allowed',
  'decision.deny': 'Call denied',
  'decision.hold': 'Call held for approval',
  'outcome.ok': 'Call done',
  'outcome.tool_error': 'Tool failed',
  'outcome.rpc_error': 'Call refused by the server',
  'outcome.upstream_failed': 'Server failed',
  'outcome.withheld': 'Answer withheld',
  'outcome.cancelled': 'Call cancelled',
  'outcome.input_required': 'Call asks for input',
  object: 'Objects changed',
  'signin.ok': 'Operator signed in',
  'signin.failed': 'Operator sign-in failed',
};

function extensionOf(facts: Facts): string {
  const pairs: [key: string, value: string | number | undefined, maxBytes?: number][] = [
    ['rt', facts.timeMs],
    ['externalId', facts.seq],
    ['cat', facts.type],
    ['act', facts.effect],
    ['outcome', facts.status],
    ['suser', facts.user ?? facts.operator],
    ['sproc', facts.agent],
    ['src', facts.source],
    ['destinationServiceName', facts.server],
    ['app', facts.method],
    ['request', facts.resource],
    ['reason', facts.code],
    ['deviceExternalId', facts.instance],
    ['dvchost', facts.org],
    ...labelled('cs1', 'tool', facts.tool ?? facts.prompt),
    ...labelled('cs2', 'rule', facts.rule),
    ...labelled('cs3', 'hash', facts.hash),
    ...labelled('cs4', 'prev', facts.prev),
    ...labelled('cs5', 'call', facts.call),
    ...labelled('cs6', 'findings', facts.findings, MAX_LONG_VALUE_BYTES),
    ...labelled('cn1', 'risk', facts.risk),
    ...labelled('cn2', 'revision', facts.revision),
    ...labelled('cfp1', 'latencyMs', facts.latencyMs),
    ...labelled('flexString1', 'intent', facts.intent),
    ...labelled('flexString2', 'details', facts.details, MAX_LONG_VALUE_BYTES),
    ['msg', facts.reason ?? facts.summary],
  ];
  return pairs
    .flatMap(([key, value, maxBytes = MAX_CEF_VALUE_BYTES]) =>
      value === undefined ? [] : [`${key}=${boundedText(String(value), maxBytes, extensionText)}`],
    )
    .join(' ');
}

function labelled(
  key: string,
  label: string,
  value: string | number | undefined,
  maxBytes?: number,
): [string, string | number | undefined, number?][] {
  if (value === undefined) return [];
  return [[`${key}Label`, label], maxBytes === undefined ? [key, value] : [key, value, maxBytes]];
}

function headerText(text: string): string {
  return boundedText(text, MAX_CEF_VALUE_BYTES, (visible) => visible.replace(/[\\|]/g, '\\$&'));
}

/** Line ends are visible text by now; they come as `%0A`, which no parser takes for one. */
function extensionText(visible: string): string {
  return visible.replace(/[\\=]/g, '\\$&');
}
