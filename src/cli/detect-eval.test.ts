// `sallyport detect eval` as a process of its own, on small sets by hand.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCli } from '../../test/support/cli-process.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-eval-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function evaluate(
  set: unknown,
  ...flags: string[]
): Promise<{ code: number | null; stdout: string; stderr: string; predictions: Record<string, { label: string }> }> {
  const [from, to] = [join(folder, 'set.json'), join(folder, 'out.json')];
  await writeFile(from, JSON.stringify(set));
  await rm(to, { force: true });
  const { code, stdout, stderr } = await runCli(['detect', 'eval', '--set', from, '--out', to, ...flags]);
  const text = await readFile(to, 'utf8').catch(() => '{"predictions":{}}');
  return { code, stdout, stderr, predictions: (JSON.parse(text) as { predictions: Record<string, { label: string }> }).predictions };
}

it('tools, with and without what their authors say', async () => {
  const set = {
    set: 'tools',
    items: [
      { id: 'a', server: 'x/y', tool: 'sync_items', description: 'Sync items', annotations: { destructiveHint: true } },
      { id: 'b', server: 'x/y', tool: 'drop_table', description: 'Drop a table', annotations: { readOnlyHint: true } },
    ],
  };
  expect((await evaluate(set)).predictions).toMatchObject({ a: { label: 'destructive' }, b: { label: 'destructive' } });
  expect((await evaluate(set, '--blind')).predictions).toMatchObject({ a: { label: 'write' }, b: { label: 'destructive' } });
});

it('calls, with the parsers', async () => {
  const query = 'SELECT 1';
  const set = { set: 'args', items: [{ id: 'a', tool: 'execute_sql', arguments: { query, dialect: 'postgres' } }] };
  expect((await evaluate(set)).predictions).toMatchObject({ a: { label: 'read', category: 'database' } });
});

it('says what it cannot read', async () => {
  expect(await evaluate({ set: 'birds', items: [] })).toMatchObject({ code: 2, stderr: expect.stringContaining('"birds"') });
  expect(await evaluate({ items: [] })).toMatchObject({ code: 2, stderr: expect.stringContaining('no labelled set') });
});

it.each(['tools', 'args', 'dlp', 'injection', 'sessions'])(
  '%s: says how many items of a broken set got no prediction, and judges the others',
  async (set) => {
    const sound: Record<string, object> = {
      tools: { id: 'a', tool: 'get_note' },
      args: { id: 'a', tool: 'get_note', arguments: {} },
      dlp: { id: 'a', text: 'mail ann@northwind.example' },
      injection: { id: 'a', text: 'The museum is open.' },
      sessions: {
        id: 'a',
        servers: { crm: { data: 'private', sink: 'internal' } },
        calls: [{ server: 'crm', tool: 'get', arguments: {}, result: 'x' }],
      },
    };
    const broken = [
      null,
      7,
      'x',
      [],
      {},
      { id: 5 },
      { id: 'b' },
      { id: 'c', tool: [], text: {}, definition: 'x', servers: [], calls: 'x', arguments: 3, custom: [1] },
    ];
    const result = await evaluate({ set, items: [...broken, sound[set]] });
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toMatch(/ 9 items[^\n]*\n\d+ items got none/);
    expect(Object.keys(result.predictions)).toContain('a');
  },
);
