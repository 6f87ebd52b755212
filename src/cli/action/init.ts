// `sallyport init`: data directory, organization, master key, first operator. What is there already stays as it is.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openCore } from '../../app.ts';
import { MASTER_KEY_FILE } from '../../vault/master-key.ts';
import { type Action, show } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { ensureOperator, OPERATOR_TOKEN_FILE } from '../operator-file.ts';
import { readSettings } from '../settings.ts';

export const initAction: Action = async (run) => {
  const config = readSettings(run);
  const dataDir = resolve(config.dataDir);
  const core = await openCore(config, { create: true });
  const operator = await ensureOperator(core, config.organization, dataDir).finally(() => core.store.lifecycle.close());
  const masterKey = config.masterKey === undefined ? join(dataDir, MASTER_KEY_FILE) : undefined;
  const result = {
    organization: config.organization,
    dataDir,
    masterKey,
    operatorToken: operator.path,
    created: operator.path !== undefined,
  };
  show(run, result, () =>
    [
      `Organization    ${config.organization}`,
      `Data directory  ${dataDir}`,
      `Master key      ${masterKey ?? 'SALLYPORT_MASTER_KEY'}  (keep a copy elsewhere: without it, sealed values are lost)`,
      `Operator token  ${operator.path ?? earlierToken(dataDir)}`,
      '',
      'Next: sallyport serve',
    ].join('\n'),
  );
  return exitCode.ok;
};

function earlierToken(dataDir: string): string {
  const path = join(dataDir, OPERATOR_TOKEN_FILE);
  if (existsSync(path)) return path;
  return 'wherever it was put: there is an operator already. If its token is lost: sallyport operator recover';
}
