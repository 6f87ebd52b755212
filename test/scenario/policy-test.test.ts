// `sallyport policy test`: the cases of policy files, run on the command line without a gateway.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runCli } from '../support/cli-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-policy-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, when: string, expected: string): string {
  const path = join(folder, name);
  writeFileSync(
    path,
    `kind: policy
metadata: { name: refunds }
spec:
  rules:
    - name: small
      match: { tool: [create_refund] }
      when: ${when}
      effect: allow
  cases:
    - name: a small one
      given: { agent: bot, server: shop, tool: create_refund, args: { amount: 5 } }
      expect: allow
    - name: a large one
      given: { agent: bot, server: shop, tool: create_refund, args: { amount: 501 } }
      expect: ${expected}
`,
  );
  return path;
}

describe('policy test', () => {
  it('runs the cases of files and says how many pass', async () => {
    const { code, stdout } = await runCli(['policy', 'test', file('good.yaml', 'args.amount <= 500', 'deny')]);
    expect([code, stdout.trim()]).toEqual([0, '2 cases pass.']);
  });

  it('says which case failed, where it stands and what came out, and ends with a code of its own', async () => {
    const path = file('bad.yaml', 'args.amount <= 500', 'allow');
    const { code, stdout } = await runCli(['policy', 'test', path]);
    expect(code).not.toBe(0);
    expect(stdout).toContain('case "a large one": expected effect allow, came out as deny by rule builtin/default (no_rule_allows)');
    expect(stdout).toContain('bad.yaml');
    expect(stdout).toContain('1 of 2 failed.');
  });

  it('says where a condition is wrong, with line and column', async () => {
    const { code, stdout } = await runCli(['policy', 'test', file('wrong.yaml', 'args.amount <', 'deny')]);
    expect(code).not.toBe(0);
    expect(stdout).toMatch(/wrong\.yaml:7:\d+.*this is no CEL expression/);
  });
});
