// Store, vault and log: what the gateway and the commands that work on a data directory have in common.
// Opens nothing halfway: when one part fails, what was opened before is closed again.
import { AuditLog } from '../audit/log.ts';
import type { Config } from '../config.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import { GatewayError } from '../lib/error.ts';
import { openStore } from '../store/open.ts';
import type { FailWrite, Store } from '../store/port.ts';
import { loadMasterKeys } from '../vault/master-key.ts';
import { payloadSealer, Vault } from '../vault/vault.ts';

export interface Core {
  store: Store;
  vault: Vault;
  log: AuditLog;
  clock: Clock;
}

/** Makes organization and master key when `create` is set. Rejects with GatewayError of store or vault. */
export async function openCore(config: Config, options: { create: boolean; failWrite?: FailWrite | undefined }): Promise<Core> {
  const clock = systemClock;
  const store = await openStore(config, options.failWrite);
  try {
    const organizations = await store.objects.organizations();
    if (!organizations.includes(config.organization)) {
      if (!options.create)
        throw new GatewayError('organization_missing', `Organization "${config.organization}" does not exist yet. Run \`sallyport init\`.`);
      await store.objects.createOrganization(config.organization);
    }
    const master = loadMasterKeys({
      text: config.masterKey,
      previousText: config.masterKeyPrevious,
      dataDir: config.dataDir,
      create: options.create,
    });
    const vault = new Vault({ keys: store.keys, master, clock });
    for (const org of await store.objects.organizations()) await vault.prepare(org);
    return { store, vault, log: new AuditLog({ store: store.log, sealer: payloadSealer(vault) }), clock };
  } catch (error) {
    await store.lifecycle.close();
    throw error;
  }
}
