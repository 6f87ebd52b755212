// The first operator: made when there is none, with its token in a file of mode 0600 in the data directory, where the command line finds it.
// Never prints the token and never uses a file that others can read.
import { chmodSync, closeSync, fsyncSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { newOperatorToken } from '../admin/operator.ts';
import { objectContext } from '../app/object-context.ts';
import type { Core } from '../app.ts';
import { GatewayError } from '../lib/error.ts';
import { applyChanges } from '../object/apply.ts';
import type { StoredObject } from '../object/kinds.ts';
import { buildView } from '../object/snapshot.ts';

export const OPERATOR_TOKEN_FILE = 'operator.token';
export const FIRST_OPERATOR = 'admin';

/** Path of the file when an operator was made; undefined when there is one already. `revision` is the control revision after it. */
export interface FirstOperator {
  path: string | undefined;
  revision: number;
}

/** Makes operator "admin" of role admin when the organization has no operator that can still sign in. */
export async function ensureOperator(core: Core, org: string, dataDir: string): Promise<FirstOperator> {
  const view = buildView(await core.store.objects.load(org));
  const usable = view.operators().filter(({ spec }) => spec.revokedAt === undefined);
  if (usable.length > 0) return { path: undefined, revision: view.revision };
  let name = FIRST_OPERATOR;
  for (let n = 2; view.operator(name); n++) name = `${FIRST_OPERATOR}-${n}`;
  const { token, hash, hint } = newOperatorToken();
  const path = resolve(dataDir, OPERATOR_TOKEN_FILE);
  writeTokenFile(path, token);
  const spec = { role: 'admin' as const, hash, hint, createdAt: new Date(core.clock.nowMs()).toISOString() };
  const operator: StoredObject<'operator'> = { kind: 'operator', metadata: { name, title: 'Made at the first start' }, spec, revision: 0 };
  const result = await applyChanges(objectContext(core), org, { put: [operator] }, { author: 'first start' });
  if (result.type === 'applied') return { path, revision: result.revision };
  throw new GatewayError('conflict', `Another process changed operator/${name} at the same time. Run this again.`);
}

/** The token of the file; undefined when there is none. Throws GatewayError `operator_token_exposed`. */
export function readOperatorToken(dataDir: string): string | undefined {
  const path = join(dataDir, OPERATOR_TOKEN_FILE);
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return undefined;
  if (process.platform !== 'win32' && (found.mode & 0o077) !== 0) {
    throw new GatewayError(
      'operator_token_exposed',
      `Others can read ${path}. Run \`chmod 600 ${path}\`, and make a new operator if it may have been read.`,
    );
  }
  return readFileSync(path, 'utf8').trim();
}

/** Whole or not at all, and never readable by others for a moment. */
function writeTokenFile(path: string, token: string): void {
  const partial = `${path}.${process.pid}.tmp`;
  const file = openSync(partial, 'w', 0o600);
  try {
    chmodSync(partial, 0o600);
    writeSync(file, `${token}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(partial, path);
}
