// OTLP logs as the JSON of opentelemetry-proto (lowerCamelCase names, 64-bit numbers as decimal texts): an ExportLogsServiceRequest.
// The exact line of each entry goes along as an attribute, so whoever collects them can verify the chain.
import { entryLine } from '../audit/chain.ts';
import type { JsonObject } from '../lib/json.ts';
import { type Facts, factsOf, type LogEvent, type Severity, toldFacts } from './event.ts';
import { jsonText } from './json-text.ts';

const SEVERITY: Readonly<Record<Severity, [number: number, text: string]>> = {
  info: [9, 'INFO'],
  low: [10, 'INFO2'],
  medium: [13, 'WARN'],
  high: [17, 'ERROR'],
  critical: [21, 'FATAL'],
};

/** One request with a record for each event, all of one organization. */
export function otlpRequest(events: readonly LogEvent[], version: string): string {
  const records = events.map((event) => recordOf(event));
  const org = events[0] ? String(events[0].header.org) : '';
  const resource = {
    attributes: [attribute('service.name', 'sallyport'), attribute('service.version', version), attribute('service.namespace', org)],
  };
  return jsonText({ resourceLogs: [{ resource, scopeLogs: [{ scope: { name: 'sallyport.audit', version }, logRecords: records }] }] });
}

function recordOf(event: LogEvent): JsonObject {
  const facts = factsOf(event);
  const [severityNumber, severityText] = SEVERITY[facts.severity];
  const nanos = `${BigInt(facts.timeMs) * 1_000_000n}`;
  return {
    timeUnixNano: nanos,
    observedTimeUnixNano: nanos,
    severityNumber,
    severityText,
    eventName: `sallyport.${facts.name}`,
    body: { stringValue: facts.summary },
    attributes: [
      attribute('log.record.uid', facts.hash),
      ...semantic(facts),
      ...toldFacts(facts).map(([name, value]) => attribute(`sallyport.${name}`, value)),
      attribute('log.record.original', entryLine(event.entry)),
    ],
  };
}

/** Names of the OpenTelemetry conventions for generative AI and MCP (status: development). */
function semantic({ agent, method, tool, prompt, resource, protocol, user, source }: Facts): JsonObject[] {
  const named: [string, string | undefined][] = [
    ['mcp.method.name', method],
    ['gen_ai.tool.name', tool],
    ['gen_ai.prompt.name', prompt],
    ['gen_ai.agent.name', agent],
    ['mcp.resource.uri', resource],
    ['mcp.protocol.version', protocol],
    ['user.name', user],
    ['client.address', source],
  ];
  return named.flatMap(([name, value]) => (value === undefined ? [] : [attribute(name, value)]));
}

function attribute(key: string, value: string | number): JsonObject {
  if (typeof value === 'string') return { key, value: { stringValue: value } };
  return { key, value: Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value } };
}
