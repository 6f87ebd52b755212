// `sallyport key rotate`: a new data key through the running gateway, or a new master key on the data directory while none runs.
// Never replaces the old master key before every data key is wrapped by the new one.
import { openCore } from '../../app.ts';
import type { Config } from '../../config.ts';
import { beginMasterRotation, finishMasterRotation, loadMasterKeys } from '../../vault/master-key.ts';
import { type Action, type Run, show } from '../command.ts';
import { withGateway } from '../connect.ts';
import { exitCode } from '../exit-code.ts';
import { usageError } from '../failure.ts';
import { readSettings } from '../settings.ts';

export const rotateKeyAction: Action = async (run, which = 'data') => {
  if (which !== 'data' && which !== 'master')
    throw usageError(`There is no key ${JSON.stringify(which.slice(0, 64))}; it is data or master.`);
  return which === 'data' ? rotateData(run) : rotateMaster(run, readSettings(run));
};

async function rotateData(run: Run): Promise<number> {
  const reply = await withGateway(run, (client) => client.rotateDataKey());
  show(run, reply, () => `Data key ${reply.key} is in use; ${reply.previous} still opens what was sealed under it.`);
  return exitCode.ok;
}

async function rotateMaster(run: Run, config: Config): Promise<number> {
  if (config.masterKey !== undefined) {
    throw usageError(
      'The master key comes from SALLYPORT_MASTER_KEY. Set that to a new key (openssl rand -base64 32) and SALLYPORT_MASTER_KEY_PREVIOUS to the old one, and restart: the start wraps every data key anew.',
    );
  }
  const core = await openCore(config, { create: false });
  try {
    const source = { text: undefined, previousText: config.masterKeyPrevious, dataDir: config.dataDir, create: false };
    const previous = loadMasterKeys(source).current.id;
    const { id: key } = beginMasterRotation(config.dataDir);
    const organizations = await core.store.objects.organizations();
    await core.vault.rotateMasterKey(loadMasterKeys(source), organizations);
    for (const org of organizations) {
      const fields = {
        event: 'key-rotation' as const,
        timeMs: core.clock.nowMs(),
        scope: 'master' as const,
        key,
        previous,
        author: 'command line',
      };
      await core.log.record(org, { type: 'system', fields });
    }
    finishMasterRotation(config.dataDir);
    show(
      run,
      { key, previous },
      () =>
        `Master key ${key} is in use; ${previous} is not needed any more, except for backups made before.\nKeep a copy of the new one elsewhere.`,
    );
    return exitCode.ok;
  } finally {
    await core.store.lifecycle.close();
  }
}
