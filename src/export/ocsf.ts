// OCSF 1.9 (schema.ocsf.io): a call is API Activity (6003) with the profile ai_operation; every event has record_integrity.
// The attestation is that of the log entry, whose exact line stands in raw_data; it is not a hash of the OCSF text, and says so.
import { entryLine } from '../audit/chain.ts';
import { isObject, type JsonObject } from '../lib/json.ts';
import { type Facts, factsOf, type LogEvent, type Severity } from './event.ts';
import { jsonText } from './json-text.ts';

export const OCSF_VERSION = '1.9.0';

const SEVERITY: Readonly<Record<Severity, [id: number, caption: string]>> = {
  info: [1, 'Informational'],
  low: [2, 'Low'],
  medium: [3, 'Medium'],
  high: [4, 'High'],
  critical: [5, 'Critical'],
};

/** One JSON text without line ends. */
export function ocsfText(event: LogEvent, version: string): string {
  const facts = factsOf(event);
  return jsonText({ ...classOf(event, facts, version), ...commonOf(event, facts, version) });
}

function commonOf({ entry }: LogEvent, facts: Facts, version: string): JsonObject {
  const [severityId, severity] = SEVERITY[facts.severity];
  return {
    message: facts.summary,
    severity_id: severityId,
    severity,
    time: facts.timeMs,
    metadata: compact({
      version: OCSF_VERSION,
      product: { name: 'Sallyport', vendor_name: 'Sallyport', version },
      profiles: facts.type === 'decision' || facts.type === 'outcome' ? ['ai_operation', 'record_integrity'] : ['record_integrity'],
      uid: entry.hash,
      sequence: facts.seq,
      correlation_uid: facts.call,
      original_time: facts.time,
      event_code: facts.name,
      log_name: 'audit',
      log_provider: facts.org,
    }),
    raw_data: entryLine(entry),
    attestation_list: [attestationOf(facts)],
    unmapped: unmappedOf(facts),
  };
}

function attestationOf({ org, seq, hash, prev }: Facts): JsonObject {
  const uid = (number: number) => `${org}/${number}`;
  return {
    uid: uid(seq),
    chain_uid: org,
    authority_uid: `sallyport/${org}`,
    fingerprint: fingerprint(hash),
    ...(seq > 1 ? { prev_event: { uid: uid(seq - 1), fingerprint: fingerprint(prev) } } : {}),
  };
}

/** SHA-256 of the RFC 8785 text of the entry's header (docs/audit-format.md §1): neither of the known serializations of an OCSF event. */
function fingerprint(value: string): JsonObject {
  return {
    algorithm: 'SHA-256',
    algorithm_id: 3,
    value,
    encoding: 'Hex',
    encoding_id: 1,
    serialization: 'Sallyport audit log entry header, RFC 8785',
    serialization_id: 99,
  };
}

function unmappedOf(facts: Facts): JsonObject {
  const { effect, rule, code, reason, risk, intent, category, approval, revision, surface, agentClass, token, parent } = facts;
  const findings = facts.findings === undefined ? undefined : (JSON.parse(facts.findings) as JsonObject);
  const details = facts.details === undefined ? undefined : (JSON.parse(facts.details) as JsonObject);
  const told = { effect, rule, code, reason, risk, intent, category, approval, revision, surface, agentClass, token, parent };
  return compact({ ...told, latencyMs: facts.latencyMs, instance: facts.instance, findings, details });
}

function classOf(event: LogEvent, facts: Facts, version: string): JsonObject {
  switch (facts.type) {
    case 'decision':
    case 'outcome':
      return apiActivity(facts);
    case 'signin':
      return authentication(facts);
    case 'object':
      return entityManagement(event, facts);
    default:
      return facts.name === 'system.start' || facts.name === 'system.stop' ? lifecycle(facts, version) : baseEvent(facts);
  }
}

const ACTIVITY: Readonly<Record<string, [id: number, name: string]>> = {
  read: [2, 'Read'],
  write: [3, 'Update'],
  destructive: [4, 'Delete'],
};

function apiActivity(facts: Facts): JsonObject {
  const [activity_id, activity_name] = ACTIVITY[facts.intent ?? ''] ?? (facts.intent === undefined ? [0, 'Unknown'] : [99, facts.intent]);
  const { agent, agentClass, user, token, server, method, source } = facts;
  const capability = facts.tool ?? facts.prompt ?? facts.resource;
  const isTool = facts.method === 'tools/call';
  return {
    ...classIds(6003, 'API Activity', 6, 'Application Activity', activity_id, activity_name),
    ...statusOf(facts),
    actor: compact({
      app_name: agent ?? 'unidentified',
      user: user === undefined ? undefined : { name: user, uid: user, type_id: 1, type: 'User' },
      session: token === undefined ? undefined : { uid: token },
    }),
    api: compact({
      operation: capability ?? method ?? 'unknown',
      service: server === undefined ? undefined : { name: server, uid: server },
      request: facts.call === undefined ? undefined : { uid: facts.call },
      response: facts.status === undefined ? undefined : { message: facts.status },
      version: facts.protocol,
    }),
    ...(agent === undefined ? {} : { ai_agent: compact({ uid: agent, name: agent, type: agentClass, type_id: 0 }) }),
    message_context: compact({
      ai_role_id: isTool ? 3 : 4,
      ai_role: isTool ? 'Tool' : 'Agent',
      application: agent === undefined ? undefined : { name: agent },
      service: { name: server ?? 'sallyport' },
      uid: facts.call,
    }),
    src_endpoint: source === undefined ? { name: agent ?? 'unidentified' } : { ip: source, name: agent ?? 'unidentified' },
    ...(server === undefined ? {} : { dst_endpoint: { name: server } }),
    ...(capability === undefined
      ? {}
      : { resources: [compact({ name: capability, uid: capability, type: capabilityKind(facts), group: undefined })] }),
  };
}

function capabilityKind({ tool, prompt }: Facts): string {
  return tool !== undefined ? 'tool' : prompt !== undefined ? 'prompt' : 'resource';
}

function statusOf(facts: Facts): JsonObject {
  const detail = compact({ status_code: facts.code ?? facts.status, status_detail: facts.reason });
  const failed = facts.type === 'decision' ? facts.effect === 'deny' : !['ok', 'input_required', undefined].includes(facts.status);
  if (facts.type === 'decision' && facts.effect === 'hold') return { status_id: 99, status: 'Held', ...detail };
  return failed ? { status_id: 2, status: 'Failure', ...detail } : { status_id: 1, status: 'Success', ...detail };
}

function authentication(facts: Facts): JsonObject {
  return {
    ...classIds(3002, 'Authentication', 3, 'Identity & Access Management', 1, 'Logon'),
    ...statusOf(facts),
    user: { name: facts.operator ?? 'unknown', type_id: 2, type: 'Admin' },
    service: { name: 'sallyport admin', uid: facts.org },
    ...(facts.source === undefined ? {} : { src_endpoint: { ip: facts.source } }),
  };
}

function entityManagement({ content }: LogEvent, facts: Facts): JsonObject {
  const changes = Array.isArray(content.changes) ? content.changes.filter(isObject) : [];
  const [first] = changes;
  const actions = new Set(changes.map(({ action }) => action));
  const [id, name] = (actions.size === 1 ? CHANGE[String(first?.action)] : undefined) ?? [99, 'Several'];
  return {
    ...classIds(3004, 'Entity Management', 3, 'Identity & Access Management', id, name),
    ...statusOf(facts),
    actor: { user: { name: facts.operator ?? 'unknown', type_id: 2, type: 'Admin' } },
    entity: {
      name: changes.length === 1 ? String(first?.name) : `${changes.length} objects`,
      type: changes.length === 1 ? String(first?.kind) : 'objects',
      version: String(facts.revision),
      data: { changes: content.changes ?? [] },
    },
  };
}

const CHANGE: Readonly<Record<string, [id: number, name: string]>> = {
  create: [1, 'Create'],
  update: [3, 'Update'],
  write: [3, 'Update'],
  delete: [4, 'Delete'],
};

function lifecycle(facts: Facts, version: string): JsonObject {
  const isStart = facts.name === 'system.start';
  return {
    ...classIds(6002, 'Application Lifecycle', 6, 'Application Activity', isStart ? 3 : 4, isStart ? 'Start' : 'Stop'),
    app: compact({ name: 'Sallyport', vendor_name: 'Sallyport', version, uid: facts.instance }),
  };
}

function baseEvent(facts: Facts): JsonObject {
  return classIds(0, 'Base Event', 0, 'Uncategorized', 99, facts.name);
}

function classIds(
  class_uid: number,
  class_name: string,
  category_uid: number,
  category_name: string,
  id: number,
  name: string,
): JsonObject {
  const type_uid = class_uid * 100 + id;
  return {
    activity_id: id,
    activity_name: name,
    category_uid,
    category_name,
    class_uid,
    class_name,
    type_uid,
    type_name: `${class_name}: ${name}`,
  };
}

function compact(members: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
