// `npm run -s bench:policy`: what one decision costs by the number of rules, and what a condition costs. Prints microseconds per decision;
// `-- --json` prints one JSON object of named figures.
import type { PolicyRule, StoredObject } from '../src/object/kinds.ts';
import { compilePolicies } from '../src/policy/compile.ts';
import type { DecideInput } from '../src/policy/policy-set.ts';
import { knownWords } from './words.ts';

knownWords('bench:policy', ['--json']);

const COUNTS = [10, 100, 1_000, 10_000];
const MEASURE_MS = 400;
const SERVERS = 20;

const figures: Record<string, number> = {};
for (const count of COUNTS) {
  const rules = Array.from({ length: count }, (_, i) => ruleOf(i));
  const began = performance.now();
  const set = compilePolicies([policy(rules)], 1);
  figures[`compile_${count}_ms`] = round(performance.now() - began);
  const last = count - 1;
  const allowed = call(`server-${last % SERVERS}`, `tool_${last}`);
  figures[`allow_${count}_us`] = measure(() => set.decide(allowed));
  const denied = call('server-0', 'no_such_tool');
  figures[`deny_${count}_us`] = measure(() => set.decide(denied));
  figures[`visible_${count}_us`] = measure(() =>
    set.visible(allowed.principal, allowed.server ?? '', allowed.capability ?? { kind: 'tool', name: '' }),
  );
}
const conditional = compilePolicies(
  [policy([{ name: 'small', match: { tool: ['refund'] }, when: "args.amount <= 500 && args.currency == 'USD'", effect: 'allow' }])],
  1,
);
const refund = { ...call('shop', 'refund'), args: { amount: 20, currency: 'USD', note: 'x'.repeat(1_000) } };
figures.condition_us = measure(() => conditional.decide(refund));
const mail = compilePolicies(
  [policy([{ name: 'inside', match: { tool: ['mail'] }, when: "args.to.all(t, domain_of(t) in ['example.com'])", effect: 'allow' }])],
  1,
);
const letter = { ...call('shop', 'mail'), args: { to: ['a@example.com', 'b@example.com', 'c@example.com'] } };
figures.condition_loop_us = measure(() => mail.decide(letter));

if (process.argv.includes('--json')) console.log(JSON.stringify(figures));
else for (const [name, value] of Object.entries(figures)) console.log(`${name.padEnd(24)} ${value}`);

/** Rules as companies write them: most name a server and tools, some a class, a glob, an intent, a tag. */
function ruleOf(i: number): PolicyRule {
  const server = [`server-${i % SERVERS}`];
  const match: PolicyRule['match'] =
    i % 5 === 4
      ? { server, tool: [`tool_${i}*`] }
      : i % 5 === 3
        ? { server, class: ['batch'], intent: ['destructive'] }
        : { server, tool: [`tool_${i}`] };
  return { name: `r${i}`, match, effect: i % 5 === 3 ? 'deny' : 'allow' };
}

function policy(rules: PolicyRule[]): StoredObject<'policy'> {
  return { kind: 'policy', metadata: { name: 'bench' }, spec: { order: 1000, rules } };
}

function call(server: string, tool: string): DecideInput {
  return {
    principal: {
      org: 'acme',
      agent: 'bot',
      agentClass: 'support',
      environment: 'production',
      teams: [],
      roles: [],
      labels: {},
      user: undefined,
      token: 't',
      inScope: () => true,
    },
    kind: 'call',
    method: 'tools/call',
    server,
    capability: { kind: 'tool', name: tool },
    args: {},
    intent: { intent: 'read', category: undefined },
    findings: [],
  };
}

/** Microseconds for one run: the best of five rounds, so that other work on the machine counts least. */
function measure(run: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    const began = performance.now();
    let runs = 0;
    while (performance.now() - began < MEASURE_MS / 5) {
      for (let i = 0; i < 100; i++) run();
      runs += 100;
    }
    best = Math.min(best, ((performance.now() - began) * 1_000) / runs);
  }
  return round(best);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
