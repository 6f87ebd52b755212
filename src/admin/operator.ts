// Who is on the admin side: operator token → name and role. Tokens are `so_` + 43 base64url characters, stored as a hash only.
// Never repeats a token; the answer to a bad one is the same whatever is wrong with it.
import { sha256Hex } from '../lib/digest.ts';
import { type Random, systemRandom } from '../lib/id.ts';
import { Lru } from '../lib/lru.ts';
import { operatorRoles } from '../object/kind/operator.ts';
import type { OperatorRight, OperatorRole } from '../object/kinds.ts';
import type { ControlView } from '../object/snapshot.ts';
import type { AdminContext } from './context.ts';

export const OPERATOR_TOKEN_PATTERN = /^so_[A-Za-z0-9_-]{43}$/;
const SECRET_BYTES = 32;
const HINT_CHARS = 9;

export interface Operator {
  name: string;
  role: OperatorRole;
  rights: readonly OperatorRight[];
  /** Hash of the token it came with. */
  hash: string;
}

/** `token` is shown once; `hash` and `hint` are stored. */
export function newOperatorToken(random: Random = systemRandom): { token: string; hash: string; hint: string } {
  const token = `so_${Buffer.from(random.bytes(SECRET_BYTES)).toString('base64url')}`;
  return { token, hash: sha256Hex(token), hint: token.slice(0, HINT_CHARS) };
}

/** undefined for a missing, malformed, unknown, expired or revoked token. */
export function identifyOperator(view: ControlView, token: string | undefined, nowMs: number): Operator | undefined {
  if (token === undefined || !OPERATOR_TOKEN_PATTERN.test(token)) return undefined;
  const hash = sha256Hex(token);
  const found = view.operators().filter(({ spec }) => spec.hash === hash);
  const [operator] = found;
  if (!operator || found.length > 1) return undefined; // two objects with one token: nobody can say who it is
  const identified = { name: operator.metadata.name, role: operator.spec.role, rights: operator.spec.rights ?? [], hash };
  return isCurrent(view, identified, nowMs) ? identified : undefined;
}

/** Is this still an operator with at least the role it came in with, under the same token? For standing streams. */
export function isCurrent(view: ControlView, { name, role, hash }: Operator, nowMs: number): boolean {
  const spec = view.operator(name)?.spec;
  if (!spec || spec.revokedAt !== undefined || spec.hash !== hash || !mayAct(spec.role, role)) return false;
  // An instant that cannot be read is over: fail closed.
  return spec.expiresAt === undefined || nowMs < Date.parse(spec.expiresAt);
}

export function mayAct(role: OperatorRole, needed: OperatorRole): boolean {
  return operatorRoles.indexOf(role) >= operatorRoles.indexOf(needed);
}

/** A sign-in is recorded again after this time of use. */
const SIGNIN_AGAIN_MS = 15 * 60_000;
/** Failed sign-ins recorded per minute; the rest are only counted in the process log. */
export const MAX_FAILED_PER_MINUTE = 30;
const MAX_REMEMBERED = 1_000;

/** Writes sign-ins to the log: successes once per operator and quarter hour, failures up to a bound. */
export class SigninRecorder {
  readonly #context: AdminContext;
  readonly #seen = new Lru<string, number>(MAX_REMEMBERED);
  #minute = 0;
  #failed = 0;

  constructor(context: AdminContext) {
    this.#context = context;
  }

  /** In the log of the operator's own organization. */
  async succeeded(context: AdminContext, operator: Operator, remoteAddress: string): Promise<void> {
    const now = context.clock.nowMs();
    const key = `${context.org} ${operator.name} ${operator.role} ${remoteAddress}`;
    if (now - (this.#seen.get(key) ?? Number.NEGATIVE_INFINITY) < SIGNIN_AGAIN_MS) return;
    this.#seen.set(key, now);
    await record(context, { user: operator.name, result: 'ok', role: operator.role, remoteAddress });
  }

  async failed(remoteAddress: string, reason: string): Promise<void> {
    const minute = Math.floor(this.#context.clock.nowMs() / 60_000);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#failed = 0;
    }
    if (++this.#failed > MAX_FAILED_PER_MINUTE) return;
    await record(this.#context, { user: 'unknown', result: 'failed', reason, remoteAddress });
  }
}

/** A log that cannot be written must not keep operators out: they are the ones to repair it. It is said in the process log. */
async function record(
  { audit, org, clock, logger }: AdminContext,
  fields: { user: string; result: 'ok' | 'failed'; role?: string; reason?: string; remoteAddress: string },
): Promise<void> {
  try {
    await audit.record(org, { type: 'signin', fields: { ...fields, method: 'operator-token', timeMs: clock.nowMs() } });
  } catch (error) {
    logger.error({ why: error instanceof Error ? error.message : String(error) }, 'a sign-in on the admin side could not be recorded');
  }
}
