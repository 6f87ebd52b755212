// What is left out because of an argument's key changes no verdict: compared with a reading in which everybody looks at everything.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../lib/json.ts';
import { keyReader } from './argument.ts';
import { classifyCall } from './call-intent.ts';
import { classifyDefinition } from './definition.ts';
import { Languages } from './language.ts';
import { NO_PARSERS } from './parser.ts';

const everybody = keyReader(() => -1);
const languages = new Languages(NO_PARSERS);

/** Every word in a pattern of the files that ask for keys: all keys they ask for are among them. */
const WORDS = [
  ...new Set(
    ['signal.ts', 'sharing.ts', 'running-text.ts']
      .flatMap((file) => readFileSync(new URL(file, import.meta.url), 'utf8').match(/\/\^.+\$\//g) ?? [])
      .flatMap((pattern) => pattern.match(/[a-z]+/g) ?? []),
  ),
];

const TOOLS = [
  'get_page',
  'update_user_role',
  'delete_many_documents',
  'send_email',
  'manage_webhook_subscription',
  'http_request',
  'run_sql_query',
  'execute_command',
  'update_all_rows',
  'click_element',
  'create_payment_transfer',
  'upload_file',
].map((name) => classifyDefinition({ name, inputSchema: { type: 'object' } }));

const VALUES: Json[] = [
  ...[true, false, 0, -1, 20_000, '', 'all', 'public', 'delete', 'off', 'owner', 'disabled', '../../../etc/passwd', 'https://a.example/x'],
  'DROP TABLE t',
  's3://b/k',
  'a@gmail.com x',
  '{"Principal":"*"}',
  ['*', 'owner', '/root/.ssh/id_rsa'],
  { $where: 'x', dropDatabase: 1 },
];

const BESIDE: JsonObject[] = [{}, { method: 'DELETE', amount: 5, to: ['x@gmail.com'], events: '*', args: ['-rf'], update: 1 }];

describe('roles of keys', () => {
  it.each(TOOLS)('$name: whatever the key and value', (tool) => {
    const differing: string[] = [];
    for (const beside of BESIDE)
      for (const word of WORDS)
        for (const value of VALUES) {
          const args = { ...beside, [word]: value };
          const seen = classifyCall(tool, args, languages);
          const whole = classifyCall(tool, args, languages, everybody);
          if (JSON.stringify(seen) !== JSON.stringify(whole)) differing.push(`${word}: ${JSON.stringify(value)}`);
        }
    expect(WORDS).toEqual(expect.arrayContaining(['sql', 'pipeline', 'recursive', 'q', 'bcc', 'dryrun', 'verb']));
    expect(WORDS.length).toBeGreaterThan(300);
    expect(differing).toEqual([]);
  });

  it('is a comparison that can fail', () => {
    const [tool] = TOOLS.filter(({ name }) => name === 'update_user_role');
    if (!tool) throw new Error('no tool');
    const blind = keyReader(() => 0);
    const args = { force: true };
    expect(classifyCall(tool, args, languages, blind).intent).not.toBe(classifyCall(tool, args, languages, everybody).intent);
  });
});
