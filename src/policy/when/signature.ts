// Which functions and operators a condition may use, on what, and what they give. What is not here does not exist for conditions.
import type { ValueType } from './value-type.ts';

type Kind = ValueType['kind'] | 'number' | 'T';

export interface Signature {
  /** Of `x.f()`; undefined for `f(x)` and operators. */
  target?: Kind;
  args: readonly Kind[];
  result: Exclude<Kind, 'T' | 'number'> | 'number';
}

const to = (result: Signature['result'], ...args: Kind[]): Signature => ({ args, result });
const on = (target: Kind, result: Signature['result'], ...args: Kind[]): Signature => ({ target, args, result });

const ordered = (): Signature[] =>
  (['number', 'string', 'bool', 'time', 'duration'] as const).map((kind) => ({ args: [kind, kind], result: 'bool' }));
const arithmetic: Signature[] = [to('number', 'number', 'number')];
const ofTime: Signature[] = [on('time', 'int'), on('time', 'int', 'string')];

export const SIGNATURES: Readonly<Record<string, readonly Signature[] | undefined>> = {
  '!_': [to('bool', 'bool')],
  '_&&_': [to('bool', 'bool', 'bool')],
  '_||_': [to('bool', 'bool', 'bool')],
  '@not_strictly_false': [to('bool', 'any')],
  '_==_': [to('bool', 'T', 'T')],
  '_!=_': [to('bool', 'T', 'T')],
  '_<_': ordered(),
  '_<=_': ordered(),
  '_>_': ordered(),
  '_>=_': ordered(),
  '_+_': [
    ...arithmetic,
    to('string', 'string', 'string'),
    to('list', 'list', 'list'),
    to('time', 'time', 'duration'),
    to('time', 'duration', 'time'),
    to('duration', 'duration', 'duration'),
  ],
  '_-_': [...arithmetic, to('duration', 'time', 'time'), to('time', 'time', 'duration'), to('duration', 'duration', 'duration')],
  '_*_': arithmetic,
  '_/_': arithmetic,
  '_%_': [to('int', 'int', 'int')],
  '-_': [to('number', 'number')],
  '@in': [to('bool', 'any', 'list'), to('bool', 'string', 'map')],
  size: [to('int', 'string'), to('int', 'list'), to('int', 'map'), on('string', 'int'), on('list', 'int'), on('map', 'int')],
  contains: [on('string', 'bool', 'string')],
  startsWith: [on('string', 'bool', 'string')],
  endsWith: [on('string', 'bool', 'string')],
  matches: [on('string', 'bool', 'string')],
  lowerAscii: [on('string', 'string')],
  int: [to('int', 'number'), to('int', 'string')],
  double: [to('double', 'number'), to('double', 'string')],
  string: [to('string', 'string'), to('string', 'number'), to('string', 'bool')],
  dyn: [to('any', 'any')],
  timestamp: [to('time', 'string'), to('time', 'time')],
  duration: [to('duration', 'string'), to('duration', 'duration')],
  getFullYear: ofTime,
  getMonth: ofTime,
  getDate: ofTime,
  getDayOfWeek: ofTime,
  getHours: ofTime,
  getMinutes: ofTime,
  path_within: [to('bool', 'string', 'string')],
  domain_of: [to('string', 'string')],
  domain_within: [to('bool', 'string', 'string')],
};

/** Names a person may write, for "did you mean". */
export const FUNCTION_NAMES: readonly string[] = Object.keys(SIGNATURES).filter((name) => /^[a-z]/i.test(name));
