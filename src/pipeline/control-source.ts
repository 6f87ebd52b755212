// Control states of all organizations: loaded from the store, compiled, swapped whole. The last good one stays when loading or compiling fails.
// INVARIANT: `atLeast(org, r)` never resolves with a state older than r (test/property/joining-rule.test.ts).
import { UNAUTHENTICATED } from '../auth/principal-index.ts';
import { TokenDirectory } from '../auth/token-directory.ts';
import { GatewayError } from '../lib/error.ts';
import type { StoredObject } from '../object/kinds.ts';
import type { ObjectStore } from '../object/port.ts';
import type { Logger } from '../observe/log.ts';
import type { Control, ControlCompiler, ControlSource } from './control.ts';

export interface LiveControlOptions {
  objects: ObjectStore;
  compile: ControlCompiler;
  logger: Logger;
  /** Called after every swap, with what was in force before. */
  onSwap(next: Control, previous: Control | undefined): void;
  /** The gateway's own organization: whatever belongs to nobody in particular is recorded there. */
  home?: string;
  /** Called once before an organization is compiled for the first time, e.g. to load its keys. */
  prepare?(org: string): Promise<void>;
}

export class LiveControl implements ControlSource {
  readonly #options: LiveControlOptions;
  readonly #controls = new Map<string, Control>();
  readonly #loading = new Map<string, Promise<Control>>();
  readonly #tokens = new TokenDirectory();
  #all: readonly Control[] = [];
  #unsubscribe: (() => void) | undefined;

  constructor(options: LiveControlOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#unsubscribe = this.#options.objects.onChange((org, revision) => this.#follow(org, revision));
    for (const org of await this.#options.objects.organizations()) await this.#load(org);
  }

  stop(): void {
    this.#unsubscribe?.();
  }

  current(org: string): Control | undefined {
    return this.#controls.get(org);
  }

  all(): readonly Control[] {
    return this.#all;
  }

  any(): Control {
    const first = this.#controls.get(this.#options.home ?? '') ?? this.#all[0];
    if (!first) throw new GatewayError('control_unavailable', 'No organization is loaded. Run `sallyport init` first.');
    return first;
  }

  identify(bearerHash: string | undefined, nowMs: number, remoteAddress: string): ReturnType<ControlSource['identify']> {
    const owner = bearerHash === undefined ? undefined : this.#tokens.ownerOf(bearerHash);
    const control = owner === undefined ? undefined : this.#controls.get(owner);
    return control ? { found: control.principals.identify(bearerHash, nowMs, remoteAddress), control } : NOBODY;
  }

  async atLeast(org: string, revision: number): Promise<Control> {
    const loaded = this.#controls.get(org);
    if (loaded && loaded.revision >= revision) return loaded;
    // A load that was already running may have begun before the change: after it, load once more.
    await this.#loading.get(org)?.catch(() => undefined);
    const again = this.#controls.get(org);
    if (again && again.revision >= revision) return again;
    const fresh = await this.#load(org);
    if (fresh.revision < revision)
      throw new GatewayError('control_unavailable', `The control state of "${org}" could not be brought to revision ${revision}.`);
    return fresh;
  }

  #follow(org: string, revision: number): void {
    this.atLeast(org, revision).catch((error: unknown) => {
      this.#options.logger.error(
        { org, revision, why: error instanceof Error ? error.message : String(error) },
        'changed objects could not be loaded; the last good state stays in force for new calls, which are refused until it is replaced',
      );
    });
  }

  #load(org: string): Promise<Control> {
    const running = this.#loading.get(org);
    if (running) return running;
    const loading = this.#read(org).finally(() => this.#loading.delete(org));
    this.#loading.set(org, loading);
    return loading;
  }

  async #read(org: string): Promise<Control> {
    const previous = this.#controls.get(org);
    if (!previous) await this.#options.prepare?.(org);
    const snapshot = await this.#options.objects.load(org);
    if (previous && previous.revision >= snapshot.revision) return previous;
    const next = this.#options.compile(org, snapshot.revision, snapshot.objects as readonly StoredObject[], previous);
    this.#controls.set(org, next);
    if (next.principals !== previous?.principals) this.#index(next);
    this.#all = [...this.#controls.values()];
    this.#options.onSwap(next, previous);
    return next;
  }

  #index({ org, principals }: Control): void {
    const contested = this.#tokens.replace(org, principals.hashes());
    if (contested.length === 0) return;
    this.#options.logger.error({ org, tokens: contested.length }, 'tokens that another organization has, too, are refused in both');
  }
}

const NOBODY: ReturnType<ControlSource['identify']> = Object.freeze({ found: UNAUTHENTICATED, control: undefined });
