// The catalogue and the operator's word in front of the analysis: which server it is, and what counts before what.
import { describe, expect, it } from 'vitest';
import type { Definition } from '../../call.ts';
import { serverSpec } from '../../object/kind/server.ts';
import { IntentAnalyser, MAX_PROFILES } from './intent-analyser.ts';

const analyser = new IntentAnalyser();
const definition = (name: string, description = ''): Definition => ({ value: { name, description }, hash: `${name} ${description}` });

describe('the catalogue', () => {
  it.each([
    [{ command: 'npx', args: ['-y', '@modelcontextprotocol/server-filesystem@2026.8.31', '/srv'] }, 'destructive'],
    [{ command: 'docker', args: ['run', '-i', 'mcp/filesystem:1.0'] }, 'destructive'],
    [{ command: '/usr/local/bin/mcp-server-git' }, 'write'],
    [{ command: 'npx', args: ['-y', '@evil/server-filesystem'] }, 'write'],
    [{ url: 'https://mcp.stripe.com/v1' }, 'write'],
    [{}, 'write'],
  ] as const)('%j', (server, intent) => {
    expect(analyser.profile(definition('write_file', 'Write a file'), server, undefined).intent).toBe(intent);
  });

  it('does not fix what arguments say', () => {
    const profile = analyser.profile(
      definition('read_file'),
      { command: 'npx', args: ['@modelcontextprotocol/server-filesystem'] },
      undefined,
    );
    expect(analyser.classify(profile, { path: '/home/u/.ssh/id_rsa' }).intent).toBe('exfiltrative');
  });
});

describe('an override', () => {
  it('stands whatever the arguments', () => {
    const profile = analyser.profile(definition('execute_sql'), {}, { intent: 'read' });
    expect(analyser.classify(profile, { sql: 'DROP TABLE a' })).toMatchObject({ intent: 'read', evidence: [{ signal: 'override' }] });
  });

  it('is part of what is remembered', () => {
    expect(analyser.profile(definition('execute_sql'), {}, undefined).intent).toBe('destructive');
    expect(analyser.profile(definition('execute_sql'), {}, { category: 'financial' })).toMatchObject({
      intent: 'destructive',
      category: 'financial',
    });
  });

  it('knows no other members', () => {
    const spec = { transport: 'http', url: 'https://a.example' };
    expect(serverSpec.safeParse({ ...spec, tools: { a: { intent: 'read', risk: 'high' } } }).success).toBe(true);
    expect(serverSpec.safeParse({ ...spec, tools: { a: { intent: 'harmless' } } }).success).toBe(false);
    expect(serverSpec.safeParse({ ...spec, tools: { a: { level: 1 } } }).success).toBe(false);
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`t${index}`, {}]));
    expect(serverSpec.safeParse({ ...spec, tools: many(1_000) }).success).toBe(true);
    expect(serverSpec.safeParse({ ...spec, tools: many(1_001) }).success).toBe(false);
  });
});

it('keeps a bounded number of profiles', () => {
  const first = analyser.profile(definition('first'), {}, undefined);
  expect(analyser.profile(definition('first'), {}, undefined)).toBe(first);
  for (let index = 0; index < MAX_PROFILES; index++) analyser.profile(definition(`tool_${index}`), {}, undefined);
  expect(analyser.profile(definition('first'), {}, undefined)).not.toBe(first);
});
