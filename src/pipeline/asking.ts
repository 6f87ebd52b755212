// From a held call to what a person is asked: everything that says what would happen, and nothing that differs between two attempts at it.
// Never puts a value of the arguments anywhere but into the sealed part.
import type { Asking, bindingOf, SealedPart } from '../approval/ticket.ts';
import type { Decision } from '../call.ts';
import { withoutArguments } from '../detect/intent/verdict.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import { sha256Hex } from '../lib/digest.ts';
import type { Json } from '../lib/json.ts';
import { memberRanges } from '../mcp/raw-json.ts';
import { ruleText } from '../object/rule-text.ts';
import type { ControlView } from '../object/snapshot.ts';
import type { Flight } from './flight.ts';

export function askingOf(flight: Flight, decision: Decision): Asking {
  const { call, control } = flight;
  const asked = askedCallOf(flight);
  const settings = control.view.organization()?.spec.approvals;
  return {
    ...asked,
    owner: control.view.agent(asked.requester.agent)?.spec.owner,
    rule: decision.rule,
    ruleHash: ruleHash(control.view, decision.rule),
    reason: decision.reason,
    revision: decision.revision,
    callId: call.id,
    approvers: decision.obligations?.approvers ?? settings?.approvers,
    intent: call.intent && { ...call.intent, evidence: withoutArguments(call.intent.evidence) },
    risk: call.risk && { score: call.risk.score, parts: call.risk.parts(), band: call.risk.band, profile: call.risk.profile },
    findings: call.findings,
  };
}

/** Who asks for what: all that a binding is made of. */
export function askedCallOf(flight: Flight): Parameters<typeof bindingOf>[1] {
  const { principal, target, method } = flight.call;
  if (!principal) throw new Error('an unidentified call reached approve');
  const { inScope: _, ...requester } = principal;
  return {
    requester,
    method,
    server: target?.server,
    capability: target?.capability && { ...target.capability },
    definition: target?.definition?.hash,
    params: exactParams(flight),
  };
}

/** Whole, unless they hold what may not be kept: then as they would be sent, masked. */
export function sealedPartOf({ call, received, sensitiveArguments }: Flight): SealedPart {
  const params = sensitiveArguments ? call.params : received.params;
  const text = sensitiveArguments ? undefined : received.text;
  const evidence = call.intent?.evidence ?? [];
  const described = call.target?.definition?.value.description;
  return {
    params: text ?? JSON.stringify(params ?? {}),
    description: typeof described === 'string' ? described : undefined,
    evidence: sensitiveArguments ? withoutArguments(evidence) : evidence,
  };
}

/**
 * INVARIANT: two calls whose values a server could tell apart have different texts here (test/scenario/attack-approval.test.ts). Numbers that
 * look the same once parsed are told apart by the exact text of the member they stand in.
 */
function exactParams({ received }: Flight): string {
  const { _meta: _, ...params } = received.params ?? {};
  const { text } = received;
  if (text === undefined) return isWellFormed(params) ? canonicalJson(params) : canonicalJson({ written: JSON.stringify(params) });
  const exact: string[] = [];
  for (const [name, { start, end }] of [...memberRanges(text)].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const member = text.slice(start, end);
    if (name !== '_meta' && holdsInexactNumber(member)) exact.push(sha256Hex(member));
  }
  // What is too large for a number of its own is an inexact one, and told apart as such.
  return canonicalJson(isWellFormed(params) && isAllFinite(params) ? { params, exact } : { written: JSON.stringify(params), exact });
}

function isAllFinite(value: Json | undefined): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  return value === null || typeof value !== 'object' || Object.values(value).every(isAllFinite);
}

/** RFC 8785 has no form for half a pair of surrogates; JSON has, as an escape. */
function isWellFormed(value: Json | undefined): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (value === null || typeof value !== 'object') return true;
  if (Array.isArray(value)) return value.every(isWellFormed);
  return Object.entries(value).every(([name, one]) => name.isWellFormed() && isWellFormed(one));
}

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

/** Is there a number that is written otherwise than its value would be? */
export function holdsInexactNumber(jsonText: string): boolean {
  for (const [token] of jsonText.matchAll(STRING_OR_NUMBER)) {
    if (!token.startsWith('"') && token !== JSON.stringify(Number(token))) return true;
  }
  return false;
}

/** Of the rule's own text, so that an approval under one text is none under another. Rules of risk and DLP objects: of the whole object. */
export function ruleHash(view: ControlView, rule: string): string {
  return sha256Hex(canonicalJson(ruleText(view, rule)));
}
