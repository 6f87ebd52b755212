// `sallyport evidence pack`: an evidence pack of the running gateway, into a new directory.
// Never writes outside of that directory, whatever names the gateway gives, and never over a file.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PACK_FILE_NAME } from '../../evidence/pack.ts';
import { systemClock } from '../../lib/clock.ts';
import { GatewayError } from '../../lib/error.ts';
import { type Action, show } from '../command.ts';
import { withGateway } from '../connect.ts';
import { exitCode } from '../exit-code.ts';
import { usageError } from '../failure.ts';
import { readSince } from '../when.ts';

export const evidencePackAction: Action = async (run) => {
  const [framework, from, to, out] = ['framework', 'from', 'to', 'out'].map((name) => run.options.text(name));
  if (framework === undefined || from === undefined || out === undefined)
    throw usageError(
      'Give --framework, --from and --out, for example: sallyport evidence pack --framework soc2 --from 90d --out soc2-pack',
    );
  const nowMs = systemClock.nowMs();
  const period = {
    from: readSince(from, '--from', nowMs),
    to: to === undefined ? new Date(nowMs).toISOString() : readSince(to, '--to', nowMs),
  };
  const { files } = await withGateway(run, (client) => client.evidencePack({ framework, ...period }));
  const strange = files.find(({ name }) => !PACK_FILE_NAME.test(name));
  if (strange)
    throw new GatewayError(
      'gateway_answer_invalid',
      `The gateway names a file ${JSON.stringify(strange.name.slice(0, 100))}, which no pack has.`,
    );
  await mkdir(out, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST' ? new GatewayError('file_exists', `There is already a ${out}. Choose another name or remove it.`) : error;
  });
  for (const { name, text } of files) {
    const path = join(out, name);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(path, text, { flag: 'wx', mode: 0o600 });
  }
  show(
    run,
    { path: out, files: files.map(({ name }) => name), ...period },
    () => `Wrote ${files.length} files to ${out}. Open ${join(out, 'index.html')}.`,
  );
  return exitCode.ok;
};
