// Log entries for people: one line each, or every member on a line of its own. Texts from outside are made printable.
import type { LogEntryBody } from './admin-client.ts';
import { printable } from './text-table.ts';

/** `42  2026-11-21T05:00:00.000Z  deny  support-bot  tools/call tickets/delete_ticket  (policy/rule, denied_by_rule)` */
export function entrySummary({ header, content }: LogEntryBody): string {
  const text = (key: string) => (typeof content[key] === 'string' ? content[key] : undefined);
  const head = [String(header.seq).padStart(6), text('time') ?? ''];
  return printable([...head, ...whatOf(content, text)].filter((part) => part !== '').join('  '));
}

function whatOf(content: Record<string, unknown>, text: (key: string) => string | undefined): string[] {
  switch (content.type) {
    case 'decision': {
      const { agent = '(unknown)' } = (content.principal ?? {}) as { agent?: string };
      const target = [text('server'), text('tool') ?? text('prompt') ?? text('resource')].filter((part) => part !== undefined).join('/');
      return [
        (text('effect') ?? '').padEnd(5),
        agent,
        `${text('method') ?? ''} ${target}`.trim(),
        `(${text('rule')}, ${text('code')})`,
        text('call') ?? '',
      ];
    }
    case 'outcome':
      return [
        'done ',
        `${text('status')} in ${String(content.latencyMs)} ms`,
        `(decision ${String(content.decision)})`,
        text('call') ?? '',
      ];
    case 'object':
      return ['object', `by ${text('author')}:`, changesText(content.changes)];
    case 'signin':
      return ['signin', `${text('result')}`, text('user') ?? '', text('method') ?? '', text('reason') ?? ''];
    default:
      return [String(content.type), ...eventOf(content, text)];
  }
}

/** What happened, to what, and why: whichever of these an event has. */
function eventOf(content: Record<string, unknown>, text: (key: string) => string | undefined): string[] {
  const target = [text('server'), text('tool')].filter((part) => part !== undefined).join('/');
  const by = typeof content.by === 'string' ? `by ${content.by}` : '';
  const subject = ['ticket', 'grant', 'freeze', 'anchor', 'limit'].map(text).find((value) => value !== undefined);
  return [[text('event'), text('what')].filter(Boolean).join(' '), subject ?? '', text('agent') ?? '', target, by, text('reason') ?? ''];
}

const SHOWN_CHANGES = 5;

function changesText(changes: unknown): string {
  const list = Array.isArray(changes) ? (changes as { kind?: string; name?: string; action?: string }[]) : [];
  const shown = list.slice(0, SHOWN_CHANGES).map(({ kind, name, action }) => `${action} ${kind}/${name}`);
  return list.length > SHOWN_CHANGES ? `${shown.join(', ')} and ${list.length - SHOWN_CHANGES} more` : shown.join(', ');
}

export function entryLines({ header, hash, content }: LogEntryBody): string {
  const rows: [string, unknown][] = [
    ['entry', header.seq],
    ...Object.entries(content),
    ['revision', header.revision],
    ['hash', hash],
    ['prev', header.prev],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows
    .map(([name, value]) => printable(`${name.padEnd(width)}  ${typeof value === 'string' ? value : JSON.stringify(value)}`))
    .join('\n');
}

/** The full values behind the commitments of an entry. */
export function valuesText(
  { content }: LogEntryBody,
  values: Readonly<Record<string, string | null>> | undefined,
  erased: number | undefined,
): string[] {
  if (values === undefined) return [];
  const missing = erased === undefined ? '(not kept)' : `(erased under entry ${erased})`;
  return ['arguments', 'result'].flatMap((role) => {
    const commitment = content[role];
    if (typeof commitment !== 'string') return [];
    return [`full ${role}: ${printable(values[commitment] ?? missing)}`];
  });
}
