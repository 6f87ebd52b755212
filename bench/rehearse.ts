// `npm run -s bench:rehearse`: a generated log replayed through a candidate set: entries a second and peak memory. `-- 200000` sets the number of
// entries; the store is left out, so that what is measured is rebuilding, deciding twice and the table. Prints one line of JSON.

import { decisionContent } from '../src/audit/entry.ts';
import type { StoredEntry } from '../src/audit/port.ts';
import type { PolicyRule, StoredObject } from '../src/object/kinds.ts';
import { compilePolicies } from '../src/policy/compile.ts';
import { rebuilt, recordedDecision } from '../src/policy/rehearse/recorded-decision.ts';
import { type ReplayedEntry, type SimulationStep, simulate } from '../src/policy/rehearse/simulate.ts';
import { knownWords } from './words.ts';

knownWords('bench:rehearse', ['N']);

const ENTRIES = Number(process.argv[2] ?? 1_000_000);
const AGENTS = 500;
const TOOLS = 2_000;
const RULES = 100;

const live = compilePolicies([policy(rules('allow'))], 1);
const candidate = compilePolicies([policy(rules('deny'))], 1);
const began = performance.now();
let peak = 0;
let last: SimulationStep | undefined;
for await (const step of simulate(replayed(), live, candidate, async () => 1)) {
  peak = Math.max(peak, process.memoryUsage.rss());
  last = step;
}
const seconds = (performance.now() - began) / 1_000;
const told = last?.type === 'summary' ? { calls: last.calls, changed: last.changed, rows: last.rows.length, beyond: last.beyond } : {};
console.log(
  JSON.stringify({ entries: ENTRIES, entriesPerSecond: Math.round(ENTRIES / seconds), peakRssMiB: Math.round(peak / 1_048_576), ...told }),
);

async function* replayed(): AsyncGenerator<ReplayedEntry> {
  for (let i = 1; i <= ENTRIES; i++) {
    const entry = entryOf(i);
    const recorded = recordedDecision(entry);
    if (!recorded) continue;
    const { agent } = recorded.principal;
    const who = {
      org: 'acme',
      agent,
      agentClass: undefined,
      environment: undefined,
      teams: [],
      roles: [],
      labels: {},
      user: undefined,
      token: undefined,
    };
    const params = { name: recorded.capability?.name ?? '', arguments: { amount: (7 * i) % 1_000 } };
    yield {
      seq: i,
      call: { recorded, request: rebuilt(recorded, { who, params, definition: undefined, facts: undefined }), isWhole: true },
    };
  }
}

function entryOf(seq: number): StoredEntry {
  const content = decisionContent({
    timeMs: 1_700_000_000_000 + seq,
    call: `call_${seq}`,
    principal: { agent: `agent-${seq % AGENTS}` },
    surface: 'server/shop',
    method: 'tools/call',
    server: 'shop',
    tool: `tool_${seq % TOOLS}`,
    effect: 'allow',
    rule: 'p/rest',
    code: 'allowed',
    judged: 1,
    credential: 'none',
    client: { era: 'modern', version: '2026-07-28' },
    origin: 'agent',
    intent: 'write',
  });
  return { seq, hash: '', header: '{"revision":1}', content };
}

function rules(effect: 'allow' | 'deny'): PolicyRule[] {
  const some = Array.from(
    { length: RULES },
    (_, i): PolicyRule => ({
      name: `r${i}`,
      match: { tool: [`tool_${i}`] },
      when: 'args.amount > 500',
      effect,
    }),
  );
  return [...some, { name: 'rest', match: {}, effect: 'allow' }];
}

function policy(list: PolicyRule[]): StoredObject<'policy'> {
  return { kind: 'policy', metadata: { name: 'p' }, spec: { order: 1, rules: list } };
}
