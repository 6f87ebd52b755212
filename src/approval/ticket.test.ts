// Tickets by themselves: what changes the binding and what does not, who may vote, and what votes make of a ticket.
import { describe, expect, it } from 'vitest';
import {
  type Asking,
  bindingOf,
  newTicket,
  type Reviewer,
  readTicket,
  type Ticket,
  ticketText,
  type Vote,
  voteProblem,
  withVote,
} from './ticket.ts';

const asking: Asking = {
  requester: {
    org: 'o',
    agent: 'a',
    agentClass: undefined,
    environment: undefined,
    teams: [],
    roles: [],
    labels: {},
    user: 'ada',
    token: 't',
  },
  owner: 'otto',
  method: 'tools/call',
  server: 's',
  capability: { kind: 'tool', name: 'pay' },
  definition: 'ab',
  params: '{"amount":1}',
  rule: 'p/held',
  ruleHash: 'cd',
  reason: 'Held.',
  revision: 7,
  callId: 'call_1',
  approvers: undefined,
  intent: undefined,
  risk: undefined,
  findings: [],
};
const made = { id: 'appr_1', nonce: 'n', createdMs: 1, expiresMs: 2 };
const ticket = newTicket('o', asking, made);
const reviewer = (operator: string, more: Partial<Reviewer> = {}): Reviewer => ({
  operator,
  user: undefined,
  teams: [],
  roles: [],
  ...more,
});
const vote = (by: string, verdict: Vote['verdict'] = 'approve', user?: string): Vote => ({ by, user, verdict, comment: 'x', timeMs: 5 });

describe('a binding', () => {
  it('depends on who asks for what, and on nothing else', () => {
    const of = (change: Partial<Asking>, org = 'o') => bindingOf(org, { ...asking, ...change });
    const { requester } = asking;
    const same = [
      of({ callId: 'call_2', revision: 8, rule: 'p/other', reason: '' }),
      of({ requester: { ...requester, token: 'u', teams: ['x'] } }),
    ];
    expect(new Set([ticket.binding, ...same]).size).toBe(1);
    const others = [
      of({}, 'other'),
      of({ method: 'resources/read' }),
      of({ server: 'twin' }),
      of({ capability: { kind: 'tool', name: 'pay2' } }),
      of({ capability: { kind: 'prompt', name: 'pay' } }),
      of({ definition: undefined }),
      of({ params: '{"amount":2}' }),
      of({ requester: { ...requester, agent: 'b' } }),
      of({ requester: { ...requester, user: undefined } }),
    ];
    expect(new Set([ticket.binding, ...others]).size).toBe(others.length + 1);
  });

  it('and its digest also on rule, revision, nonce and end', () => {
    const digests = [
      newTicket('o', asking, { ...made, nonce: 'm' }),
      newTicket('o', asking, { ...made, expiresMs: 3 }),
      newTicket('o', { ...asking, rule: 'p/x' }, made),
      newTicket('o', { ...asking, ruleHash: 'ce' }, made),
      newTicket('o', { ...asking, revision: 8 }, made),
    ].map(({ digest }) => digest);
    expect(new Set([ticket.digest, ...digests]).size).toBe(6);
    expect(newTicket('o', asking, made).digest).toBe(ticket.digest);
  });
});

describe('a vote', () => {
  const named = (approvers: Ticket['approvers']): Ticket => ({ ...ticket, approvers });
  it.each<[string, Ticket, Reviewer, Vote['verdict'], string | undefined, string | undefined]>([
    ['by anybody when nobody is named', ticket, reviewer('r'), 'approve', undefined, undefined],
    ['by the user it is made for', ticket, reviewer('r', { user: 'ada' }), 'approve', undefined, 'self_approval'],
    ['by an operator of that name', ticket, reviewer('ada'), 'approve', undefined, 'self_approval'],
    ['by the owner of the agent', ticket, reviewer('r', { user: 'otto' }), 'refuse', 'no', 'self_approval'],
    ['without a comment, refusing', ticket, reviewer('r'), 'refuse', undefined, 'comment_required'],
    ['by one of the users', named({ users: ['eve'] }), reviewer('r', { user: 'eve' }), 'approve', undefined, undefined],
    ['by an operator named like one', named({ users: ['eve'] }), reviewer('eve'), 'approve', undefined, 'not_a_reviewer'],
    ['by one of a team', named({ teams: ['t'] }), reviewer('r', { teams: ['t'] }), 'approve', undefined, undefined],
    ['by one with a role', named({ roles: ['q'] }), reviewer('r', { roles: ['q'] }), 'approve', undefined, undefined],
    [
      'by nobody of these',
      named({ users: ['x'], teams: ['t'], roles: ['q'] }),
      reviewer('r', { user: 'y', teams: ['u'] }),
      'approve',
      undefined,
      'not_a_reviewer',
    ],
    ['twice', withVote({ ...ticket, quorum: 2 }, vote('r')), reviewer('r'), 'approve', undefined, 'voted_already'],
    [
      'twice as two operators',
      withVote({ ...ticket, quorum: 2 }, vote('r', 'approve', 'eve')),
      reviewer('r2', { user: 'eve' }),
      'approve',
      undefined,
      'voted_already',
    ],
    ['by nobody knows whom, where it takes two', { ...ticket, quorum: 2 }, reviewer('r'), 'approve', undefined, 'not_linked'],
    ['by nobody knows whom, refusing', { ...ticket, quorum: 2 }, reviewer('r'), 'refuse', 'no', undefined],
    ['after the end', withVote(ticket, vote('r')), reviewer('r2'), 'approve', undefined, 'not_open'],
  ])('%s', (_, on, by, verdict, comment, problem) => {
    expect(voteProblem(on, by, verdict, comment)).toBe(problem);
  });

  it('grants with the quorum, refuses at once', () => {
    const two = { ...ticket, quorum: 2 };
    const [r, s] = [vote('r', 'approve', 'rita'), vote('s', 'approve', 'sam')];
    expect(withVote(two, r).state).toBe('open');
    expect(withVote(withVote(two, r), s).state).toBe('approved');
    expect(withVote(withVote(two, r), vote('s', 'refuse')).state).toBe('refused');
    expect(withVote(withVote(two, vote('q')), s).state, 'of nobody knows whom, from before that was refused').toBe('open');
  });
});

it('comes back from its text as it was', () => {
  const voted = withVote(ticket, vote('r'));
  expect(readTicket(ticketText(voted))).toEqual(JSON.parse(JSON.stringify(voted)));
});
