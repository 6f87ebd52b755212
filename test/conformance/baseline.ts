// The checked-in list of what a leg is known to fail: one line each, with its reason. The judge lets it only shrink.

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export interface BaselineEntry {
  scenario: string;
  /** Without it every check of the scenario may fail. */
  check: string | undefined;
  reason: string;
}

/** Reads `baseline/<leg>.yaml`: a list of `{ fails: scenario[:check], reason }`. A leg without a file has an empty baseline. */
export function readBaseline(leg: string): BaselineEntry[] {
  const file = fileURLToPath(new URL(`./baseline/${leg}.yaml`, import.meta.url));
  return existsSync(file) ? parseBaseline(readFileSync(file, 'utf8'), file) : [];
}

export function parseBaseline(text: string, file: string): BaselineEntry[] {
  const value: unknown = parse(text) ?? [];
  if (!Array.isArray(value)) throw new Error(`${file}: a list is expected`);
  const entries = value.map((item: unknown, index) => parseEntry(item, `${file}: entry ${index + 1}`));
  for (const entry of entries) {
    const twin = entries.some(
      (other) => other !== entry && other.scenario === entry.scenario && (!other.check || other.check === entry.check),
    );
    if (twin) throw new Error(`${file}: ${entry.scenario}${entry.check ? `:${entry.check}` : ''} is covered twice`);
  }
  return entries;
}

/** The same list in the form the suite reads (`--expected-failures`). */
export function suiteBaseline(entries: readonly BaselineEntry[], role: 'server' | 'client'): string {
  const lines = entries.map((entry) => `  - ${JSON.stringify(entry.check ? `${entry.scenario}:${entry.check}` : entry.scenario)}`);
  return `${role}:\n${lines.join('\n')}\n`;
}

function parseEntry(item: unknown, where: string): BaselineEntry {
  const { fails, reason, ...rest } = (typeof item === 'object' && item !== null ? item : {}) as Record<string, unknown>;
  if (typeof fails !== 'string' || fails === '') throw new Error(`${where}: \`fails\` must name a scenario or scenario:check`);
  if (typeof reason !== 'string' || reason.trim() === '') throw new Error(`${where}: ${fails} has no reason`);
  if (Object.keys(rest).length > 0) throw new Error(`${where}: unknown key ${Object.keys(rest).join(', ')}`);
  const colon = fails.indexOf(':');
  return { scenario: colon < 0 ? fails : fails.slice(0, colon), check: colon < 0 ? undefined : fails.slice(colon + 1), reason };
}
