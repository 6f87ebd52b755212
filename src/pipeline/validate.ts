// Row: arguments against the pinned input schema, and mirrored headers against arguments. A schema that cannot be used refuses the call.
// A capability this principal may not use is not validated: the refusal must not tell whether it exists.
import type { Definition } from '../call.ts';
import type { Json, JsonObject } from '../lib/json.ts';
import { isObject } from '../lib/json.ts';
import { HEADER_MISMATCH, INVALID_PARAMS } from '../mcp/error-code.ts';
import { checkParamHeaders, type ParamHeaderSpec, paramHeaderSpec } from '../mcp/headers.ts';
import { holdsToken } from './dlp-token.ts';
import type { Flight, Row, Verdict } from './flight.ts';
import { deny, denyRpc, PASS } from './flight.ts';
import { unknownTool } from './unknown-tool.ts';

/** Issues named to the agent at most. */
const MAX_NAMED_ISSUES = 5;

export const validate: Row = {
  name: 'validate',
  run(flight) {
    const { call, control } = flight;
    const { target, principal } = call;
    if (call.method !== 'tools/call' || !target?.capability || !principal) return PASS;
    // Not even looked at: how long a schema takes would tell that there is one.
    if (!control.policies.visible(principal, target.server, target.capability)) return PASS;
    return check(flight, target.definition, target.capability.name);
  },
};

function check(flight: Flight, definition: Definition | undefined, name: string): Verdict {
  if (!definition) return unknownTool(name);
  const given = flight.call.params?.arguments;
  if (given !== undefined && !isObject(given))
    return denyRpc('invalid_request', { code: INVALID_PARAMS, message: 'Invalid params: "arguments" must be an object.' });
  const mismatch = checkHeaders(flight, definition, given ?? {});
  if (mismatch) return mismatch;
  const verdict = checkArguments(flight, definition, given ?? {});
  if (verdict === PASS || !mayHoldTokens(flight, given ?? {})) return verdict;
  flight.validateRevealed = true;
  return PASS;
}

/**
 * A token may stand where only its value fits. INVARIANT: such arguments are compared with the schema once the values are in their places
 * (reveal-tokens.ts), or refused before (test/scenario/dlp-token.test.ts).
 */
function mayHoldTokens({ control, call }: Flight, given: JsonObject): boolean {
  const { dlp } = control;
  if (call.target === undefined || call.origin === 'gateway' || !dlp?.mayReveal(call.target.server)) return false;
  return holdsToken(given);
}

/** 2026-07-28 basic/transports: Mcp-Param-* must say what the body says. */
function checkHeaders(flight: Flight, definition: Definition, given: JsonObject): Verdict | undefined {
  const { client, mcpHeaders, surface } = flight.call;
  if (client.era !== 'modern' || surface.type !== 'server') return undefined;
  const spec = headerSpec(definition);
  if (!spec.ok || spec.ok.length === 0) return undefined;
  const problem = checkParamHeaders(spec.ok, given, mcpHeaders);
  return problem === undefined ? undefined : denyRpc('invalid_request', { code: HEADER_MISMATCH, message: problem });
}

const headerSpecs = new WeakMap<Definition, ParamHeaderSpec>();

function headerSpec(definition: Definition): ParamHeaderSpec {
  const known = headerSpecs.get(definition);
  if (known) return known;
  const schema = definition.value.inputSchema;
  const spec = paramHeaderSpec(isObject(schema) ? schema : undefined);
  headerSpecs.set(definition, spec);
  return spec;
}

/** Levels of optional members that are looked at. */
const MAX_EMPTY_DEPTH = 32;

/**
 * Null for an optional member is how many models say that they leave it out, and a mirrored one counts as absent (2026-07-28
 * basic/transports/streamable-http, x-mcp-header). So it does here; the server gets it as the agent sent it.
 */
function withoutEmpty(schema: Json | undefined, given: JsonObject, depth: number): JsonObject {
  if (!isObject(schema) || !isObject(schema.properties) || depth >= MAX_EMPTY_DEPTH) return given;
  const { properties } = schema;
  const required = Array.isArray(schema.required) ? schema.required : [];
  const kept = Object.entries(given).filter(
    ([name, value]) => value !== null || !Object.hasOwn(properties, name) || required.includes(name),
  );
  return Object.fromEntries(
    kept.map(([name, value]) => [name, isObject(value) ? withoutEmpty(properties[name], value, depth + 1) : value]),
  );
}

export function checkArguments(flight: Flight, definition: Definition, given: JsonObject): Verdict {
  const schema = flight.ports.catalog.schemaOf(definition);
  const name = flight.call.target?.capability?.name;
  if (schema.unusable !== undefined) {
    return deny(
      'schema_unusable',
      `The input schema of tool "${name}" cannot be used (${schema.unusable}), so calls to it are refused. The server's owner must mend the schema.`,
    );
  }
  let issues = schema.validate(given);
  if (issues.length > 0) issues = schema.validate(withoutEmpty(definition.value.inputSchema, given, 0));
  if (issues.length === 0) return PASS;
  const named = issues.slice(0, MAX_NAMED_ISSUES).map((issue) => `${issue.path === '' ? '(arguments)' : issue.path}: ${issue.message}`);
  const more = issues.length > named.length ? `; and ${issues.length - named.length} more` : '';
  return deny(
    'invalid_arguments',
    `The arguments of tool "${name}" do not fit its input schema: ${named.join('; ')}${more}.`,
    'builtin/schema',
  );
}
