// Which era a server speaks: fixed by its object, or found out and remembered with a date, per credential (a server may answer one and not another).
// A verdict that is out of date is still used while a new one is sought; no verdict is ever made from a refusal.
import type { Era } from '../call.ts';
import type { JsonObject } from '../lib/json.ts';
import { Lru } from '../lib/lru.ts';
import type { ServerSpec } from '../object/kinds.ts';
import type { Connectors, Destination } from './connection.ts';
import { type ProbeResult, probeHttp, probeStdio } from './era-probe.ts';

/** After this a verdict is sought anew: servers are upgraded. */
export const VERDICT_MAX_AGE_MS = 600_000;
/** Asking a stdio server costs a process. */
export const STDIO_VERDICT_MAX_AGE_MS = 3_600_000;
/** Credentials of one server with a verdict of their own. */
export const MAX_VERDICTS = 1_000;

export interface Verdict {
  era: Era;
  atMs: number;
  /** What the server said of itself when it was asked. */
  discover: JsonObject | undefined;
}

export interface EraBookOptions {
  connectors: Connectors;
  gateway: { name: string; version: string };
  nowMs(): number;
}

export class EraBook {
  readonly #options: EraBookOptions;
  readonly #verdicts = new Lru<string, Verdict>(MAX_VERDICTS);
  readonly #end = new AbortController();
  /** Sibling processes on their way out. */
  readonly #leftovers = new Set<Promise<void>>();
  readonly #searches = new Map<string, Promise<Verdict>>();

  constructor(options: EraBookOptions) {
    this.#options = options;
  }

  /** The era as far as it is known without waiting. `destination` is asked for only when the verdict is old. */
  known(spec: ServerSpec, fingerprint: string, destination: () => Destination): Verdict | undefined {
    const fixed = fixedEra(spec);
    if (fixed) return fixed;
    const verdict = this.#verdicts.get(fingerprint);
    if (!verdict) return undefined;
    const maxAgeMs = spec.transport === 'stdio' ? STDIO_VERDICT_MAX_AGE_MS : VERDICT_MAX_AGE_MS;
    if (this.#options.nowMs() - verdict.atMs > maxAgeMs) this.#search(destination(), fingerprint).catch(() => undefined);
    return verdict;
  }

  /** Rejects with GatewayError when the server cannot be judged now. */
  async find(destination: Destination, fingerprint: string): Promise<Verdict> {
    return this.known(destination.spec, fingerprint, () => destination) ?? (await this.#search(destination, fingerprint));
  }

  /** What the server did contradicts the verdict. */
  doubt(fingerprint: string): void {
    this.#verdicts.delete(fingerprint);
  }

  /** Ends the probes that are under way; resolves when nothing of them is left. */
  async close(): Promise<void> {
    this.#end.abort(new Error('the gateway no longer asks'));
    await Promise.allSettled([...this.#searches.values()]);
    await Promise.all(this.#leftovers);
  }

  #search(destination: Destination, fingerprint: string): Promise<Verdict> {
    const running = this.#searches.get(fingerprint);
    if (running) return running;
    const search = this.#probe(destination)
      .then((found) => {
        const verdict = { ...found, atMs: this.#options.nowMs() };
        this.#verdicts.set(fingerprint, verdict);
        return verdict;
      })
      .finally(() => this.#searches.delete(fingerprint));
    this.#searches.set(fingerprint, search);
    return search;
  }

  #probe(destination: Destination): Promise<ProbeResult> {
    const { connectors, gateway } = this.#options;
    const probe = { destination, connectors, gateway, signal: this.#end.signal };
    if (destination.spec.transport !== 'stdio') return probeHttp(probe);
    return probeStdio(probe, (closing) => {
      this.#leftovers.add(closing);
      void closing.then(() => this.#leftovers.delete(closing));
    });
  }
}

const FIXED: Record<Era, Verdict> = {
  legacy: { era: 'legacy', atMs: 0, discover: undefined },
  modern: { era: 'modern', atMs: 0, discover: undefined },
};

/** The old HTTP+SSE transport exists in the legacy era only. */
function fixedEra(spec: ServerSpec): Verdict | undefined {
  if (spec.transport === 'sse') return FIXED.legacy;
  return spec.era === 'auto' ? undefined : FIXED[spec.era];
}
