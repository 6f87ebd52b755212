// What binds the parts of a proof to one another beyond their hashes: approvals to the call that ran, and the rule that decided to the policy text.
// Pure, over entries that were proved already.
import { canonicalJson } from '../lib/canonical-json.ts';
import { sha256Hex } from '../lib/digest.ts';
import { isObject, type JsonObject } from '../lib/json.ts';
import { ApprovalLedger } from './approval-ledger.ts';
import type { ParsedLine } from './line.ts';

interface Document {
  kind: string;
  name: string;
  /** Number of the entry that put it in force. */
  entry: number;
  text: string;
}

/** The first thing that does not fit; undefined when everything does. Entries are in the order of the log. */
export function unbound(call: string, entries: readonly ParsedLine[], documents: readonly Document[]): string | undefined {
  const tickets = new Set(entries.filter(isDecision).map(({ content }) => content.approval));
  const ledger = new ApprovalLedger();
  ledger.readParts();
  for (const { header, content } of entries) {
    const isStep = content.type === 'system' && content.event === 'approval';
    const isUse = content.type === 'system' && content.event === 'grant';
    if (isStep && !tickets.has(content.ticket ?? '')) return `entry ${header.seq} is about an approval that no decision of the call names`;
    if (isUse && content.call !== call) return `entry ${header.seq} is about another call`;
    if (!isStep && !isUse && content.type !== 'object' && !isAllowing({ header, content })) continue;
    // That the grant was there shows only when its document is in the proof.
    if (isUse && !documents.some(({ kind, name }) => kind === 'grant' && name === content.grant)) ledger.grantSeen(content.grant);
    const breach = ledger.take(header.seq, content);
    if (breach) return `entry ${header.seq} breaks the rule "${breach.rule}": expected ${breach.expected}, found ${breach.found}`;
  }
  return wrongRule(entries, documents) ?? wrongAsking(entries, documents);
}

/** What a policy's own text says about a call that was allowed. */
function wrongRule(entries: readonly ParsedLine[], documents: readonly Document[]): string | undefined {
  for (const entry of entries.filter(isAllowing)) {
    const { content } = entry;
    const found = rulesOf(content.rule, documents);
    if (found.length === 0) continue;
    const allows = found.some(({ effect }) => effect === 'allow' || (effect === 'hold' && content.approval !== undefined));
    if (!allows)
      return `entry ${entry.header.seq} allows what the text of rule ${content.rule} ${found.some(({ effect }) => effect === 'hold') ? 'holds' : 'refuses'}`;
  }
  return undefined;
}

/** A ticket was asked for under the text of the rule that is here. */
function wrongAsking(entries: readonly ParsedLine[], documents: readonly Document[]): string | undefined {
  for (const { header, content } of entries) {
    if (content.event !== 'approval' || content.what !== 'requested' || typeof content.ruleHash !== 'string') continue;
    const found = rulesOf(content.rule, documents);
    if (found.length > 0 && !found.some((rule) => sha256Hex(canonicalJson(rule)) === content.ruleHash))
      return `entry ${header.seq} asked for an approval under another text of rule ${content.rule}`;
    if (content.passkeyRequired === true) continue;
    const rules = found.filter((rule) => sha256Hex(canonicalJson(rule)) === content.ruleHash);
    if (rules.some((rule) => approversOf(rule)?.passkey === true))
      return `entry ${header.seq} asked for an approval without the passkey that rule ${content.rule} demands`;
    const organization = organizationAt(Number(content.held), entries, documents);
    if (rules.length > 0 && rules.every((rule) => !approversOf(rule)) && organization?.passkey === true)
      return `entry ${header.seq} asked for an approval without the passkey that the organization demands`;
  }
  return undefined;
}

function approversOf({ obligations }: JsonObject): JsonObject | undefined {
  const approvers = isObject(obligations) ? obligations.approvers : undefined;
  return isObject(approvers) ? approvers : undefined;
}

/** What the organization asks for where a rule does not, by the newest of its documents here that was in force at this revision. */
function organizationAt(revision: number, entries: readonly ParsedLine[], documents: readonly Document[]): JsonObject | undefined {
  const revisions = new Map(entries.map(({ header }) => [header.seq, header.revision]));
  const made = ({ entry }: Document): number => revisions.get(entry) ?? Number.POSITIVE_INFINITY;
  const [newest] = documents.filter((one) => one.kind === 'organization' && made(one) <= revision).sort((a, b) => made(b) - made(a));
  const { spec } = newest ? readObject(newest.text) : {};
  const approvals = isObject(spec) ? spec.approvals : undefined;
  const approvers = isObject(approvals) ? approvals.approvers : undefined;
  return isObject(approvers) ? approvers : undefined;
}

function rulesOf(id: unknown, documents: readonly Document[]): JsonObject[] {
  const [policy, name, ...rest] = String(id).split('/');
  if (rest.length > 0) return [];
  return documents
    .filter((one) => one.kind === 'policy' && one.name === policy)
    .flatMap(({ text }) => {
      const { spec } = readObject(text);
      const rules = isObject(spec) && Array.isArray(spec.rules) ? spec.rules : [];
      return rules.filter(isObject).filter((rule) => rule.name === name);
    });
}

function readObject(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function isDecision({ content }: Pick<ParsedLine, 'content'>): boolean {
  return content.type === 'decision';
}

function isAllowing({ header, content }: Pick<ParsedLine, 'content' | 'header'>): boolean {
  return content.type === 'decision' && content.effect === 'allow' && content.judged === header.revision;
}
