// A log in which calls were held, voted on and run: its contents one by one, so that a test can change one and see what a verifier says.
import { newTicket } from '../../src/approval/ticket.ts';
import type { ApprovalFields } from '../../src/audit/approval-entry.ts';
import { entryLine, GENESIS, linkEntry } from '../../src/audit/chain.ts';
import { decisionContent, outcomeContent, systemContent } from '../../src/audit/entry.ts';
import type { Head } from '../../src/audit/port.ts';

export const ORG = 'acme';
export const TIME_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
export const HOUR_MS = 3_600_000;

const requester = {
  org: ORG,
  agent: 'payer',
  agentClass: undefined,
  environment: undefined,
  teams: [],
  roles: [],
  labels: {},
  user: 'ada',
  token: 't',
};
export const APPROVERS = { users: ['uma'], teams: ['finance'], roles: ['lead'] };

export const ticket = newTicket(
  ORG,
  {
    ...{ requester, owner: 'otto', method: 'tools/call', server: 'bank', capability: { kind: 'tool' as const, name: 'pay' } },
    ...{ definition: 'd'.repeat(64), params: '{"amount":1}', rule: 'p/held', ruleHash: 'e'.repeat(64), reason: 'Held.', revision: 0 },
    ...{ callId: 'call_asked', approvers: { ...APPROVERS, quorum: 2 }, intent: undefined, risk: undefined, findings: [] },
  },
  { id: 'appr_1', nonce: 'f'.repeat(32), createdMs: TIME_MS, expiresMs: TIME_MS + HOUR_MS },
);

type Step = Partial<ApprovalFields> & Pick<ApprovalFields, 'what'>;

/** Content of one step of the ticket. */
export function step(change: Step): string {
  const { id, digest, binding } = ticket;
  return systemContent({
    event: 'approval',
    timeMs: TIME_MS + 1,
    ticket: id,
    digest,
    binding,
    agent: 'payer',
    instance: 'gw_1',
    ...change,
  });
}

export function requested(change: Partial<ApprovalFields> = {}): string {
  const { rule, ruleHash, nonce, quorum, createdMs, expiresMs, definition, revision: held, owner, method, server } = ticket;
  const asked = { call: 'call_asked', method, server, tool: 'pay', rule, ruleHash, asUser: 'ada', owner, quorum, definition };
  return step({ what: 'requested', ...asked, createdMs, expiresMs, nonce, held, approvers: APPROVERS, ...change });
}

export const vote = (what: 'approved' | 'granted' | 'refused', by: string, more: Partial<ApprovalFields> = {}): string =>
  step({ what, by, roles: ['lead'], ...more });
export const consumed = (call: string, more: Partial<ApprovalFields> = {}): string => step({ what: 'consumed', call, ...more });

export function decision(call: string, more: Partial<Parameters<typeof decisionContent>[0]> = {}): string {
  return decisionContent({
    ...{ timeMs: TIME_MS + 2, call, principal: { agent: 'payer', token: 't', user: 'ada' }, surface: 'server/bank', method: 'tools/call' },
    ...{ server: 'bank', tool: 'pay', definition: 'd'.repeat(64), effect: 'allow' as const, rule: 'p/held', code: 'allowed', judged: 0 },
    ...{
      credential: 'service' as const,
      client: { era: 'modern' as const, version: '2026-07-28' },
      origin: 'agent' as const,
      approval: ticket.id,
    },
    ...more,
  });
}

export const ended = (call: string, of: number): string =>
  outcomeContent({ timeMs: TIME_MS + 3, call, decision: of, status: 'ok', latencyMs: 1 });

/** Asked for, approved by two, used up by another attempt of the same call, run. */
export const approvedContents = (): string[] => [
  decision('call_asked', { effect: 'hold', code: 'approval_required' }),
  requested(),
  step({ what: 'read', by: 'ben' }),
  vote('approved', 'ben'),
  vote('granted', 'cyd', { user: 'uma', roles: undefined }),
  consumed('call_ran'),
  decision('call_ran'),
  ended('call_ran', 7),
];

/** `revision`: of all of them; the first then is what raised it. */
export function linesOf(contents: readonly string[], revision = 0): string[] {
  let head: Head = GENESIS;
  return contents.map((content) => {
    const entry = linkEntry(ORG, head, revision, content);
    head = { seq: entry.seq, hash: entry.hash, revision };
    return entryLine(entry);
  });
}
