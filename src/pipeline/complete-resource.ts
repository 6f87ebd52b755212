// Completions of resource templates: each value a server proposes leads to a resource, and whoever may not read that learns nothing of it.
// Never widens what rules let through: the template, and what the values so far lead to, were decided before.
import type { JsonObject } from '../lib/json.ts';
import { isObject } from '../lib/json.ts';
import { expandedTemplate } from '../mcp/uri-expansion.ts';
import type { Flight } from './flight.ts';

/** Proposals of one answer that are looked at; the protocol knows a hundred. */
export const MAX_PROPOSALS = 1_000;

/** INVARIANT: a value that leads to what this principal may not read is not proposed (test/scenario/policy-discovery.test.ts). */
export function readableValues(flight: Flight, result: JsonObject): JsonObject {
  const { principal, target } = flight.call;
  const asked = templateAsked(flight);
  const { completion } = result;
  if (!asked || !principal || !target || !isObject(completion) || !Array.isArray(completion.values)) return result;
  const values = completion.values.slice(0, MAX_PROPOSALS).filter((value) => {
    if (typeof value !== 'string') return false;
    const name = expandedTemplate(asked.template, { ...asked.given, [asked.variable]: value });
    return name !== undefined && flight.control.policies.visible(principal, target.server, { kind: 'resource', name });
  });
  if (values.length === completion.values.length) return result;
  // How many there are in all counts those, too.
  const { total: _, ...rest } = completion;
  return { ...result, completion: { ...rest, values } };
}

function templateAsked({ call }: Flight): { template: string; variable: string; given: JsonObject } | undefined {
  const { method, params, target } = call;
  if (method !== 'completion/complete' || target?.capability?.kind !== 'resource') return undefined;
  const { argument, context } = params ?? {};
  const variable = isObject(argument) && typeof argument.name === 'string' ? argument.name : '';
  const given = isObject(context) && isObject(context.arguments) ? context.arguments : {};
  return { template: target.capability.name, variable, given };
}
