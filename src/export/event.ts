// One log entry as something to tell others about: what happened, to whom, how bad it is, and where it stands in the chain.
// Reads what the entry says and nothing else: an entry holds commitments and findings, so no value of an argument or a result gets here.
import type { StoredEntry } from '../audit/port.ts';
import { isObject, type Json, type JsonObject } from '../lib/json.ts';

export type Severity = 'info' | 'low' | 'medium' | 'high' | 'critical';

export interface LogEvent {
  readonly entry: StoredEntry;
  readonly content: JsonObject;
  readonly header: JsonObject;
  /** Of an outcome: the decision it belongs to, as long as the log holds it. */
  readonly decision: JsonObject | undefined;
}

/** What a format tells in its own fields, by the names that all formats share. `undefined`: does not apply. */
export interface Facts {
  org: string;
  seq: number;
  hash: string;
  prev: string;
  revision: number;
  /** `decision.deny`, `outcome.ok`, `object`, `signin.failed`, `system.gap`: from a closed set unless a newer version wrote it. */
  name: string;
  type: string;
  time: string;
  timeMs: number;
  severity: Severity;
  /** One line for people. */
  summary: string;
  call: string | undefined;
  parent: string | undefined;
  agent: string | undefined;
  agentClass: string | undefined;
  token: string | undefined;
  user: string | undefined;
  /** Operator who changed, decided or signed in. */
  operator: string | undefined;
  method: string | undefined;
  surface: string | undefined;
  server: string | undefined;
  tool: string | undefined;
  prompt: string | undefined;
  resource: string | undefined;
  effect: string | undefined;
  status: string | undefined;
  rule: string | undefined;
  code: string | undefined;
  reason: string | undefined;
  source: string | undefined;
  instance: string | undefined;
  era: string | undefined;
  protocol: string | undefined;
  intent: string | undefined;
  category: string | undefined;
  approval: string | undefined;
  risk: number | undefined;
  latencyMs: number | undefined;
  /** Canonical JSON of what detectors saw. */
  findings: string | undefined;
  /** Canonical JSON of the members of the content that none of the others tells. */
  details: string | undefined;
}

export function readEvent(entry: StoredEntry, decision?: JsonObject): LogEvent {
  return { entry, content: parsed(entry.content), header: parsed(entry.header), decision };
}

export function factsOf({ entry, content, header, decision }: LogEvent): Facts {
  const about = decision ?? content;
  const principal = isObject(about.principal) ? about.principal : {};
  const client = isObject(about.client) ? about.client : {};
  const name = nameOf(content);
  const facts: Facts = {
    org: String(header.org),
    seq: entry.seq,
    hash: entry.hash,
    prev: String(header.prev),
    revision: Number(header.revision),
    name,
    type: String(content.type),
    time: String(content.time),
    timeMs: Date.parse(String(content.time)) || 0,
    severity: severityOf(name, content),
    summary: '',
    call: text(content.call),
    parent: text(about.parent),
    agent: text(principal.agent) ?? text(content.agent),
    agentClass: text(principal.class),
    token: text(principal.token) ?? text(content.token),
    user: text(principal.user) ?? text(content.asUser) ?? (content.type === 'signin' ? undefined : text(content.user)),
    operator: text(content.author) ?? text(content.by) ?? (content.type === 'signin' ? text(content.user) : undefined),
    method: content.type === 'signin' ? undefined : text(about.method),
    surface: text(about.surface),
    server: text(about.server),
    tool: text(about.tool),
    prompt: text(about.prompt),
    resource: text(about.resource),
    effect: text(about.effect),
    status: text(content.status) ?? (content.type === 'signin' ? text(content.result) : undefined),
    rule: text(about.rule),
    code: text(about.code),
    reason: text(content.reason) ?? text(content.comment),
    source: text(about.source) ?? text(content.remoteAddress),
    instance: text(content.instance) ?? text(about.instance),
    era: text(client.era),
    protocol: text(client.version),
    intent: text(about.intent),
    category: text(about.category),
    approval: text(about.approval) ?? text(content.ticket),
    risk: isObject(about.risk) ? number(about.risk.score) : undefined,
    latencyMs: number(content.latencyMs),
    findings: content.findings === undefined ? undefined : JSON.stringify(content.findings),
    details: detailsOf(content),
  };
  facts.summary = summaryOf(facts);
  return facts;
}

/** The facts that are told as plain name and value, in a fixed order; those that do not apply are left out. */
export function toldFacts(facts: Facts): [name: string, value: string | number][] {
  return TOLD.flatMap((name) => {
    const value = facts[name];
    return value === undefined ? [] : [[name, value] as [string, string | number]];
  });
}

const TOLD = [
  'org',
  'seq',
  'hash',
  'prev',
  'revision',
  'name',
  'call',
  'agent',
  'user',
  'operator',
  'server',
  'tool',
  'prompt',
  'resource',
  'effect',
  'status',
  'rule',
  'code',
  'risk',
  'latencyMs',
  'method',
  'surface',
  'source',
  'agentClass',
  'token',
  'parent',
  'approval',
  'intent',
  'category',
  'era',
  'protocol',
  'instance',
  'reason',
  'findings',
  'details',
] as const satisfies readonly (keyof Facts)[];

function nameOf(content: JsonObject): string {
  const { type, effect, status, result, event } = content;
  const detail = { decision: effect, outcome: status, signin: result, system: event }[String(type)];
  return detail === undefined ? String(type) : `${String(type)}.${String(detail)}`;
}

const SEVERITIES: Readonly<Record<string, Severity>> = {
  'decision.hold': 'low',
  'decision.deny': 'medium',
  'outcome.tool_error': 'low',
  'outcome.rpc_error': 'low',
  'outcome.cancelled': 'low',
  'outcome.upstream_failed': 'medium',
  'outcome.withheld': 'medium',
  object: 'low',
  'signin.failed': 'medium',
  'system.gap': 'high',
  'system.degraded': 'high',
  'system.incident': 'high',
  'system.drift': 'medium',
  'system.limited': 'medium',
  'system.key-rotation': 'low',
};

function severityOf(name: string, content: JsonObject): Severity {
  if (name === 'system.incident' && (content.what === 'canary' || content.what === 'decoy')) return 'critical';
  if (name === 'object' && content.freezes !== undefined) return 'medium';
  return SEVERITIES[name] ?? 'info';
}

/** Members that have a field of their own, or stand for the whole. */
const OWN_FIELDS = new Set([
  ...[
    'type',
    'time',
    'call',
    'parent',
    'agent',
    'token',
    'user',
    'asUser',
    'author',
    'by',
    'method',
    'surface',
    'server',
    'tool',
    'prompt',
  ],
  ...['resource', 'effect', 'status', 'rule', 'code', 'reason', 'comment', 'source', 'remoteAddress', 'instance', 'client', 'intent'],
  ...['category', 'approval', 'ticket', 'latencyMs', 'findings', 'principal', 'event'],
]);

function detailsOf(content: JsonObject): string | undefined {
  const rest = Object.entries(content).filter(([key]) => !OWN_FIELDS.has(key));
  return rest.length === 0 ? undefined : JSON.stringify(Object.fromEntries(rest));
}

function summaryOf(facts: Facts): string {
  const { name, agent, user, operator, server, tool, prompt, resource, method, code, reason } = facts;
  const who = operator ?? (agent === undefined ? undefined : user === undefined ? agent : `${agent} for ${user}`);
  const target = [server, tool ?? prompt ?? resource].filter((part) => part !== undefined).join('/');
  const parts = [name, who, method, target === '' ? undefined : target, code === undefined ? undefined : `(${code})`, reason];
  return parts.filter((part) => part !== undefined).join(' ');
}

function parsed(textOfObject: string): JsonObject {
  const value = JSON.parse(textOfObject) as Json;
  return isObject(value) ? value : {};
}

function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function number(value: Json | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
