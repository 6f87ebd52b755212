// `sallyport log checkpoint`, `log key`, `proof`: what a stranger needs to check the log, from the running gateway into files.
// Never replaces a file.
import { writeFile } from 'node:fs/promises';
import type { AnchorList } from '../../admin/contract.ts';
import { GatewayError } from '../../lib/error.ts';
import { type Action, show } from '../command.ts';
import { withGateway } from '../connect.ts';
import { exitCode } from '../exit-code.ts';
import { usageError } from '../failure.ts';
import { textTable } from '../text-table.ts';
import { readNumber } from '../when.ts';

export const checkpointAction: Action = async (run) => {
  const path = run.options.text('output');
  const made = await withGateway(run, (client) => client.makeCheckpoint());
  if (path === undefined) show(run, made, () => made.note.trimEnd());
  else {
    await writeNew(path, made.note);
    show(run, { path, size: made.size }, () => `Wrote the checkpoint of ${made.size} entries to ${path}.`);
  }
  return exitCode.ok;
};

export const logKeyAction: Action = async (run, what) => {
  if (what !== undefined && what !== 'rotate')
    throw usageError(`log key takes nothing or rotate, not ${JSON.stringify(what.slice(0, 64))}.`);
  if (what === 'rotate') {
    const reply = await withGateway(run, (client) => client.rotateSigningKey());
    show(run, reply, () => `${reply.key} signs from now on. Publish it; the next checkpoint is signed by the old key too.`);
    return exitCode.ok;
  }
  const { keys } = await withGateway(run, (client) => client.signingKeys());
  show(run, { keys }, () => keys.join('\n'));
  return exitCode.ok;
};

export const anchorsAction: Action = async (run) => {
  const reply = await withGateway(run, (client) => client.anchors());
  show(run, reply, () => anchorTable(reply));
  return exitCode.ok;
};

export const anchorAction: Action = async (run, name) => {
  const reply = await withGateway(run, (client) => client.anchor(name));
  show(run, reply, () => anchorTable(reply));
  return reply.anchors.some(({ state }) => state === 'failing') ? exitCode.negative : exitCode.ok;
};

function anchorTable({ anchors }: AnchorList): string {
  if (anchors.length === 0) return 'No anchors. Whoever controls this machine can make the log and its checkpoints anew.';
  const rows = anchors.map(({ anchor, kind, state, size, time, problem }) => [
    anchor,
    kind,
    state,
    String(size),
    time ?? '-',
    problem ?? '',
  ]);
  return textTable(['ANCHOR', 'KIND', 'STATE', 'ENTRIES', 'LAST', 'PROBLEM'], rows);
}

export const consistencyAction: Action = async (run, from, to) => {
  const [oldSize, size] = [readNumber(from, 'from', 1), readNumber(to, 'to', 1)];
  if (oldSize === undefined || size === undefined) throw usageError('log consistency takes two numbers of entries, for example: 100 250');
  const reply = await withGateway(run, (client) => client.consistency({ from: String(oldSize), to: String(size) }));
  show(run, reply, () => reply.proof.join('\n'));
  return exitCode.ok;
};

export const proofAction: Action = async (run, call = '') => {
  const path = run.options.text('output');
  const proof = await withGateway(run, (client) => client.proof(call));
  const text = `${JSON.stringify(proof, null, 2)}\n`;
  if (path === undefined) await run.terminal.write(text);
  else {
    await writeNew(path, text);
    show(run, { path, call }, () => `Wrote the proof of ${call} to ${path}. Check it with: sallyport verify --proof ${path}`);
  }
  return exitCode.ok;
};

async function writeNew(path: string, text: string): Promise<void> {
  await writeFile(path, text, { flag: 'wx', mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST'
      ? new GatewayError('file_exists', `There is already a file ${path}. Choose another name or remove it.`)
      : error;
  });
}
