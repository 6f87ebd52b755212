// What is wrong with an OCSF event, by the checked-in list of required attributes. Knows nothing of the writer under test.
import { readFileSync } from 'node:fs';

interface Need {
  required?: string[];
  atLeastOne?: string[];
}

const rules = JSON.parse(readFileSync(new URL('./ocsf-required.json', import.meta.url), 'utf8')) as {
  event: string[];
  classes: Record<string, Need & { category_uid: number; activity_id: number[] }>;
  objects: Record<string, Need>;
  enums: Record<string, number[]>;
};

type Tree = Record<string, unknown>;

export function ocsfProblems(event: Tree): string[] {
  const problems = missing('event', event, { required: rules.event });
  const known = rules.classes[String(event.class_uid)];
  if (!known) return [...problems, `class ${String(event.class_uid)} is not in the list`];
  problems.push(...missing('event', event, known));
  if (event.category_uid !== known.category_uid) problems.push('category_uid');
  if (!known.activity_id.includes(Number(event.activity_id))) problems.push(`activity_id ${String(event.activity_id)}`);
  if (event.type_uid !== Number(event.class_uid) * 100 + Number(event.activity_id)) problems.push('type_uid');
  if (!Number.isSafeInteger(event.time) || Number(event.time) < 1e12) problems.push('time is not milliseconds');
  walk('', event, problems);
  return problems;
}

function walk(path: string, value: unknown, problems: string[]): void {
  if (Array.isArray(value)) for (const item of value) walk(path, item, problems);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  for (const [key, member] of Object.entries(value)) {
    // What has no place in the schema is free.
    if (key === 'unmapped' || (path.endsWith('entity') && key === 'data')) continue;
    if (member === null || member === undefined) problems.push(`${path}.${key} is null`);
    const allowed = rules.enums[key];
    if (allowed && !allowed.includes(Number(member))) problems.push(`${path}.${key} ${String(member)}`);
    const need = rules.objects[key];
    for (const one of need ? [member].flat() : []) problems.push(...missing(`${path}.${key}`, one as Tree, need as Need));
    walk(`${path}.${key}`, member, problems);
  }
}

function missing(where: string, value: Tree, { required = [], atLeastOne }: Need): string[] {
  const lacking = required.filter((name) => value[name] === undefined).map((name) => `${where} has no ${name}`);
  if (atLeastOne && !atLeastOne.some((name) => value[name] !== undefined)) lacking.push(`${where} has none of ${atLeastOne.join(', ')}`);
  return lacking;
}
