// A readable difference between two versions of an object: YAML lines with `+`, `-` and some context. Secrets show only that they changed.
// Bounded: past MAX_EDITS the differing middle is shown as replaced, never searched further.
import { objectText } from './document-text.ts';
import type { StoredObject } from './kinds.ts';
import { redactObject } from './redact.ts';

/** Edits searched for before the middle counts as replaced; the search costs the square of this in memory. */
export const MAX_EDITS = 1_000;
const CONTEXT_LINES = 3;

export interface DiffLine {
  sign: ' ' | '+' | '-' | '@';
  text: string;
}

/** Empty when nothing changed. `undefined` stands for "does not exist". */
export function diffObjects(before: StoredObject | undefined, after: StoredObject | undefined): DiffLine[] {
  const lines = diffLines(linesOf(before), linesOf(after));
  const changed = lines.some((line) => line.sign !== ' ');
  if (!changed && sealedOf(before) !== sealedOf(after)) return [{ sign: '@', text: 'the sealed value is different' }];
  return changed ? withContext(lines) : [];
}

/** The same for two texts. */
export function diffTexts(before: string, after: string): DiffLine[] {
  const lines = diffLines(before.split('\n'), after.split('\n'));
  return lines.some((line) => line.sign !== ' ') ? withContext(lines) : [];
}

/** One string, each line with its sign; a `@@` line stands for skipped lines. */
export function formatDiff(lines: readonly DiffLine[]): string {
  return lines.map((line) => (line.sign === '@' ? `@@ ${line.text}` : `${line.sign} ${line.text}`)).join('\n');
}

function linesOf(object: StoredObject | undefined): string[] {
  return object ? objectText(redactObject(object)).trimEnd().split('\n') : [];
}

function sealedOf(object: StoredObject | undefined): string | undefined {
  return object && 'sealed' in object.spec ? object.spec.sealed : undefined;
}

function diffLines(a: readonly string[], b: readonly string[]): DiffLine[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const middle = shortestEdit(a.slice(start, a.length - end), b.slice(start, b.length - end));
  return [...a.slice(0, start).map(same), ...middle, ...a.slice(a.length - end).map(same)];
}

/** Greedy search for the shortest edit script (Myers 1986), forward, with the trace kept for the way back. */
function shortestEdit(a: readonly string[], b: readonly string[]): DiffLine[] {
  const trace: Map<number, number>[] = [];
  let reach = new Map<number, number>([[1, 0]]);
  for (let edits = 0; edits <= Math.min(a.length + b.length, MAX_EDITS); edits++) {
    trace.push(reach);
    const next = new Map(reach);
    for (let k = -edits; k <= edits; k += 2) {
      let x = goesDown(reach, k, edits) ? (reach.get(k + 1) ?? 0) : (reach.get(k - 1) ?? 0) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      next.set(k, x);
      if (x >= a.length && x - k >= b.length) return walkBack(a, b, trace);
    }
    reach = next;
  }
  return [...a.map(removed), ...b.map(added)];
}

function walkBack(a: readonly string[], b: readonly string[], trace: readonly Map<number, number>[]): DiffLine[] {
  const lines: DiffLine[] = [];
  let x = a.length;
  let y = b.length;
  for (let edits = trace.length - 1; edits >= 0; edits--) {
    const reach = trace[edits] ?? new Map<number, number>();
    const k = x - y;
    const down = goesDown(reach, k, edits);
    const fromK = down ? k + 1 : k - 1;
    const fromX = reach.get(fromK) ?? 0;
    const fromY = fromX - fromK;
    while (x > fromX && y > fromY && x > 0 && y > 0) {
      lines.push(same(a[--x] ?? ''));
      y--;
    }
    if (edits === 0) break;
    if (down) lines.push(added(b[--y] ?? ''));
    else lines.push(removed(a[--x] ?? ''));
  }
  return lines.reverse();
}

function goesDown(reach: ReadonlyMap<number, number>, k: number, edits: number): boolean {
  return k === -edits || (k !== edits && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1));
}

function withContext(lines: readonly DiffLine[]): DiffLine[] {
  const keep = new Uint8Array(lines.length);
  lines.forEach((line, i) => {
    if (line.sign !== ' ') keep.fill(1, Math.max(0, i - CONTEXT_LINES), Math.min(lines.length, i + CONTEXT_LINES + 1));
  });
  const shown: DiffLine[] = [];
  let skipped = 0;
  lines.forEach((line, i) => {
    if (!keep[i]) {
      skipped++;
      return;
    }
    if (skipped > 0) shown.push({ sign: '@', text: `${skipped} unchanged` });
    skipped = 0;
    shown.push(line);
  });
  if (skipped > 0) shown.push({ sign: '@', text: `${skipped} unchanged` });
  return shown;
}

const same = (text: string): DiffLine => ({ sign: ' ', text });
const added = (text: string): DiffLine => ({ sign: '+', text });
const removed = (text: string): DiffLine => ({ sign: '-', text });
