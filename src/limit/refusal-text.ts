// What an agent is told when a limit has no room: which limit, how much it allows, when to come back. Names nothing of other callers.
import type { CompiledLimit } from './rule.ts';

export function placeText(limit: string, max: number): string {
  return `Limit "${limit}" allows ${max} ${max === 1 ? 'call' : 'calls'} at once. Let one end, then call again.`;
}

export function paceText({ name, rate }: CompiledLimit, retryAfterMs: number): string {
  return `Limit "${name}" allows ${rate?.max} calls in ${span(rate?.windowMs ?? 0)}. Call again in ${span(retryAfterMs)}.`;
}

export function fullText(
  { name, quota }: CompiledLimit,
  { used, max, asked }: { used: string; max: string; asked: string },
  retryAfterMs: number | undefined,
): string {
  const window = quota?.window;
  const each = window?.type === 'calendar' ? `a ${window.unit}` : `in ${span(window?.windowMs ?? 0)}`;
  const what = quota?.sum
    ? `${max} of "${quota.sum.path}" ${each}; ${used} are used, so ${asked} more do not fit`
    : `${max} calls ${each}, and they are used up`;
  const when = retryAfterMs === undefined ? '' : ` There is more room in ${span(retryAfterMs)} at the earliest.`;
  return `Limit "${name}" allows ${what}.${when}`;
}

/** Rounded up, in the largest unit that says it well. */
export function span(ms: number): string {
  const units: [number, string][] = [
    [86_400_000, 'day'],
    [3_600_000, 'hour'],
    [60_000, 'minute'],
    [1_000, 'second'],
  ];
  for (const [size, name] of units) {
    if (ms < size * (name === 'second' ? 1 : 2) && ms !== size) continue;
    const count = Math.ceil(ms / size);
    return `${count} ${name}${count === 1 ? '' : 's'}`;
  }
  return `${Math.ceil(ms)} ms`;
}
