// One approval from the first call to its effect, or two calls under a standing grant for one, in a process that kills itself at a write: before the
// n-th, or when it is durable.
// What the played server did stands in a file. Prints one line of JSON when it comes to its end unkilled.
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import type { CallOutcome } from '../../src/call.ts';
import { callOf, echoServer, harness } from './pipeline-harness.ts';

export interface StepsSettings {
  dataDir: string;
  databaseUrl: string | undefined;
  effects: string;
  bearer: string;
  /** Number of the write, from 1; beyond the last one nothing is killed. */
  at: number;
  when: 'before' | 'after';
  /** There is a standing grant. */
  standing?: boolean;
}

const settings = JSON.parse(process.argv[2] ?? '{}') as StepsSettings;
const { dataDir, databaseUrl } = settings;
const h = await harness({ dataDir, ...(databaseUrl === undefined ? {} : { databaseUrl }) });
let writes = 0;
killAt(h.core.store.log, 'append');
killAt(h.core.store.approvals, 'put');
killAt(h.core.store.approvals, 'useGrant');
h.answer((request) => {
  if (request.method === 'tools/call') noteEffect();
  return echoServer(request);
});

const first = await call();
if (!settings.standing) await approve(first);
const second = await call();
await h.close();
console.log(JSON.stringify({ outcome: second.type, writes }));

async function approve(held: CallOutcome): Promise<void> {
  if (held.type !== 'denied' || !held.approval) throw new Error(JSON.stringify(held));
  await h.approvals.vote(h.org, held.approval.id, { operator: 'rita', user: undefined, teams: [], roles: [] }, 'approve', undefined);
}

function call(): Promise<CallOutcome> {
  return h.pipeline.run(callOf('tools/call', { bearer: settings.bearer, params: { name: 'write_note', arguments: { text: 'x' } } }));
}

function killAt<T extends object, K extends keyof T>(port: T, name: K): void {
  const write = (port[name] as (...args: unknown[]) => Promise<unknown>).bind(port);
  const killing = async (...args: unknown[]): Promise<unknown> => {
    const isMine = ++writes === settings.at;
    if (isMine && settings.when === 'before') process.kill(process.pid, 'SIGKILL');
    const result = await write(...args);
    if (isMine) process.kill(process.pid, 'SIGKILL');
    return result;
  };
  port[name] = killing as T[K];
}

function noteEffect(): void {
  const file = openSync(settings.effects, 'a');
  writeSync(file, 'x\n');
  fsyncSync(file);
  closeSync(file);
}
