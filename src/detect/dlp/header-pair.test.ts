// Headers in lists: the name says what the text behind it is, in flat lists as in pairs, and names alone say nothing of each other.
import { describe, expect, it } from 'vitest';
import { dlpSpec } from '../../object/kind/dlp.ts';
import { compileDlp, type DlpPlan } from './model.ts';
import { scanText } from './scan.ts';

const model = compileDlp([{ kind: 'dlp', metadata: { name: 'all' }, spec: dlpSpec.parse({ profile: 'strict' }) }] as never);
const plan = model?.planFor({ server: 'web', tool: undefined, agent: 'robot', direction: 'result' }) as DlpPlan;
const found = (value: unknown): string[] => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return scanText(text, plan).map(({ start, end }) => text.slice(start, end));
};

const SECRET = 'q8Zt7Lm2Xv9Rb4Nc6Wp1';
const HEADERS: [string, string][] = [
  ['Authorization', `Bearer ${SECRET}`],
  ['authorization', SECRET],
  ['PROXY-AUTHORIZATION', `Basic ${SECRET}`],
  ['X-Api-Key', SECRET],
  ['x-auth-token', SECRET],
  ['X-Amz-Security-Token', SECRET],
  ['Set-Cookie', `sid=${SECRET}; Path=/; HttpOnly`],
  ['Cookie', `theme=dark; session_id=${SECRET}`],
];
const SHAPES: [string, (name: string, value: string) => unknown][] = [
  ['a flat list', (name, value) => ({ rawHeaders: ['Host', 'web.example', name, value, 'Accept', '*/*'] })],
  ['a flat list in a text', (name, value) => `got ${JSON.stringify({ headers: [name, value] })}`.slice(4)],
  ['a flat list in a list', (name, value) => [[name, value, 'Accept', 'text/html']]],
  [
    'pairs',
    (name, value) => [
      ['Host', 'web.example'],
      [name, value],
    ],
  ],
  [
    'pairs behind one that is a secret, too',
    (name, value) => [
      ['X-Api-Key', 'Zz9-8Yy7Xx6Ww5Vv4'],
      [name, value],
    ],
  ],
  ['an object', (name, value) => ({ [name]: value })],
  ['objects', (name, value) => [{ name, value }]],
];

describe.each(SHAPES)('%s', (_shape, made) => {
  it.each(HEADERS)('%s: %s', (name, value) => {
    expect(found(made(name, value))).toContain(SECRET);
  });
});

it.each([
  [{ 'Access-Control-Allow-Headers': ['Authorization', 'Content-Type', 'X-Api-Key', 'X-Request-Id'] }],
  [['x-api-key', 'x-auth-token', 'cookie', 'set-cookie']],
  [{ rawHeaders: ['Content-Type', 'text/plain; charset=utf-8', 'ETag', 'W/"5f3a9c"', 'Cookie', 'theme=dark; lang=en'] }],
  [{ rawHeaders: ['Set-Cookie', '_ga=GA1.2.1234567890.1234567890; Path=/'] }],
  [['well-known', 'a1', 'state-of-the-art', '2026']],
])('nothing in %j', (value) => {
  expect(found(value)).toEqual([]);
});
