// DLP of what servers list and say of themselves: words are masked, and entries left out whose name or address may not be shown or could not be asked for.
// INVARIANT: what is listed is not refused for its name or address when it is asked for (test/scenario/dlp-list.test.ts).
import { findingName } from '../detect/dlp/finding-name.ts';
import { maskingPlan } from '../detect/dlp/masking-plan.ts';
import type { DlpModel, DlpPlan } from '../detect/dlp/model.ts';
import { ruleOn } from '../detect/dlp/redact.ts';
import type { DlpScanner } from '../detect/dlp/scanner.ts';
import { isObject, type JsonObject } from '../lib/json.ts';
import type { DlpPorts, Seen } from './apply-ruling.ts';
import { ruledIn } from './fixed-find.ts';
import type { Flight } from './flight.ts';
import { LIST_SHAPES } from './list-shape.ts';
import { withoutUnits } from './listed-unit.ts';
import { listedOf, type MessageOf } from './message-part.ts';
import type { Path } from './part-reader.ts';

export interface ListedPorts extends DlpPorts {
  look(
    flight: Flight,
    message: JsonObject,
    of: MessageOf,
    plan: DlpPlan,
    model: DlpModel | undefined,
    ports: DlpPorts,
  ): Seen | Promise<Seen>;
  note(flight: Flight, seen: Seen, where: 'result'): void;
}

/** Entries that may not be shown, or could not be asked for, are left out; nothing else of a list is. Lists that are the same read the same: no tokens. */
export async function lookAtListed(flight: Flight, server: string, said: JsonObject, ports: ListedPorts): Promise<JsonObject | undefined> {
  const { call, control } = flight;
  const model = control.dlp;
  const place = listedOf(call.method);
  const asker = { server, agent: call.principal?.agent ?? '' };
  const ruled = model?.planFor({ ...asker, tool: undefined, direction: 'result' });
  const redact = call.decision?.obligations?.redact;
  const plan = redact === undefined ? ruled : maskingPlan(ruled, redact);
  if (place === undefined) return said;
  const seen = plan && (await ports.look(flight, said, place, withoutTokens(plan), model, ports));
  if (seen) ports.note(flight, seen, 'result');
  if (seen?.message === undefined && seen) return undefined;
  const stopped = (seen?.ruled ?? []).filter((one) => one.ruled.some(({ action }) => action === 'block' || action === 'hold'));
  const unasked = model
    ? await unaskable(flight, said, (tool) => model.planFor({ ...asker, tool, direction: 'arguments' }), ports.scanner)
    : [];
  const paths = [...stopped.map(({ part }) => part.path), ...unasked];
  if (paths.length === 0) return seen?.message ?? said;
  flight.ports.logger.warn(
    { server, method: call.method, places: paths.length },
    'what a server lists holds what may not pass here; it is left out',
  );
  return withoutUnits(call.method, server, seen?.message ?? said, paths);
}

const known = new WeakMap<DlpPlan, DlpPlan>();

/** A token is another one each time: clients that compare lists would see a change in each. */
export function withoutTokens(plan: DlpPlan): DlpPlan {
  const made: DlpPlan = known.get(plan) ?? {
    ...plan,
    rule: (match) => {
      const ruling = plan.rule(match);
      return ruling?.action === 'tokenize' ? { ...ruling, action: 'mask' } : ruling;
    },
  };
  known.set(plan, made);
  return made;
}

const ASKED_BY: Readonly<Record<string, string>> = {
  'prompts/list': 'name',
  'resources/list': 'uri',
  'resources/templates/list': 'uriTemplate',
};

/** Places of entries whose name or address would be refused. A call that would be held may be made. `planFor`: of a call on what is named so. */
export async function unaskable(
  flight: Flight,
  said: JsonObject,
  planFor: (name: string) => DlpPlan | undefined,
  scanner: DlpScanner,
): Promise<Path[]> {
  const { method } = flight.call;
  const member = LIST_SHAPES[method]?.member ?? '';
  const by = ASKED_BY[method];
  const items = said[member];
  if (by === undefined || !Array.isArray(items)) return [];
  const asked = new Map<DlpPlan, { name: string; index: number }[]>();
  for (const [index, item] of items.entries()) {
    const name = isObject(item) ? item[by] : undefined;
    const plan = typeof name === 'string' ? planFor(name) : undefined;
    if (plan === undefined) continue;
    const same = asked.get(plan) ?? [];
    asked.set(plan, same);
    same.push({ name: name as string, index });
  }
  const paths: Path[] = [];
  for (const [plan, names] of asked) for (const index of await refused(flight, plan, names, scanner)) paths.push([member, index, by]);
  return paths;
}

async function refused(
  flight: Flight,
  plan: DlpPlan,
  names: readonly { name: string; index: number }[],
  scanner: DlpScanner,
): Promise<number[]> {
  const found = await scanner.scan(
    names.map(({ name }) => name),
    plan,
  );
  // Each of them alone is short enough when it is asked for.
  if (found === 'exceeded') return plan.budget.onExceed === 'block' ? names.map(({ index }) => index) : [];
  const all = 'partly' in found ? found.partly : found;
  return names.flatMap(({ name, index }, at) => {
    const [stop] = ruledIn({ fixed: 'asked' }, ruleOn(all[at] ?? [], name, plan)).filter(({ action }) => action === 'block');
    if (stop === undefined) return [];
    flight.ports.metrics.finding(findingName(stop.match), 'block', 1, flight.control.org);
    return [index];
  });
}
