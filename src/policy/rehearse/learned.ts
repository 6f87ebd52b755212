// A policy proposed from recorded traffic: for each agent and tool that was let through, one rule within the numbers and folders that were seen, with
// counts in comments. Bounded; knows nothing of what was denied. A proposal: who abused a tool while it learnt is in it.

import type { JsonObject } from '../../lib/json.ts';
import { MAX_WHEN_CHARS } from '../../object/kind/policy.ts';
import type { ReplayedEntry } from './simulate.ts';
import { globText, quoted, ruleName } from './starter.ts';

/** Pairs of agent and tool, and places of arguments in each, that are remembered. */
export const MAX_LEARNED = 5_000;
export const MAX_LEARNED_PLACES = 16;

interface Use {
  agent: string;
  server: string;
  tool: string;
  calls: number;
  withArguments: number;
  intents: Set<string>;
  places: Map<string, Place>;
}

interface Place {
  numbers: number;
  least: number;
  most: number;
  paths: number;
  folder: string | undefined;
  /** Values that are neither. */
  others: number;
}

export class Learned {
  calls = 0;
  #beyond = 0;
  readonly #uses = new Map<string, Use>();

  get tools(): number {
    return this.#uses.size;
  }

  add({ recorded, request }: NonNullable<ReplayedEntry['call']>): void {
    const { principal, server, capability, effect, method, intent } = recorded;
    if (effect !== 'allow' || method !== 'tools/call' || server === undefined || capability?.kind !== 'tool') return;
    this.calls++;
    const key = JSON.stringify([principal.agent, server, capability.name]);
    let use = this.#uses.get(key);
    if (!use) {
      if (this.#uses.size >= MAX_LEARNED) {
        this.#beyond++;
        return;
      }
      use = { agent: principal.agent, server, tool: capability.name, calls: 0, withArguments: 0, intents: new Set(), places: new Map() };
      this.#uses.set(key, use);
    }
    use.calls++;
    if (intent) use.intents.add(intent.intent);
    if (!request.input.args) return;
    use.withArguments++;
    learnArguments(use, request.input.args);
  }

  text(from: string): string {
    const lines = [
      `# Proposed from ${this.calls} calls on tools that were let through since ${from}. What was not seen is denied.`,
      '# Bounds are what was seen, not what is right. Read it, round them, and try it: sallyport policy simulate --policy FILE --alone',
      'kind: policy',
      'metadata: { name: learned }',
      'spec:',
    ];
    const taken = new Set<string>();
    const rules = [...this.#uses.values()].sort((a, b) => b.calls - a.calls).flatMap((use) => ruleLines(use, taken));
    lines.push(taken.size === 0 ? '  rules: []' : '  rules:', ...rules);
    if (this.#beyond > 0) lines.push(`    # ${this.#beyond} calls on other tools are left out.`);
    return `${lines.join('\n')}\n`;
  }
}

function learnArguments(use: Use, args: JsonObject): void {
  for (const [member, value] of Object.entries(args)) {
    if (!IDENTIFIER.test(member)) continue;
    let place = use.places.get(member);
    if (!place) {
      if (use.places.size >= MAX_LEARNED_PLACES) continue;
      place = { numbers: 0, least: Number.POSITIVE_INFINITY, most: Number.NEGATIVE_INFINITY, paths: 0, folder: undefined, others: 0 };
      use.places.set(member, place);
    }
    if (typeof value === 'number') {
      place.numbers++;
      place.least = Math.min(place.least, value);
      place.most = Math.max(place.most, value);
    } else if (typeof value === 'string' && PATH.test(value)) {
      const folder = value.slice(0, value.lastIndexOf('/')) || '/';
      place.folder = place.paths === 0 ? folder : commonFolder(place.folder ?? '/', folder);
      place.paths++;
    } else place.others++;
  }
}

const IDENTIFIER = /^[A-Za-z_]\w{0,63}$/;
/** An absolute path without anything odd in it. */
const PATH = /^\/(?:[\w. -]+\/)*[\w. -]+$/;

function commonFolder(one: string, other: string): string {
  const [left, right] = [one.split('/'), other.split('/')];
  let same = 0;
  while (same < left.length && same < right.length && left[same] === right[same]) same++;
  return left.slice(0, same).join('/') || '/';
}

function ruleLines({ agent, server, tool, calls, withArguments, intents, places }: Use, taken: Set<string>): string[] {
  const conditions: string[] = [];
  const comments: string[] = [];
  for (const [member, { numbers, least, most, paths, folder, others }] of places) {
    if (others > 0) continue;
    // A bound must hold for every call seen: what was sometimes absent is asked for first.
    if (numbers > 0 && paths === 0) {
      const bound = `${memberOf(member)} >= ${literal(least)} && ${memberOf(member)} <= ${literal(most)}`;
      conditions.push(numbers === withArguments ? bound : `(!${presenceOf(member)} || (${bound}))`);
      comments.push(`      # ${member}: ${numbers} numbers from ${least} to ${most}`);
    } else if (paths > 0 && numbers === 0 && folder !== undefined && folder !== '/') {
      const bound = `path_within(${memberOf(member)}, ${quoted(folder)})`;
      conditions.push(paths === withArguments ? bound : `(!${presenceOf(member)} || ${bound})`);
      comments.push(`      # ${member}: ${paths} paths below ${folder}`);
    }
  }
  const when = conditions.join(' && ');
  // Fewer bounds would allow more than was seen.
  if (when.length > MAX_WHEN_CHARS)
    return [
      `    # Left out, and so denied: ${calls} calls of ${quoted(agent)} on ${quoted(tool)}, whose bounds are longer than a condition may be.`,
    ];
  let name = ruleName(`${agent}-${server}-${tool}`);
  for (let n = 2; taken.has(name); n++) name = `${ruleName(`${agent}-${server}-${tool}`).slice(0, 54)}-${n}`;
  taken.add(name);
  const intent = intents.size > 0 ? ` of intent ${[...intents].sort().join(', ')}` : '';
  return [
    `    # ${calls} ${calls === 1 ? 'call' : 'calls'}${intent}`,
    ...comments,
    `    - name: ${name}`,
    `      match: { agent: [${quoted(globText(agent))}], server: [${quoted(globText(server))}], tool: [${quoted(globText(tool))}] }`,
    ...(when === '' ? [] : [`      when: ${quoted(when)}`]),
    '      effect: allow',
  ];
}

/** Members that CEL reads as words of its own. INVARIANT: no name an agent sends makes the proposal one that cannot be applied (starter.test.ts). */
const WORDS: ReadonlySet<string> = new Set(['in', 'true', 'false', 'null']);

function memberOf(member: string): string {
  return WORDS.has(member) ? `args[${quoted(member)}]` : `args.${member}`;
}

function presenceOf(member: string): string {
  return WORDS.has(member) ? `(${quoted(member)} in args)` : `has(args.${member})`;
}

/** As a number of CEL: never in a form that it does not read. */
function literal(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? String(value) : value.toExponential().replace(/^(-?\d+)e/, '$1.0e');
}
