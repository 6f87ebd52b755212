// Objects of kind flow, compiled: what is done about data of these labels on its way to that sink. Compiled once per control revision.
// undefined when there is no object: then nothing is remembered and nothing is matched.
import { compileGlob, type Glob } from '../../lib/glob.ts';
import type { flowActions } from '../../object/kind/flow.ts';
import type { SpecOf, StoredObject } from '../../object/kinds.ts';
import { type Decoy, decoysOf } from './decoy.ts';
import { type DataLabels, isOwnWord } from './label.ts';
import { ANYTHING } from './port.ts';

type Spec = SpecOf['flow'];
export type FlowAction = (typeof flowActions)[number];

export interface Destination {
  server: string;
  tool: string | undefined;
  agent: string;
  sink: 'internal' | 'external';
  audience: string | undefined;
}

export interface Outgoing {
  labels: readonly string[];
  /** Server it was read from. */
  server: string;
  values: number;
  isSendBack: boolean;
}

export interface FlowRuling {
  action: FlowAction;
  /** `object/rule`; undefined when no rule speaks of it. */
  rule: string | undefined;
}

export interface Canary {
  name: string;
  value: string;
}

export interface FlowModel {
  readonly windowMs: number;
  readonly scope: Spec['scope'];
  readonly mixed: Spec['mixed'];
  readonly unseen: Spec['unseen'];
  readonly freezesAgent: boolean;
  readonly canaries: readonly Canary[];
  decoysOn(server: string): readonly Decoy[];
  sinkOf(labels: DataLabels): 'internal' | 'external';
  /** Some rule looks at what goes to internal sinks, too. */
  readonly watchesInternal: boolean;
  rule(outgoing: Outgoing, to: Destination): FlowRuling;
  /** Could a rule stop some of what was read there, whatever and how much of it that is? The server ANYTHING: of all that there is. */
  mayStop(outgoing: Pick<Outgoing, 'labels' | 'server'>, to: Destination): boolean;
}

interface Rule {
  name: string;
  spec: Spec['rules'][number];
  from: readonly Glob[];
  sources: readonly Glob[] | undefined;
  sinks: readonly string[];
  audience: readonly Glob[] | undefined;
  servers: readonly Glob[] | undefined;
  tools: readonly Glob[] | undefined;
  agents: readonly Glob[] | undefined;
}

const MIXED = ['allow', 'log', 'hold', 'deny'] as const;
const NOTED: FlowRuling = Object.freeze({ action: 'log', rule: undefined });

/** `openSecret(name)` gives the value of a sealed secret; undefined when it cannot be opened: then that canary watches nothing. */
export function compileFlow(objects: readonly StoredObject[], openSecret: (name: string) => string | undefined): FlowModel | undefined {
  const specs = objects
    .filter((object): object is StoredObject<'flow'> & StoredObject => object.kind === 'flow')
    .sort((one, other) => one.spec.order - other.spec.order || (one.metadata.name < other.metadata.name ? -1 : 1));
  if (specs.length === 0) return undefined;
  const rules = specs.flatMap(({ metadata, spec }) => spec.rules.map((rule) => compileRule(`${metadata.name}/${rule.name}`, rule)));
  const unknown = specs.some(({ spec }) => spec.unknownSinks === 'external') ? 'external' : 'internal';
  const secrets = specs.flatMap(({ spec }) => spec.canaries);
  return {
    windowMs: Math.max(...specs.map(({ spec }) => spec.windowSeconds)) * 1000,
    scope: specs.some(({ spec }) => spec.scope === 'agent') ? 'agent' : 'session',
    mixed: MIXED[Math.max(...specs.map(({ spec }) => MIXED.indexOf(spec.mixed)))] ?? 'hold',
    unseen: MIXED[Math.max(...specs.map(({ spec }) => MIXED.indexOf(spec.unseen)))] ?? 'hold',
    freezesAgent: specs.some(({ spec }) => spec.onTouch.freezeAgent),
    canaries: secrets.flatMap(({ name, secret }) => {
      const value = openSecret(secret);
      return value === undefined ? [] : [{ name, value }];
    }),
    decoysOn: decoysOf(specs.flatMap(({ spec }) => spec.decoys)),
    sinkOf: ({ sink }) => (sink === 'unknown' ? unknown : sink),
    watchesInternal: rules.some(({ sinks }) => sinks.includes('internal')),
    rule: (outgoing, to) => {
      const found = rules.find((rule) => fits(rule, outgoing, to));
      return found ? { action: found.spec.action, rule: found.name } : NOTED;
    },
    mayStop: (read, to) => {
      const all = { ...read, values: Number.POSITIVE_INFINITY, isSendBack: false };
      if (read.server === ANYTHING) return mayStopAnything(rules, to);
      const fitting = rules.filter((rule) => fits(rule, all, to));
      // One that lets pass whatever it is ends the search, as it would with the values.
      const end = fitting.findIndex((rule) => !isStop(rule) && rule.spec.minValues <= 1);
      return (end < 0 ? fitting : fitting.slice(0, end)).some(isStop);
    },
  };
}

function compileRule(name: string, spec: Rule['spec']): Rule {
  const globs = (sources: readonly string[] | undefined): readonly Glob[] | undefined => sources?.map((source) => compileGlob(source));
  return {
    name,
    spec,
    from: globs(spec.from) ?? [],
    sources: globs(spec.sources),
    sinks: spec.to.sink ?? ['external'],
    audience: globs(spec.to.audience),
    servers: globs(spec.to.servers),
    tools: globs(spec.to.tools),
    agents: globs(spec.agents),
  };
}

/** A rule that lets pass ends the search where it lets everything pass. */
function mayStopAnything(rules: readonly Rule[], to: Destination): boolean {
  const fitting = rules.filter((rule) => reaches(rule, to));
  const end = fitting.findIndex(
    (rule) => !isStop(rule) && rule.spec.minValues <= 1 && rule.sources === undefined && rule.spec.from.includes('*'),
  );
  return (end < 0 ? fitting : fitting.slice(0, end)).some(isStop);
}

function isStop({ spec: { action } }: Rule): boolean {
  return action !== 'allow' && action !== 'log';
}

function fits(rule: Rule, outgoing: Outgoing, to: Destination): boolean {
  const isLabelled = outgoing.labels.some((label) => isFrom(rule, label) || (isOwnWord(label) && isFrom(rule, 'private')));
  if (!isLabelled || outgoing.values < rule.spec.minValues) return false;
  // What goes back to whom it is about is no business of a rule that stops things.
  if (outgoing.isSendBack && rule.spec.allowSendBack && rule.spec.action !== 'allow' && rule.spec.action !== 'log') return false;
  return accepts(rule.sources, outgoing.server) && reaches(rule, to);
}

function reaches(rule: Rule, to: Destination): boolean {
  return (
    rule.sinks.includes(to.sink) &&
    accepts(rule.servers, to.server) &&
    accepts(rule.agents, to.agent) &&
    (rule.tools === undefined || (to.tool !== undefined && accepts(rule.tools, to.tool))) &&
    (rule.audience === undefined || (to.audience !== undefined && accepts(rule.audience, to.audience)))
  );
}

/** INVARIANT: a word of one's own is protected like `private`, whatever it is called (test/scenario/flow-sinks.test.ts). */
function isFrom({ from }: Rule, label: string): boolean {
  return from.some((glob) => glob.test(label));
}

function accepts(globs: readonly Glob[] | undefined, name: string): boolean {
  return globs === undefined || globs.some((glob) => glob.test(name));
}
