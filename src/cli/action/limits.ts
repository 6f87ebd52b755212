// `sallyport limit list` and `sallyport limit show`: what is allowed, and what is used of it now.
import type { LimitBody } from '../../admin/contract.ts';
import { isObject } from '../../lib/json.ts';
import { type Action, show } from '../command.ts';
import { withGateway } from '../connect.ts';
import { exitCode } from '../exit-code.ts';
import { printable, textTable } from '../text-table.ts';

export const listLimitsAction: Action = async (run) => {
  const { limits } = await withGateway(run, (client) => client.limits());
  show(run, { limits }, () =>
    limits.length === 0
      ? 'None.'
      : textTable(
          ['NAME', 'ALLOWS', 'PER', 'FULLEST'],
          limits.map((limit) => [limit.name, allows(limit.spec), listed(limit.spec.per) || 'all together', fullest(limit)]),
        ),
  );
  return exitCode.ok;
};

export const showLimitAction: Action = async (run, name = '') => {
  const limit = await withGateway(run, (client) => client.limit(name));
  show(run, limit, () => {
    const match = isObject(limit.spec.match) ? Object.entries(limit.spec.match) : [];
    const head = [
      `${printable(limit.name)}: ${allows(limit.spec)}`,
      `for ${match.map(([what, globs]) => `${what} ${listed(globs)}`).join(', ') || 'every call'}, counted per ${listed(limit.spec.per) || 'organization'}`,
    ];
    if (limit.usage.length === 0) return [...head, 'Nothing is used.'].join('\n');
    const rows = limit.usage.map((use) => [use.part, printable(use.key) || '(all)', `${use.used} of ${use.max}`, use.roomAt ?? '']);
    return [...head, '', textTable(['PART', 'WHOSE', 'USED', 'ROOM AT'], rows)].join('\n');
  });
  return exitCode.ok;
};

function fullest({ usage }: LimitBody): string {
  const [first] = usage.toSorted((a, b) => Number(b.used) / Number(b.max) - Number(a.used) / Number(a.max));
  return first ? `${first.used} of ${first.max}${first.key === '' ? '' : ` (${printable(first.key)})`}` : '';
}

/** `10 calls in 3600 s, 3 at once`. */
function allows(spec: LimitBody['spec']): string {
  const parts: string[] = [];
  if (isObject(spec.rate)) parts.push(`${String(spec.rate.max)} calls in ${seconds(spec.rate.windowMs)}`);
  if (typeof spec.concurrency === 'number') parts.push(`${spec.concurrency} at once`);
  if (isObject(spec.quota)) {
    const { max, sum, calendar, windowMs } = spec.quota;
    const what = isObject(sum) ? `${String(max)} of ${String(sum.path)}` : `${String(max)} calls`;
    parts.push(`${what} ${typeof calendar === 'string' ? `a ${calendar}` : `in ${seconds(windowMs)}`}`);
  }
  return printable(parts.join(', '));
}

function seconds(ms: unknown): string {
  return `${Number(ms) / 1000} s`;
}

function listed(value: unknown): string {
  return printable([value].flat().filter(Boolean).join(', '));
}
