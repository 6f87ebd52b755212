#!/usr/bin/env node
// The executable: hands the arguments to the command line and ends with its exit code. Nothing else belongs here.
import { loadConfig } from './config.ts';
import { serve } from './cli/serve.ts';

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
}
const { config, problems } = loadConfig({ env: process.env, flags });
if (!config) throw new Error(problems?.join('\n'));
process.exitCode = await serve({ config, upstreams, jsonReady, out: (line) => console.log(line) });
