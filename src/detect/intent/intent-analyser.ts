// Intent as the gateway and `detect eval` use it: profiles of tools are made once per definition and kept, calls are classified one by one.
// Until the parsers are loaded, what needs them keeps its upper bound.
import type { Definition, IntentVerdict } from '../../call.ts';
import type { JsonObject } from '../../lib/json.ts';
import { Lru } from '../../lib/lru.ts';
import type { ToolOverride } from '../../object/kind/server.ts';
import { classifyCall } from './call-intent.ts';
import { catalogued, type ServerIdentity } from './catalogue.ts';
import { classifyDefinition } from './definition.ts';
import { Languages } from './language.ts';
import { loadParsers, NO_PARSERS } from './parser.ts';
import type { ToolProfile } from './profile.ts';
import { evidence } from './verdict.ts';

/** Profiles of tools kept. */
export const MAX_PROFILES = 10_000;

export class IntentAnalyser {
  readonly #profiles = new Lru<string, ToolProfile>(MAX_PROFILES);
  /** Of each definition, the answer that was asked for last: server objects are replaced, never changed. */
  readonly #last = new WeakMap<Definition, { server: ServerIdentity; override: ToolOverride | undefined; profile: ToolProfile }>();
  #languages = new Languages(NO_PARSERS);

  #loading: Promise<void> | undefined;

  /** Loads the parsers; about a tenth of a second once per process. `nowMs` is a monotonic clock. Rejects when the package is incomplete. */
  load(nowMs: () => number): Promise<void> {
    const loaded = loadParsers(nowMs).then((parsers) => {
      this.#languages = new Languages(parsers);
    });
    const over = (): void => {
      this.#loading = undefined;
    };
    this.#loading = loaded.then(over, over);
    return loaded;
  }

  /** Resolves, whatever comes of it, when the parsers are no longer being loaded; undefined when they are not. */
  get loading(): Promise<void> | undefined {
    return this.#loading;
  }

  /** `server` says which catalogue entry counts; what the operator says counts before it. */
  profile(definition: Definition, server: ServerIdentity, override: ToolOverride | undefined): ToolProfile {
    const last = this.#last.get(definition);
    if (last && last.server === server && last.override === override) return last.profile;
    const profile = this.#profileOf(definition, server, override);
    this.#last.set(definition, { server, override, profile });
    return profile;
  }

  #profileOf(definition: Definition, server: ServerIdentity, override: ToolOverride | undefined): ToolProfile {
    const entry = catalogued(server, definition.value.name);
    const key = `${definition.hash} ${entry?.intent ?? ''} ${entry?.category ?? ''} ${override?.intent ?? ''} ${override?.category ?? ''}`;
    let profile = this.#profiles.get(key);
    if (!profile) {
      profile = overridden(withEntry(classifyDefinition(definition.value), entry), override);
      this.#profiles.set(key, profile);
    }
    return profile;
  }

  /** Never throws. */
  classify(profile: ToolProfile, args: JsonObject): IntentVerdict {
    return classifyCall(profile, args, this.#languages);
  }
}

function withEntry(profile: ToolProfile, entry: ReturnType<typeof catalogued>): ToolProfile {
  if (!entry) return profile;
  return {
    ...profile,
    intent: entry.intent,
    category: entry.category,
    evidence: [evidence('catalogue', '/name', 'a tool of a well-known server'), ...profile.evidence],
  };
}

function overridden(profile: ToolProfile, override: ToolOverride | undefined): ToolProfile {
  if (!override?.intent && !override?.category) return profile;
  const category = override.category ?? profile.category;
  if (!override.intent) return { ...profile, category };
  return { ...profile, category, intent: override.intent, fixed: true, evidence: [evidence('override', '/name', 'the operator says so')] };
}
