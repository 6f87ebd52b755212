// Conditions that are always true: an UPDATE under one changes every row. Says yes in doubt about two constants, no in doubt about columns.
import type { SqlToken } from './token.ts';

/** `1=1`, `2 > 1`, `true`, `not false`, `'a'='a'`, `x = x`, `id is not null`, `id > 0`, `x like '%'`, alone or in front of OR. */
export function isTautology(tokens: readonly SqlToken[], at: number): boolean {
  const rest = tokens.slice(at).filter((token) => !(token.kind === 'sign' && /^[();]$/.test(token.text)));
  const [a, sign, b, next] = rest;
  if (!a) return true;
  const alone = (token: SqlToken | undefined): boolean =>
    token === undefined || (token.kind === 'word' && /^(?:or|returning|limit|order)$/.test(token.text));
  if (alone(sign) && (a.text === 'true' || (a.kind === 'number' && Number(a.text) !== 0))) return true;
  if (a.text === 'not' && sign?.text === 'false' && alone(b)) return true;
  if (sign?.text === 'like' && b?.text === '%' && alone(next)) return true;
  if (isLiteral(a) && sign?.kind === 'sign' && rest.slice(2, 4).some(isLiteral)) return true;
  if (/(?:^|[._])id$/.test(a.text) && sign?.text === '>' && (b?.text === '0' || next?.text === '0')) return true;
  if (sign?.text === '=' && b && a.kind === b.kind && a.text === b.text && alone(next)) return true;
  if (sign?.text === 'is' && b?.text === 'not' && next?.text === 'null' && alone(rest[4])) return true;
  const or = rest.findIndex(({ kind, text }) => kind === 'word' && text === 'or');
  return or > 0 && or + 1 < rest.length && isTautology(rest, or + 1);
}

function isLiteral({ kind }: SqlToken): boolean {
  return kind === 'number' || kind === 'string';
}
