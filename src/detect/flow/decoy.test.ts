// Decoys are listed where they are meant to be.
import { expect, it } from 'vitest';
import { decoysOf } from './decoy.ts';

it('by server, as a definition like any other', () => {
  const of = decoysOf([
    { name: 'export_all', description: 'Exports everything.', servers: ['crm*'] },
    { name: 'root_shell', description: 'A shell.', servers: ['ops', 'crm-eu'] },
  ]);
  expect(of('crm').map(({ name }) => name)).toEqual(['export_all']);
  expect(of('crm-eu').map(({ name }) => name)).toEqual(['export_all', 'root_shell']);
  expect(of('mail')).toEqual([]);
  expect(of('ops')[0]?.definition).toEqual({ name: 'root_shell', description: 'A shell.', inputSchema: { type: 'object' } });
  expect(decoysOf([])('crm')).toEqual([]);
});
