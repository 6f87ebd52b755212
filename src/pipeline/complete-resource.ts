// Completions of resource templates: what stands already, and each value a server proposes, leads to a resource, and whoever may not read that learns
// nothing of it. Never widens what rules let through: the template itself was decided before.
import { expandedTemplate } from '../catalog/uri-template.ts';
import type { JsonObject } from '../lib/json.ts';
import { isObject } from '../lib/json.ts';
import type { Flight } from './flight.ts';

/** The resource that is meant so far, where that is another name than the template's. */
export function resourceMeant(flight: Flight): string | undefined {
  const asked = templateAsked(flight);
  if (!asked) return undefined;
  const { [asked.variable]: _, ...given } = asked.given;
  const meant = expandedTemplate(asked.template, given);
  return meant === asked.template ? undefined : meant;
}

/** INVARIANT: a value that leads to what this principal may not read is not proposed (test/scenario/policy-discovery.test.ts). */
export function readableValues(flight: Flight, result: JsonObject): JsonObject {
  const { principal, target } = flight.call;
  const asked = templateAsked(flight);
  const { completion } = result;
  if (!asked || !principal || !target || !isObject(completion) || !Array.isArray(completion.values)) return result;
  const values = completion.values.filter((value) => {
    const name = expandedTemplate(asked.template, { ...asked.given, [asked.variable]: value });
    return flight.control.policies.visible(principal, target.server, { kind: 'resource', name });
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
