// Settings as a command gets them: environment, the file given by --config, flags and the short aliases of some flags.
// A secret is never taken from a flag: others on the machine can read the arguments of a process.
import { readFileSync } from 'node:fs';
import { type Config, loadConfig, settings } from '../config.ts';
import type { Run } from './command.ts';
import { ListedFailure, usageError } from './failure.ts';

/** Throws GatewayError `settings_invalid` or `usage`. */
export function readSettings(run: Run): Config {
  const { options, terminal } = run;
  const fileName = options.text('config') ?? terminal.env.SALLYPORT_CONFIG;
  const file = fileName === undefined || fileName === '' ? undefined : { name: fileName, text: readFileSync(fileName, 'utf8') };
  const flags: Record<string, string | undefined> = {};
  for (const setting of settings()) flags[setting.name] = options.text(attributeOf(setting.flag));
  flags.dataDir = options.text('data') ?? flags.dataDir;
  flags.organization = options.text('org') ?? flags.organization;
  address(options.text('listen'), '--listen', 'agent', flags);
  address(options.text('admin'), '--admin', 'admin', flags);
  const { config, problems } = loadConfig({ env: terminal.env, flags, file });
  if (config) return config;
  throw new ListedFailure('settings_invalid', `The settings cannot be used: ${problems[0] ?? ''}`, problems);
}

/** `--agent-port` → `agentPort`, as commander names it. */
export function attributeOf(flag: string): string {
  return flag.replace(/^--/, '').replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** `HOST:PORT`, `[IPV6]:PORT` or `:PORT`. */
function address(text: string | undefined, flag: string, side: 'agent' | 'admin', flags: Record<string, string | undefined>): void {
  if (text === undefined) return;
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(text);
  if (!match) throw usageError(`${flag} takes HOST:PORT, for example 127.0.0.1:7860, not ${JSON.stringify(text.slice(0, 100))}.`);
  const host = match[1] ?? match[2];
  if (host) flags[`${side}.host`] = host;
  flags[`${side}.port`] = match[3];
}
