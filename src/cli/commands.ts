// Every command of the command line, in the order of the help. Help, docs/cli.md and the parser are made from this table; the groups stand in
// command/, one file each.

import { accessCommands } from './command/access.ts';
import { dataCommands } from './command/data.ts';
import { detectCommands } from './command/detect.ts';
import { dlpCommands } from './command/dlp.ts';
import { gatewayCommands } from './command/gateway.ts';
import { identityCommands } from './command/identity.ts';
import { limitCommands } from './command/limit.ts';
import { logCommands } from './command/log.ts';
import { objectCommands } from './command/object.ts';
import { policyCommands } from './command/policy.ts';
import { riskCommands } from './command/risk.ts';
import { serverCommands } from './command/server.ts';
import type { CommandSpec } from './command.ts';

export const commands: readonly CommandSpec[] = [
  ...gatewayCommands,
  ...objectCommands,
  ...policyCommands,
  ...serverCommands,
  ...accessCommands,
  ...identityCommands,
  ...limitCommands,
  ...riskCommands,
  ...dlpCommands,
  ...detectCommands,
  ...logCommands,
  ...dataCommands,
];
