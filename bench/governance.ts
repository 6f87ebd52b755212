// What an organization that governs its agents has beside servers and tokens, for the benchmark: rules, limits, a risk profile, inspection.
// Everything lets the benchmark's calls through after looking at them; none of it is a stand-in.
import { type Kind, kinds, type PolicyRule, type StoredObject } from '../src/object/kinds.ts';
import { policyObject } from '../test/support/seed.ts';

/** `none`: one rule that allows. `rules`: 100 rules, limits, risk. `quota`: with a quota, which is durable. `all`: with inspection of what passes. */
export const GOVERNANCE = ['none', 'rules', 'quota', 'all'] as const;
export type Governance = (typeof GOVERNANCE)[number];

const RULES = 100;
/** Servers that the rules are about; the benchmark's is one of them. */
const SERVERS = 10;
const LIMITS = 40;
/** The rule whose condition is evaluated for every call of the benchmark. */
const CONDITION = 30;

const ALLOW: PolicyRule = { name: 'echo', match: { agent: ['bench'], server: ['echo'], tool: ['echo'] }, effect: 'allow' };

export function governanceObjects(governance: Governance): StoredObject[] {
  if (governance === 'none') return [policyObject('bench', [ALLOW], 2)];
  const objects: StoredObject[] = [policyObject('bench', companyRules(), 2), ...companyLimits(), of('risk', 'default', RISK)];
  if (governance === 'quota') objects.push(of('limit', 'quota', { per: ['agent'], quota: { max: 1_000_000_000, windowMs: 3_600_000 } }));
  if (governance === 'all') objects.push(of('dlp', 'default', DLP), of('injection', 'default', INJECTION), of('flow', 'default', FLOW));
  return objects;
}

const RISK = { bands: { log: 97, hold: 98, deny: 99 } };
/** So that messages of ten million characters are looked at as well (bench/large.ts). */
const BUDGET = { maxChars: 16_777_216, deadlineMs: 30_000 };
const DLP = { profile: 'strict', budget: BUDGET };
const INJECTION = { rules: [{ name: 'all', action: 'annotate' }], budget: BUDGET };
const FLOW = { rules: [{ name: 'secrets', from: ['secret'], action: 'deny' }] };

/** As companies write them: most name a server and tools, some a class, a glob, an intent, arguments. The last one allows the call. */
function companyRules(): PolicyRule[] {
  return [...Array.from({ length: RULES - 1 }, (_, place) => ruleNumber(place)), ALLOW];
}

function ruleNumber(place: number): PolicyRule {
  const server = [place % SERVERS === 0 ? 'echo' : `server-${place % SERVERS}`];
  const name = `r${place}`;
  switch (Math.floor(place / SERVERS) % 5) {
    case 0:
      return { name, match: { server, tool: [`delete_${place}*`] }, effect: 'deny' };
    case 1:
      return { name, match: { server, class: ['batch'], intent: ['destructive'] }, effect: 'deny' };
    case 2:
      return { name, match: { server, intent: ['exfiltrative'] }, effect: 'deny' };
    case 3:
      return {
        name,
        match: { server, tool: [place === CONDITION ? 'echo' : `tool_${place}`] },
        when: 'size(args.text) > 100000',
        effect: 'deny',
      };
    default:
      return { name, match: { server, tool: [`tool_${place}`] }, effect: 'allow' };
  }
}

/** Most name one agent or one tool, a few are about everybody. */
function companyLimits(): StoredObject[] {
  const rate = { max: 1_000_000, windowMs: 1_000 };
  const own = [
    of('limit', 'everybody', { per: ['agent'], rate, concurrency: 10_000 }),
    of('limit', 'echo', { match: { server: ['echo'], tool: ['echo'] }, per: ['agent'], rate, concurrency: 10_000 }),
  ];
  const others = Array.from({ length: LIMITS - own.length }, (_, place) =>
    of('limit', `l${place}`, { match: place % 2 === 0 ? { agent: [`other-${place}`] } : { tool: [`tool_${place}`] }, rate }),
  );
  return [...own, ...others];
}

function of<K extends Kind>(kind: K, name: string, spec: object): StoredObject {
  return { kind, metadata: { name }, spec: kinds[kind].parse(spec) } as StoredObject;
}
