// The first operator: made when there is no admin, with its token in a file of mode 0600 in the data directory, where the command line finds it.
// Never prints the token and never uses a file that others can read.
import { chmodSync, closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { newOperatorToken } from '../admin/operator.ts';
import { objectContext } from '../app/object-context.ts';
import type { Core } from '../app.ts';
import { GatewayError } from '../lib/error.ts';
import { applyChanges } from '../object/apply.ts';
import type { OperatorSpec, StoredObject } from '../object/kinds.ts';
import { buildView, type ControlView } from '../object/snapshot.ts';

export const OPERATOR_TOKEN_FILE = 'operator.token';
export const FIRST_OPERATOR = 'admin';

/** Of the first operator of an organization that is not the first one of its gateway. */
export function operatorTokenPath(dataDir: string, org: string): string {
  return join(dataDir, `operator.${org}.token`);
}

/** Path of the file when an operator was made; undefined when there is one already. `revision` is the control revision after it. */
export interface FirstOperator {
  path: string | undefined;
  revision: number;
}

/**
 * Makes operator "admin" of role admin when the organization has none of that role that can still sign in. Whoever starts the first organization
 * of a gateway may make others: that operator has the right to.
 */
export async function ensureOperator(core: Core, org: string, dataDir: string): Promise<FirstOperator> {
  const view = buildView(await core.store.objects.load(org));
  const isThere = view.operators().some(({ spec }) => isUsableAdmin(spec, core.clock.nowMs()));
  if (isThere) return { path: undefined, revision: view.revision };
  const made = await makeOperator(core, org, dataDir, FIRST_START);
  return { path: made?.path, revision: made?.revision ?? buildView(await core.store.objects.load(org)).revision };
}

/** Makes one more operator of role admin, for who may write the database itself; its token is in the file that the command line reads. */
export async function recoverOperator(core: Core, org: string, dataDir: string): Promise<MadeOperator> {
  if (!(await core.store.objects.organizations()).includes(org))
    throw new GatewayError('unknown_organization', `There is no organization "${org}". Name one with --org.`);
  const made = await makeOperator(core, org, dataDir, RECOVERY);
  if (!made) throw new GatewayError('conflict', 'Somebody else made an operator at the same time. Run this again.');
  return made;
}

interface MadeOperator {
  name: string;
  path: string;
  revision: number;
}

interface Occasion {
  author: string;
  title: string;
  /** Whether one that can sign in is enough. */
  isOnlyOne: boolean;
}

const FIRST_START: Occasion = { author: 'first start', title: 'Made at the first start', isOnlyOne: true };
const RECOVERY: Occasion = { author: 'recovery on the machine', title: 'Made on the machine of the gateway', isOnlyOne: false };

/** undefined when another one that can sign in was faster, and one is enough. */
async function makeOperator(core: Core, org: string, dataDir: string, occasion: Occasion): Promise<MadeOperator | undefined> {
  const isFirst = (await core.store.objects.organizations())[0] === org;
  const path = resolve(isFirst ? join(dataDir, OPERATOR_TOKEN_FILE) : operatorTokenPath(dataDir, org));
  for (let attempt = 1; ; attempt++) {
    const view = buildView(await core.store.objects.load(org));
    const nowMs = core.clock.nowMs();
    if (occasion.isOnlyOne && view.operators().some(({ spec }) => isUsableAdmin(spec, nowMs))) return undefined;
    const { token, hash, hint } = newOperatorToken();
    const partial = `${path}.${hash.slice(0, 16)}.tmp`;
    const spec = {
      role: 'admin' as const,
      ...(isFirst ? { rights: ['organizations' as const] } : {}),
      hash,
      hint,
      createdAt: new Date(nowMs).toISOString(),
    };
    const operator: StoredObject<'operator'> = {
      kind: 'operator',
      metadata: { name: freeName(view), title: occasion.title },
      spec,
      revision: 0,
    };
    // The token is on disk before it is worth anything, and gets its name only when it is: no crash leaves an operator without a token.
    writePrivate(partial, `${token}\n`);
    const result = await applyChanges(objectContext(core), org, { put: [operator] }, { author: occasion.author }).catch(
      (error: unknown) => {
        rmSync(partial, { force: true });
        throw error;
      },
    );
    if (result.type === 'applied') {
      renameSync(partial, path);
      return { name: operator.metadata.name, path, revision: result.revision };
    }
    rmSync(partial, { force: true });
    if (attempt === MAX_ATTEMPTS)
      throw new GatewayError('conflict', 'Other processes change the operators at the same time. Run this again.');
  }
}

/** Times another process may be faster. */
const MAX_ATTEMPTS = 3;

function isUsableAdmin(spec: OperatorSpec, nowMs: number): boolean {
  return spec.role === 'admin' && spec.revokedAt === undefined && (spec.expiresAt === undefined || nowMs < Date.parse(spec.expiresAt));
}

function freeName(view: ControlView): string {
  let name = FIRST_OPERATOR;
  for (let n = 2; view.operator(name); n++) name = `${FIRST_OPERATOR}-${n}`;
  return name;
}

/** The token of the organization's file, else of the first one's; undefined when there is none. Throws GatewayError `operator_token_exposed`. */
export function readOperatorToken(dataDir: string, org?: string): string | undefined {
  const own = org === undefined ? undefined : readTokenFile(operatorTokenPath(dataDir, org));
  return own ?? readTokenFile(join(dataDir, OPERATOR_TOKEN_FILE));
}

function readTokenFile(path: string): string | undefined {
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

/** In place of what was there. */
export function writeOperatorToken(path: string, token: string): void {
  const partial = `${path}.tmp`;
  writePrivate(partial, `${token}\n`);
  renameSync(partial, path);
}

/** Never readable by others, not even for a moment. */
function writePrivate(path: string, text: string): void {
  // With a database elsewhere and a master key from the environment nothing has made the data directory yet.
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const file = openSync(path, 'w', 0o600);
  try {
    chmodSync(path, 0o600);
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
