// The anchors of one process: the guarded network, the keeper, and how it gets at objects and secrets.

import type { Checkpointer } from '../audit/checkpointer.ts';
import type { Config } from '../config.ts';
import type { Logger } from '../observe/log.ts';
import type { LiveControl } from '../pipeline/control-source.ts';
import { secretSealer } from '../vault/vault.ts';
import { AnchorKeeper } from './anchor-keeper.ts';
import type { Core } from './core.ts';
import { GuardedWire } from './guarded-wire.ts';

export interface Anchors {
  keeper: AnchorKeeper;
  wire: GuardedWire;
}

export interface AnchorParts {
  core: Core;
  config: Config;
  logger: Logger;
  instance: string;
  control: LiveControl;
  checkpointer(): Checkpointer;
}

export function anchorsOf({ core, config, logger, instance, control, checkpointer }: AnchorParts): Anchors {
  const { log, clock, vault } = core;
  const wire = new GuardedWire({ allowPrivate: config.audit.anchorNetwork === 'any' });
  const keeper = new AnchorKeeper({
    ...{ wire, checkpointer, log, clock, logger, instance },
    anchorFile: config.audit.anchorFile,
    view: (org) => control.current(org)?.view,
    secret: (org, name, sealed) => secretSealer(vault, org).open(name, sealed),
  });
  return { keeper, wire };
}
