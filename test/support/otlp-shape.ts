// An OTLP/HTTP logs request in JSON, read strictly by the JSON mapping of opentelemetry-proto: unknown members, numbers where texts must be, and
// wrong hexadecimal are errors. Knows nothing of the writer under test.

export interface OtlpRecord {
  resource: Record<string, string | number>;
  timeUnixNano: bigint;
  severityNumber: number;
  eventName: string;
  body: string | number;
  attributes: Record<string, string | number>;
}

type Tree = Record<string, unknown>;

export function readOtlp(text: string): OtlpRecord[] {
  const request = exactly(JSON.parse(text) as Tree, ['resourceLogs']);
  return list(request.resourceLogs).flatMap((resourceLogs) => {
    exactly(resourceLogs, ['resource', 'scopeLogs', 'schemaUrl']);
    const resource = attributesOf(exactly(resourceLogs.resource as Tree, ['attributes', 'droppedAttributesCount']).attributes);
    if (typeof resource['service.name'] !== 'string') throw new Error('no service.name');
    return list(resourceLogs.scopeLogs).flatMap((scopeLogs) => {
      exactly(scopeLogs, ['scope', 'logRecords', 'schemaUrl']);
      exactly(scopeLogs.scope as Tree, ['name', 'version', 'attributes', 'droppedAttributesCount']);
      return list(scopeLogs.logRecords).map((record) => recordOf(record, resource));
    });
  });
}

const RECORD = [
  ...['timeUnixNano', 'observedTimeUnixNano', 'severityNumber', 'severityText', 'body', 'attributes', 'droppedAttributesCount'],
  ...['flags', 'traceId', 'spanId', 'eventName'],
];

function recordOf(record: Tree, resource: OtlpRecord['resource']): OtlpRecord {
  exactly(record, RECORD);
  for (const name of ['timeUnixNano', 'observedTimeUnixNano'])
    if (!/^\d{1,20}$/.test(String(record[name])) || typeof record[name] !== 'string') throw new Error(name);
  const severityNumber = Number(record.severityNumber);
  if (!Number.isInteger(record.severityNumber) || severityNumber < 1 || severityNumber > 24) throw new Error('severityNumber');
  if (record.traceId !== undefined && !/^[0-9a-f]{32}$/.test(String(record.traceId))) throw new Error('traceId');
  if (typeof record.eventName !== 'string' || typeof record.severityText !== 'string') throw new Error('eventName or severityText');
  return {
    resource,
    timeUnixNano: BigInt(String(record.timeUnixNano)),
    severityNumber,
    eventName: record.eventName,
    body: anyValue(record.body as Tree),
    attributes: attributesOf(record.attributes),
  };
}

function attributesOf(value: unknown): Record<string, string | number> {
  const attributes: Record<string, string | number> = {};
  for (const attribute of list(value)) {
    exactly(attribute, ['key', 'value']);
    const { key } = attribute;
    if (typeof key !== 'string' || key === '' || Object.hasOwn(attributes, key)) throw new Error(`attribute ${String(key)}`);
    attributes[key] = anyValue(attribute.value as Tree);
  }
  return attributes;
}

function anyValue(value: Tree): string | number {
  const [name, ...more] = Object.keys(value);
  if (more.length > 0) throw new Error('more than one value');
  const given = value[name ?? ''];
  if (name === 'stringValue' && typeof given === 'string') return given;
  if (name === 'intValue' && typeof given === 'string' && /^-?\d{1,19}$/.test(given)) return Number(given);
  if (name === 'doubleValue' && typeof given === 'number') return given;
  throw new Error(`value ${JSON.stringify(value)}`);
}

function list(value: unknown): Tree[] {
  if (!Array.isArray(value)) throw new Error('no list');
  return value as Tree[];
}

function exactly(value: Tree, names: readonly string[]): Tree {
  const unknown = Object.keys(value).filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Error(`unknown members ${unknown.join(', ')}`);
  return value;
}
