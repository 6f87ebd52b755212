#!/usr/bin/env node
import { serve } from './cli/serve.ts';
import { quietFlags, start } from './cli/start.ts';
// The executable: hands the arguments to the command line and ends with its exit code. Nothing else belongs here.
import { loadConfig } from './config.ts';

const args = process.argv.slice(2);
const flags: Record<string, string | undefined> = {};
const upstreams: string[] = [];
let jsonReady = false;
for (let i = 1; i < args.length; i++) {
  const arg = args[i];
  if (arg === '--json-ready') jsonReady = true;
  else if (arg === '--upstream') upstreams.push(args[++i] ?? '');
  else if (arg === '--profile') flags['profile'] = args[++i];
  else if (arg === '--data') flags['dataDir'] = args[++i];
  else if (arg === '--listen') [flags['agent.host'], flags['agent.port']] = (args[++i] ?? '').split(':');
  else if (arg === '--admin') [flags['admin.host'], flags['admin.port']] = (args[++i] ?? '').split(':');
  else if (arg === '--agent-port') flags['agent.port'] = args[++i];
  else if (arg === '--admin-port') flags['admin.port'] = args[++i];
}
const isStart = args[0] === 'start';
const out = (line: string): void => console.log(line);
const { config, problems } = loadConfig({ env: process.env, flags: isStart ? quietFlags(flags, process.env.SALLYPORT_LOG_LEVEL) : flags });
if (!config) throw new Error(problems?.join('\n'));
if (isStart) {
  const color = process.stdout.isTTY === true && !process.env.NO_COLOR;
  process.exitCode = await start({ config, json: args.includes('--json'), color, path: process.env.PATH, out });
} else process.exitCode = await serve({ config, upstreams, jsonReady, out });
