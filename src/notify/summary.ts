// An event in words for people: a title and lines of label and value, for channels that show text. Pure; escaping is the channel's.
// INVARIANT: a value is one line of bounded length without anything unseen in it, whoever wrote it (channel/channel.test.ts).
import { isObject, type Json, type JsonObject } from '../lib/json.ts';
import { writtenOut } from '../lib/written-out.ts';
import { EVENT_TYPES, type EventBody, type EventType, type Severity } from './event.ts';

/** Lines of one message; the others are in the event itself. */
const MAX_FACTS = 16;
/** Characters of a value, and of a line of a digest: the longest message stays within what Teams takes (28 KB). Whole texts are in the event. */
const MAX_VALUE_CHARS = 500;
const MAX_LINE_CHARS = 200;

export interface Summary {
  title: string;
  severity: Severity;
  facts: [label: string, value: string][];
  /** Ticket that a reviewer can decide on now. */
  ticket: string | undefined;
  /** Approving it takes a passkey, on its page. */
  takesPasskey: boolean;
}

/** In the order in which people look for them. */
const LABELS: Readonly<Record<string, string>> = {
  agent: 'Agent',
  asUser: 'For user',
  user: 'User',
  server: 'Server',
  tool: 'Tool',
  prompt: 'Prompt',
  method: 'Method',
  rule: 'Rule',
  code: 'Code',
  intent: 'Intent',
  category: 'Category',
  risk: 'Risk',
  findings: 'Found',
  ticket: 'Ticket',
  passkey: 'Passkey',
  expires: 'Until',
  name: 'Name',
  scope: 'Scope',
  reason: 'Reason',
  until: 'Until',
  by: 'By',
  author: 'By',
  action: 'Action',
  limit: 'Limit',
  refused: 'Refused',
  count: 'Count',
  changes: 'Changes',
  instance: 'Gateway',
  call: 'Call',
};

/** Somebody can decide now. */
const DECIDABLE: ReadonlySet<string> = new Set(['approval.requested', 'approval.reminded', 'approval.escalated']);

export function summaryOf({ type, timestamp, data }: EventBody): Summary {
  const facts: [string, string][] = [];
  for (const [member, label] of Object.entries(LABELS)) {
    const value = textOf(data[member]);
    if (value !== '' && facts.length < MAX_FACTS) facts.push([label, lineOf(value, MAX_VALUE_CHARS)]);
  }
  if (type === 'events.digest') facts.push(...digestFacts(data));
  facts.push(['Organization', textOf(data.organization)], ['Time', timestamp]);
  return {
    title: EVENT_TYPES[type][1],
    severity: data.severity as Severity,
    facts,
    ticket: DECIDABLE.has(type) && typeof data.ticket === 'string' ? data.ticket : undefined,
    takesPasskey: data.passkey === 'required',
  };
}

/** How many of each type, and the first of them in a line each; all of them are in the event itself. */
function digestFacts({ types, events, from }: JsonObject): [string, string][] {
  const counted = (Array.isArray(types) ? types : [])
    .filter(isObject)
    .map(({ type, count }): [string, string] => [titleOf(type), textOf(count)]);
  const listed = (Array.isArray(events) ? events : []).filter(isObject).map(({ type, timestamp, data }): [string, string] => {
    const about = isObject(data) ? DIGEST_LINE.map((member) => textOf(data[member])).filter((text) => text !== '') : [];
    return [textOf(timestamp), lineOf([titleOf(type), ...about].join(', '), MAX_LINE_CHARS)];
  });
  return [['Since', textOf(from)], ...counted.slice(0, MAX_FACTS), ...listed.slice(0, MAX_FACTS)];
}

const DIGEST_LINE = ['agent', 'server', 'tool', 'rule', 'name', 'ticket', 'limit'];

function titleOf(type: Json | undefined): string {
  return EVENT_TYPES[type as EventType]?.[1] ?? textOf(type);
}

function lineOf(value: string, maxChars: number): string {
  const line = writtenOut(value);
  return line.length <= maxChars ? line : `${line.slice(0, maxChars - 1).toWellFormed()}…`;
}

function textOf(value: Json | undefined): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (!Array.isArray(value)) return '';
  return value
    .map((one) =>
      isObject(one)
        ? Object.values(one)
            .filter((part) => typeof part !== 'object')
            .join(' ')
        : textOf(one),
    )
    .join(', ');
}
