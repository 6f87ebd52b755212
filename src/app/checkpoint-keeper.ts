// Checkpoints of all organizations at an interval, and then their anchors. Runs beside the calls; a failure is told, never in their way.
import { Checkpointer } from '../audit/checkpointer.ts';
import type { Config } from '../config.ts';
import { systemRandom } from '../lib/id.ts';
import type { Logger } from '../observe/log.ts';
import { openText, sealText } from '../vault/token-seal.ts';
import type { AnchorKeeper } from './anchor-keeper.ts';
import type { Core } from './core.ts';

/** What is told of checkpoints. */
type Anchoring = Pick<AnchorKeeper, 'write' | 'round' | 'settled'>;

const PURPOSE = 'checkpoint-key';

export class CheckpointKeeper {
  readonly checkpointer: Checkpointer;
  readonly #core: Core;
  readonly #config: Config;
  readonly #logger: Logger;
  readonly #anchors: Anchoring;
  /** Told when no checkpoint could be made. */
  onFailure: (org: string, error: unknown) => void = () => undefined;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(core: Core, config: Config, logger: Logger, anchors: Anchoring) {
    this.#anchors = anchors;
    this.#core = core;
    this.#config = config;
    this.#logger = logger;
    this.checkpointer = new Checkpointer({
      log: core.store.log,
      audit: core.log,
      store: core.store.checkpoints,
      clock: core.clock,
      random: systemRandom,
      seal: (org, text) => sealText(core.vault, org, PURPOSE, text),
      open: (org, sealed) => openText(core.vault, org, PURPOSE, sealed),
      archivedFirstHash: async (org) => (await core.store.retention.archived(org))?.firstHash,
      onMade: (org, made) => anchors.write(org, made),
    });
  }

  start(): void {
    const { checkpointIntervalMs } = this.#config.audit;
    if (checkpointIntervalMs === 0) return;
    this.#timer = setInterval(() => this.#soon(), checkpointIntervalMs).unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
    await this.#anchors.settled();
  }

  #soon(): void {
    this.#running = this.#running.then(() => this.#makeAll());
  }

  async #makeAll(): Promise<void> {
    const { store } = this.#core;
    const organizations = await store.objects.organizations().catch(() => []);
    for (const org of organizations) {
      try {
        // Of several gateways the first to come makes it, the others find it made a moment ago.
        await this.checkpointer.make(org, Math.ceil(this.#config.audit.checkpointIntervalMs / 2));
        // Not waited for: an anchor may take its time.
        void this.#anchors
          .round(org)
          .catch((error: unknown) => this.#logger.error({ org, why: String(error) }, 'the anchors could not be asked'));
      } catch (error) {
        this.#logger.error({ org, why: error instanceof Error ? error.message : String(error) }, 'no checkpoint could be made of the log');
        this.onFailure(org, error);
      }
    }
  }
}
