// Recorded calls as requests that can be decided again: who called (by the objects of a revision), what was sent (from the sealed payloads),
// what the tool was (from the kept definitions). Reads only; holds a bounded number of definitions.
import { buildPrincipals } from '../auth/principal-index.ts';
import { isObject, type JsonObject } from '../lib/json.ts';
import { Lru } from '../lib/lru.ts';
import { parseJson } from '../mcp/parse-json.ts';
import type { StoredObject } from '../object/kinds.ts';
import { compilePolicies, type PolicySet } from '../policy/compile.ts';
import type { Who } from '../policy/decide-input.ts';
import { type RebuiltRequest, type RecordedDecision, rebuilt } from '../policy/rehearse/recorded-decision.ts';
import { compileRisk } from '../risk/model.ts';
import type { AdminContext } from './context.ts';

/** Definitions kept while a log is replayed. */
const MAX_DEFINITIONS = 1_000;
const COMPLETE = 'completion/complete';

export interface Replayed extends RebuiltRequest {
  /** What could not be had: told to whoever asks, one line each. */
  missing: string[];
}

export class Replay {
  readonly #context: AdminContext;
  readonly #callers: Callers;
  readonly #definitions = new Lru<string, JsonObject | 'missing'>(MAX_DEFINITIONS);

  constructor(context: AdminContext, objects: readonly StoredObject[], revision: number) {
    this.#context = context;
    this.#callers = new Callers(objects, revision, context.org);
  }

  /** Arguments and definition are left out where no rule asks for them. */
  async request(recorded: RecordedDecision, facts: JsonObject | undefined, withArguments = true, withDefinition = true): Promise<Replayed> {
    const missing: string[] = [];
    const { who, isKnown } = this.#callers.of(recorded);
    if (!isKnown) missing.push(`token "${recorded.principal.token}" is not there any more, or not in force then: its scopes are not known`);
    // What a completion of a resource template leads to depends on its arguments, whether a rule asks for them or not.
    const isNeeded = withArguments || (recorded.method === COMPLETE && recorded.capability?.kind === 'resource');
    const params = isNeeded ? await this.#params(recorded, missing) : undefined;
    const definition = withDefinition ? await this.#definition(recorded.definition, missing) : undefined;
    return { ...rebuilt(recorded, { who, params, definition, facts }), missing };
  }

  async #params({ arguments: commitment, seq }: RecordedDecision, missing: string[]): Promise<JsonObject | undefined> {
    if (commitment === undefined) return undefined;
    // What does not match its commitment is not believed.
    const text = await this.#context.audit.value(this.#context.org, commitment, seq).catch(() => undefined);
    const params = text === undefined ? undefined : parsed(text);
    if (!params) missing.push('the arguments were erased or never kept');
    return params;
  }

  async #definition(hash: string | undefined, missing: string[]): Promise<JsonObject | undefined> {
    if (hash === undefined) return undefined;
    let known = this.#definitions.get(hash);
    if (!known) {
      const text = await this.#context.definitions.text(hash);
      known = (text === undefined ? undefined : parsed(text)) ?? 'missing';
      this.#definitions.set(hash, known);
    }
    if (known !== 'missing') return known;
    missing.push('the definition of the tool was not kept');
    return undefined;
  }
}

/** The policies of these objects as calls are judged by them. */
export function policiesOf(objects: readonly StoredObject[], revision: number): PolicySet {
  return compilePolicies(objects, revision, { bands: compileRisk(objects)?.gate });
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value = parseJson(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

class Callers {
  readonly #principals: ReturnType<typeof buildPrincipals>;
  readonly #agents = new Map<string, StoredObject<'agent'>>();
  readonly #org: string;

  constructor(objects: readonly StoredObject[], revision: number, org: string) {
    this.#org = org;
    this.#principals = buildPrincipals(objects, revision, org);
    for (const object of objects) {
      if (object.kind === 'agent') this.#agents.set(object.metadata.name, object as StoredObject<'agent'>);
    }
  }

  of({ principal, timeMs }: RecordedDecision): { who: Who; isKnown: boolean } {
    const { token, agent } = principal;
    const found = token === undefined ? this.#principals.agentOf(agent) : this.#principals.principalOf(token, timeMs);
    if (found) return { who: { ...found, user: principal.user ?? found.user }, isKnown: true };
    return { who: this.#byName(principal), isKnown: principal.token === undefined };
  }

  #byName({ agent, agentClass, user, token }: RecordedDecision['principal']): Who {
    const object = this.#agents.get(agent);
    return {
      org: this.#org,
      agent,
      agentClass: agentClass ?? object?.spec.class,
      environment: object?.spec.environment,
      teams: [],
      roles: [],
      labels: object?.metadata.labels ?? {},
      user,
      token,
    };
  }
}
