// Checkpoints of all organizations at an interval, and their copies in the anchor file. Runs beside the calls; a failure is told, never in their way.
import { appendFile } from 'node:fs/promises';
import { Checkpointer } from '../audit/checkpointer.ts';
import type { KeptCheckpoint } from '../audit/port.ts';
import type { Config } from '../config.ts';
import { systemRandom } from '../lib/id.ts';
import type { Logger } from '../observe/log.ts';
import { openText, sealText } from '../vault/token-seal.ts';
import type { Core } from './core.ts';

const PURPOSE = 'checkpoint-key';

export class CheckpointKeeper {
  readonly checkpointer: Checkpointer;
  readonly #core: Core;
  readonly #config: Config;
  readonly #logger: Logger;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(core: Core, config: Config, logger: Logger) {
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
      onMade: (org, made) => this.#anchor(org, made),
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
      } catch (error) {
        this.#logger.error({ org, why: error instanceof Error ? error.message : String(error) }, 'no checkpoint could be made of the log');
      }
    }
  }

  /** One line for each checkpoint; whoever keeps the file elsewhere can check the log against it: `verify --checkpoint`. */
  async #anchor(org: string, { size, madeMs, note }: KeptCheckpoint): Promise<void> {
    const path = this.#config.audit.anchorFile;
    if (path === undefined) return;
    const line = JSON.stringify({ organization: org, size, time: new Date(madeMs).toISOString(), note });
    await appendFile(path, `${line}\n`, { mode: 0o600, flush: true }).catch((error: unknown) =>
      this.#logger.error({ org, path, why: String(error) }, 'a checkpoint could not be written to the anchor file'),
    );
  }
}
