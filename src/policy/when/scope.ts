// The variables of conditions: what each holds, for one call, and what type it has, for checking before there is one.
import type { Json, JsonObject } from '../../lib/json.ts';
import type { DecideInput } from '../decide-input.ts';
import type { TagsOf } from '../tags.ts';
import type { Scope } from './check.ts';
import type { Values } from './condition.ts';
import { ANY, BOOL, DOUBLE, listOf, mapOf, optional, TEXT, TIME, typeOfSchema, type ValueType } from './value-type.ts';

export function valuesOf(input: DecideInput, tagsOf: TagsOf): Values {
  return (variable) => {
    const make = Object.hasOwn(VARIABLES, variable) ? VARIABLES[variable as keyof typeof VARIABLES] : undefined;
    return make?.(input, tagsOf);
  };
}

type Make = (input: DecideInput, tagsOf: TagsOf) => Json | undefined;

const VARIABLES = {
  args: ({ args }) => args ?? {},
  tool: ({ capability, definition }) => {
    if (capability?.kind !== 'tool') return undefined;
    return known({
      name: capability.name,
      title: own(definition, 'title'),
      description: own(definition, 'description'),
      annotations: own(definition, 'annotations') ?? {},
      meta: own(definition, '_meta') ?? {},
    });
  },
  capability: ({ capability }) => capability && { kind: capability.kind, name: capability.name },
  principal: ({ principal }) =>
    known({
      agent: principal.agent,
      class: principal.agentClass,
      environment: principal.environment,
      user: principal.user,
      token: principal.token,
      teams: [...principal.teams],
      roles: [...principal.roles],
      labels: { ...principal.labels },
    }),
  server: ({ server, capability, tags }, tagsOf) =>
    server === undefined ? undefined : { name: server, tags: [...(tags ?? tagsOf(server, capability))] },
  findings: ({ findings }) =>
    findings?.map(({ type, where, count, confidence }) => ({
      type,
      where: where ?? 'arguments',
      count: count ?? 1,
      confidence: confidence ?? 1,
    })),
  flow: ({ flow }) => (flow === undefined ? undefined : [...flow]),
  facts: ({ facts }) => facts,
  now: ({ nowMs }) => nowMs,
} satisfies Record<string, Make>;

/** risk/facts.ts says what each is; they are there for tool calls only. */
const FACTS = mapOf({
  agent: mapOf({
    calls: DOUBLE,
    calls_last_hour: DOUBLE,
    calls_last_minute: DOUBLE,
    refused_last_hour: DOUBLE,
    tools: DOUBLE,
    days: DOUBLE,
    hour_share: DOUBLE,
  }),
  tool: mapOf({ calls: DOUBLE, calls_by_agent: DOUBLE, first_use: BOOL }),
  amounts: mapOf({}, mapOf({ value: DOUBLE, count: DOUBLE, median: optional(DOUBLE), p95: optional(DOUBLE), max: optional(DOUBLE) })),
});

const FINDING = mapOf({ type: TEXT, where: TEXT, count: DOUBLE, confidence: DOUBLE });

/** `schema`: the input schema of the tool the condition will be about, when it is known. */
export function scopeOf(schema: Json | undefined): Scope {
  return new Map<string, ValueType>([
    ['args', typeOfSchema(schema)],
    ['tool', mapOf({ name: TEXT, title: optional(TEXT), description: optional(TEXT), annotations: mapOf({}, ANY), meta: mapOf({}, ANY) })],
    ['capability', mapOf({ kind: TEXT, name: TEXT })],
    [
      'principal',
      mapOf({
        agent: TEXT,
        class: optional(TEXT),
        environment: optional(TEXT),
        user: optional(TEXT),
        token: optional(TEXT),
        teams: listOf(TEXT),
        roles: listOf(TEXT),
        labels: mapOf({}, TEXT),
      }),
    ],
    ['server', mapOf({ name: TEXT, tags: listOf(TEXT) })],
    ['findings', listOf(FINDING)],
    ['flow', listOf(TEXT)],
    ['facts', FACTS],
    ['now', TIME],
  ]);
}

function own(definition: JsonObject | undefined, member: string): Json | undefined {
  return definition && Object.hasOwn(definition, member) ? definition[member] : undefined;
}

function known(members: Record<string, Json | undefined>): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as JsonObject;
}
