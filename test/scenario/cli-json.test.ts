// Every command of the table with `--json`, on a running gateway: standard output is one JSON value, or JSON lines where the help says so; what fails says
// so in one JSON value too, and in the exit code. A command that comes new has to be given a run here.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CommandSpec } from '../../src/cli/command.ts';
import { commands } from '../../src/cli/commands.ts';
import { runProgram } from '../../src/cli/program.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { runCli } from '../support/cli-process.ts';
import { type OrgGateway, startOrgGateway, type Tenant } from '../support/org-gateway.ts';

/** Where the help says that it writes JSON lines. */
const LINES: ReadonlySet<string> = new Set(['log tail', 'log export']);

interface Ran {
  code: number;
  stdout: string;
}

interface Given {
  args: () => string[] | Promise<string[]>;
  /** The exit code, 0 unless given. */
  code?: number;
  /** Ctrl-C once it wrote something. */
  interrupts?: true;
  /** As the operator of the whole gateway. */
  home?: true;
  /** What came out, for later commands. */
  then?: (value: Record<string, never>) => void;
}

let orgs: OrgGateway;
let acme: Tenant;
let folder: string;
const at = (name: string): string => join(folder, name);
/** Ids that earlier commands made and later ones name. */
const made = { ticket: '', call: '' };

const POLICY = `kind: policy
metadata: {name: p}
spec:
  tier: guardrail
  order: 1
  rules:
    - {name: held, match: {server: [desk], tool: [tool_acme]}, effect: hold, reason: A person looks.}
    - {name: rest, match: {server: [desk]}, effect: allow}
`;
const OBJECTS = `${POLICY}---
kind: user
metadata: {name: ben}
spec: {}
---
kind: limit
metadata: {name: many}
spec: {per: [agent], concurrency: 1000}
---
kind: risk
metadata: {name: scores}
spec: {}
---
kind: retention
metadata: {name: gone}
spec: {archive: {keepDays: 0}, rules: [{name: all, keepDays: 0}]}
---
kind: dlp
metadata: {name: gdpr}
spec: {rules: [{name: mail, types: [pii.email], action: mask}]}
---
kind: secret
metadata: {name: sign}
spec: {value: whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=}
---
kind: subscription
metadata: {name: hook}
spec: {events: [approval.*], channel: {type: webhook, url: "http://127.0.0.1:1/", secrets: [sign]}}
---
kind: forward
metadata: {name: siem}
spec: {format: otlp, target: {type: otlp, url: "http://127.0.0.1:1/"}}
`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-json-'));
  orgs = await startOrgGateway(['acme']);
  acme = orgs.tenants.acme as Tenant;
  const files = {
    'objects.yaml': OBJECTS,
    'policy.yaml': POLICY,
    'risk.yaml': 'kind: risk\nmetadata: {name: scores}\nspec: {}\n',
    'call.yaml': '{agent: bot, server: desk, tool: common}\n',
    'answer.json': '{"text": "write to ines.okafor@northwind-traders.com"}',
    'tools.json': '{"tools": [{"name": "a", "description": "Reads.", "inputSchema": {"type": "object"}}]}',
    'set.json': '{"set": "tools", "items": [{"id": "1", "server": "x/y", "tool": "a", "description": "Reads a file."}]}',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(at(name), text);
});
afterAll(async () => {
  await orgs?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** In this process, through the one port by which commands write. */
async function run(argv: readonly string[], { interrupts, home }: Pick<Given, 'interrupts' | 'home'> = {}, url?: string): Promise<Ran> {
  let stdout = '';
  let interrupt: (() => void) | undefined;
  const wrote = (text: string): void => {
    stdout += text;
    if (interrupts) setImmediate(() => interrupt?.());
  };
  const terminal: Terminal = {
    out: (text) => wrote(`${text}\n`),
    err: () => undefined,
    write: async (text) => wrote(typeof text === 'string' ? text : Buffer.from(text).toString('utf8')),
    progress: () => undefined,
    env: { SALLYPORT_OPERATOR_TOKEN: home ? orgs.home.token : acme.operator, SALLYPORT_ADMIN_URL: url ?? orgs.gateway.adminUrl },
    color: false,
    stdin: (async function* () {})(),
    onInterrupt: (listener) => {
      interrupt = listener;
      if (stdout !== '') wrote('');
      return () => undefined;
    },
  };
  return { code: await runProgram(argv, terminal), stdout };
}

async function hold(text: string): Promise<string> {
  const { text: answer } = await acme.ask('tools/call', { name: 'tool_acme', arguments: { only_acme: text } });
  const id = /appr_[0-9a-z]+/.exec(answer)?.[0];
  if (id === undefined) throw new Error(answer);
  return id;
}

/** By path of the command, in the order in which they run. */
const RUNS: Readonly<Record<string, Given>> = {
  init: { args: () => ['--data', at('own')] },
  doctor: { args: () => ['--data', at('own'), '--agent-port', '0', '--admin-port', '0'] },
  completion: { args: () => ['bash'] },
  diff: { args: () => ['-f', at('objects.yaml')] },
  apply: { args: () => ['-f', at('objects.yaml')] },
  get: { args: () => ['all'] },
  history: { args: () => ['policy', 'p'] },
  rollback: { args: () => ['policy', 'p', '--to', '1'], code: 1 },
  schema: { args: () => [] },
  export: { args: () => [] },
  'server list': { args: () => [] },
  'server add': { args: () => ['more', '--server-url', acme.server.url] },
  'server review': { args: () => ['desk'] },
  'server approve': { args: () => ['desk', '--despite-findings'] },
  'server reject': { args: () => ['desk', '--only', 'common'] },
  'policy show': { args: () => ['--effective', '--agent', 'bot'] },
  'policy test': { args: () => [at('policy.yaml')] },
  'policy lint': { args: () => [], code: 1 },
  'policy diff': { args: () => ['now', at('risk.yaml')], code: 1 },
  'policy simulate': { args: () => ['--policy', at('policy.yaml'), '--last', '1d'] },
  'policy shadow': { args: () => ['--last', '1d'] },
  'policy init': { args: () => [] },
  'policy learn': { args: () => ['--last', '1d'] },
  'approval list': {
    args: async () => {
      made.ticket = await hold('a');
      return [];
    },
  },
  'approval show': { args: () => [made.ticket] },
  'approval claim': { args: () => [made.ticket] },
  'approval unclaim': { args: () => [made.ticket] },
  'approval link': { args: () => [made.ticket] },
  'approval approve': { args: () => [made.ticket, '--comment', 'fine'] },
  'approval revoke': { args: () => [made.ticket, '--comment', 'no'] },
  'approval deny': { args: async () => [await hold('b'), '--comment', 'no'] },
  'approval grant create': {
    args: () => ['sums', '--agent', 'bot', '--tool', 'desk/tool_acme', '--when', 'true', '--until', '2d', '--reason', 'x'],
  },
  'approval grant list': { args: () => [] },
  'approval grant confirm': { args: () => ['sums'], code: 5 },
  'approval grant revoke': { args: () => ['sums'] },
  'approval delegate to': { args: () => ['ben', '--from', 'ann', '--until', '1d', '--reason', 'x'] },
  'approval delegate list': { args: () => [] },
  'approval delegate end': { args: () => ['ann-to-ben'] },
  'approval stats': { args: () => [] },
  'passkey invite': { args: () => ['ann'], code: 1 },
  'passkey list': { args: () => [] },
  'passkey remove': { args: () => ['ann-1'], code: 1 },
  'webhook test': { args: () => ['hook'], code: 1 },
  'webhook deliveries': { args: () => [] },
  'webhook replay': { args: () => ['--all-dead'] },
  'token create': { args: () => ['bot', '--name', 'second'] },
  'token list': { args: () => [] },
  'token rotate': { args: () => ['second'] },
  'token revoke': { args: () => ['second'] },
  freeze: { args: () => ['stop', '--agent', 'nobody', '--reason', 'x'] },
  unfreeze: { args: () => ['stop'] },
  'operator create': { args: () => ['ada', '--role', 'viewer'] },
  'operator list': { args: () => [] },
  'operator revoke': { args: () => ['ada'] },
  'org create': { args: () => ['other', '--owner', 'x'], home: true },
  'org list': { args: () => [], home: true },
  'access who': { args: () => ['desk', 'common'] },
  'access what': { args: () => ['--agent', 'bot'] },
  'limit list': { args: () => [] },
  'limit show': { args: () => ['many'] },
  'risk show': { args: () => ['--agent', 'bot', '--server', 'desk', '--tool', 'common'] },
  'risk backtest': { args: () => ['-f', at('risk.yaml'), '--last', '1d'] },
  'dlp profile': { args: () => [] },
  'dlp scan': { args: () => [at('answer.json')] },
  'dlp purge': { args: () => ['gdpr'] },
  scan: { args: () => [at('tools.json')] },
  'detect eval': { args: () => ['--set', at('set.json'), '--out', at('predictions.json')] },
  'log show': { args: () => [] },
  'log tail': { args: () => ['--from', '1'], interrupts: true },
  'log export': { args: () => [] },
  'log checkpoint': { args: () => [] },
  'log anchor': { args: () => [], code: 1 },
  'log anchors': { args: () => [] },
  'log key': { args: () => [] },
  'log consistency': { args: () => ['1', '2'] },
  'log archive': { args: () => ['--out', at('archive')], code: 1 },
  'log erase': { args: () => ['--user', 'ann', '--reason', 'x'] },
  'log erasures': { args: () => [] },
  explain: { args: async () => [await lastCall()] },
  proof: { args: async () => [await lastCall()] },
  verify: {
    args: async () => {
      writeFileSync(at('log.jsonl'), (await run(['log', 'export'])).stdout);
      return [at('log.jsonl')];
    },
  },
  'forward list': {
    args: async () => {
      await expect.poll(async () => (await run(['forward', 'show', 'siem'])).code, { timeout: 120_000 }).toBe(1);
      return [];
    },
  },
  'forward show': { args: () => ['siem'], code: 1 },
  'forward test': { args: () => ['siem'], code: 1 },
  'report usage': { args: () => [] },
  'report denials': { args: () => [] },
  'report latency': { args: () => [] },
  'report cost': { args: () => [] },
  'report anomalies': { args: () => [] },
  'evidence pack': { args: () => ['--framework', 'soc2', '--from', '1d', '--out', at('pack')] },
  backup: { args: () => [at('a.backup'), '--data', at('own')] },
  restore: { args: () => [at('a.backup'), '--data', at('restored')] },
  'operator recover': { args: () => ['--data', at('own')] },
  'key rotate': { args: () => [] },
  delete: { args: () => ['limit', 'many'] },
};

async function lastCall(): Promise<string> {
  const { stdout } = await run(['log', 'export', '--type', 'decision']);
  const lines = stdout.trim().split('\n');
  return String((JSON.parse(lines.at(-1) ?? '') as { content: { call: string } }).content.call);
}

function leaves(specs: readonly CommandSpec[], above = ''): { path: string; needs: CommandSpec['needs'] }[] {
  return specs.flatMap((spec) => {
    const path = `${above}${spec.usage.split(' ')[0]}`;
    return spec.commands ? leaves(spec.commands, `${path} `) : [{ path, needs: spec.needs }];
  });
}

/** What is wrong with what a command wrote. */
function problemOf(path: string, { code, stdout }: Ran, wanted: number | 'failure'): string | undefined {
  if (wanted === 'failure' ? code === 0 : code !== wanted) return `exit code ${code}: ${stdout.slice(0, 600)}`;
  if (!stdout.endsWith('\n')) return `no line end: ${stdout.slice(0, 200)}`;
  const texts = LINES.has(path) && code === 0 ? stdout.slice(0, -1).split('\n') : [stdout];
  try {
    const values = texts.map((text) => JSON.parse(text) as unknown);
    if (wanted !== 'failure') return undefined;
    const [{ error } = {}] = values as { error?: { code?: unknown; message?: unknown } }[];
    return typeof error?.code === 'string' && typeof error.message === 'string' ? undefined : `no error: ${stdout.slice(0, 200)}`;
  } catch {
    return `no JSON: ${stdout.slice(0, 200)}`;
  }
}

/** They run until they are told to stop, as processes of their own: the quick start in test/readme.test.ts, the gateway below. */
const ELSEWHERE = new Set(['start', 'serve']);

it('every command has a run', () => {
  const paths = leaves(commands).map(({ path }) => path);
  expect(paths.length).toBeGreaterThan(80);
  expect(new Set([...Object.keys(RUNS), ...ELSEWHERE])).toEqual(new Set(paths));
});

it('writes one JSON value to standard output, whatever it is asked for', async () => {
  const problems: Record<string, string> = {};
  for (const [path, given] of Object.entries(RUNS)) {
    const ran = await run([...path.split(' '), ...(await given.args()), '--json'], given);
    const problem = problemOf(path, ran, given.code ?? 0);
    if (problem !== undefined) problems[path] = problem;
  }
  expect(problems).toEqual({});
}, 600_000);

it('says where the gateway listens in one JSON value, too', async () => {
  const args = ['serve', '--json', '--data', at('own'), '--agent-port', '0', '--admin-port', '0', '--log-level', 'silent'];
  const { code, stdout } = await runCli(args, { onOutput: () => 'SIGTERM' });
  expect(problemOf('serve', { code: code ?? 1, stdout }, 0)).toBeUndefined();
  expect(JSON.parse(stdout)).toMatchObject({ mcp: expect.stringContaining('http://'), admin: expect.stringContaining('http://') });
}, 600_000);

it('fails with one JSON value and an exit code, for an option that there is not', async () => {
  const problems: Record<string, string> = {};
  for (const { path } of leaves(commands)) {
    const problem = problemOf(path, await run([...path.split(' '), '--json', '--there-is-none']), 'failure');
    if (problem !== undefined) problems[path] = problem;
  }
  expect(problems).toEqual({});
}, 600_000);

it('and for a gateway that is not there', async () => {
  const problems: Record<string, string> = {};
  for (const { path, needs } of leaves(commands)) {
    if (needs !== 'gateway' || LOCAL.has(path)) continue;
    const given = RUNS[path];
    const args = ['approval list', 'approval deny', 'explain', 'proof'].includes(path) ? ['appr_x'] : ((await given?.args()) ?? []);
    const problem = problemOf(path, await run([...path.split(' '), ...args, '--json'], {}, 'http://127.0.0.1:1'), 'failure');
    if (problem !== undefined) problems[path] = problem;
  }
  expect(problems).toEqual({});
}, 600_000);

/** With these arguments they read files only; `log tail` tries on for a minute. */
const LOCAL = new Set(['verify', 'scan', 'log tail']);
