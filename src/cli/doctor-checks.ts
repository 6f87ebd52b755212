// The checks of `sallyport doctor`. Each looks at one thing and never throws; none creates, repairs or prints a secret.
import { accessSync, constants, statSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { type Config, isLoopback } from '../config.ts';
import { lockHolder } from '../store/sqlite/lock.ts';
import { loadMasterKeys, MASTER_KEY_FILE } from '../vault/master-key.ts';
import { type AdminClient, createAdminClient } from './admin-client.ts';
import type { Run } from './command.ts';
import { adminUrl, meantOrganization, operatorToken } from './connect.ts';
import { lookAtDatabase, wrappingKeys } from './doctor-database.ts';
import { lookInside } from './doctor-inside.ts';
import { lookAtRedis } from './doctor-redis.ts';
import { messageOf } from './failure.ts';

export interface Check {
  name: string;
  state: 'ok' | 'warn' | 'fail';
  message: string;
  /** What to do about it. */
  next?: string | undefined;
}

const MIN_NODE = 24;
const PORT_TIMEOUT_MS = 2_000;

export async function runChecks(run: Run, config: Config): Promise<Check[]> {
  const url = adminUrl(run, config);
  const token = readToken(run, config);
  const client = createAdminClient({ url, token: token.value, organization: meantOrganization(run) });
  try {
    const gateway = await lookAtGateway(client, url, token);
    const running = gateway.some(({ name, state }) => name === 'gateway' && state === 'ok');
    return [
      nodeVersion(),
      dataDirectory(config),
      ...lock(config, running),
      await masterKey(config),
      await lookAtDatabase(config, running),
      ...(await lookAtRedis(config)),
      ...(running ? [] : await Promise.all([port('agent port', config.agent), port('admin port', config.admin)])),
      ...gateway,
      ...(running && token.value !== undefined ? await lookInside(client) : []),
    ];
  } finally {
    await client.close();
  }
}

function nodeVersion(): Check {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= MIN_NODE) return { name: 'node', state: 'ok', message: `version ${process.versions.node}` };
  return {
    name: 'node',
    state: 'fail',
    message: `version ${process.versions.node} is too old`,
    next: `Install Node ${MIN_NODE} or newer.`,
  };
}

function dataDirectory({ dataDir }: Config): Check {
  const name = 'data directory';
  const found = statSync(dataDir, { throwIfNoEntry: false });
  if (!found)
    return { name, state: 'fail', message: `${dataDir} does not exist`, next: 'Run `sallyport init`, or name another one with --data.' };
  if (!found.isDirectory()) return { name, state: 'fail', message: `${dataDir} is not a directory`, next: 'Name another one with --data.' };
  if (!mayUse(dataDir))
    return {
      name,
      state: 'fail',
      message: `this user may not read and write ${dataDir}`,
      next: 'Run as the user that owns it, or name another one with --data.',
    };
  if (process.platform === 'win32' || (found.mode & 0o077) === 0) return { name, state: 'ok', message: dataDir };
  const mode = (found.mode & 0o777).toString(8).padStart(4, '0');
  return {
    name,
    state: 'warn',
    message: `${dataDir} has mode ${mode}: others on this machine can look into it`,
    next: `chmod 700 ${dataDir}`,
  };
}

function mayUse(folder: string): boolean {
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The embedded store belongs to one process; PostgreSQL is shared. */
function lock(config: Config, running: boolean): Check[] {
  const name = 'lock';
  // What may not be read says nothing about who uses it.
  if (config.databaseUrl !== undefined || !mayUse(config.dataDir)) return [];
  const holder = lockHolder(config.dataDir);
  if (holder === undefined) return [{ name, state: 'ok', message: 'nobody uses the data directory' }];
  if (running) return [{ name, state: 'ok', message: `process ${holder.pid} uses the data directory` }];
  const next = 'Name the admin address of that gateway with --url, or stop it.';
  return [{ name, state: 'warn', message: `process ${holder.pid} uses the data directory, but no gateway answers`, next }];
}

async function masterKey(config: Config): Promise<Check> {
  const name = 'master key';
  try {
    const { current, others } = loadMasterKeys({
      text: config.masterKey,
      previousText: config.masterKeyPrevious,
      dataDir: config.dataDir,
      create: false,
    });
    const where = config.masterKey === undefined ? join(config.dataDir, MASTER_KEY_FILE) : 'SALLYPORT_MASTER_KEY';
    const lost = (await wrappingKeys(config)).filter((id) => id !== current.id && !others.some((other) => other.id === id));
    if (lost.length > 0)
      return {
        name,
        state: 'fail',
        message: `${current.id} from ${where} does not open the data keys: they are wrapped by ${lost.join(' and ')}`,
        next: 'Put that master key back. Nothing sealed can be opened without it.',
      };
    if (others.length === 0) return { name, state: 'ok', message: `${current.id} from ${where}` };
    const next =
      config.masterKey === undefined
        ? 'Run `sallyport key rotate master` to finish the rotation.'
        : 'After the next start, remove SALLYPORT_MASTER_KEY_PREVIOUS.';
    return { name, state: 'warn', message: `${current.id} from ${where}, and an older one besides`, next };
  } catch (error) {
    return { name, state: 'fail', message: messageOf(error) };
  }
}

/** Can the gateway listen there? */
async function port(name: string, { host, port: number }: { host: string; port: number }): Promise<Check> {
  if (number === 0) return { name, state: 'ok', message: 'any free one' };
  const target = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const taken = await answers(target, number);
  if (!taken) return { name, state: 'ok', message: `${host}:${number} is free` };
  const option = name === 'agent port' ? '--listen' : '--admin';
  return {
    name,
    state: 'fail',
    message: `${host}:${number} is in use, and not by this gateway`,
    next: `Stop the other program, or choose another port with ${option}.`,
  };
}

function answers(host: string, number: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port: number, timeout: PORT_TIMEOUT_MS });
    const done = (taken: boolean): void => {
      socket.destroy();
      resolve(taken);
    };
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
    socket.once('timeout', () => done(false));
  });
}

interface TokenFound {
  value: string | undefined;
  problem: string | undefined;
}

function readToken(run: Run, config: Config): TokenFound {
  try {
    return { value: operatorToken(run, config), problem: undefined };
  } catch (error) {
    return { value: undefined, problem: messageOf(error) };
  }
}

async function lookAtGateway(client: AdminClient, url: string, token: TokenFound): Promise<Check[]> {
  const name = 'gateway';
  let ready: boolean;
  try {
    ready = await client.ready();
  } catch {
    return [
      {
        name,
        state: 'warn',
        message: `no answer from ${url}`,
        next: 'Start it with `sallyport serve`, or name its admin address with --url.',
      },
      ...transport(url),
    ];
  }
  const checks: Check[] = [
    ready
      ? { name, state: 'ok', message: `ready at ${url}` }
      : { name, state: 'fail', message: `${url} answers, but is not ready`, next: 'Its process log says why: most often the database.' },
  ];
  return [...checks, ...transport(url), await access(client, token)];
}

async function access(client: AdminClient, token: TokenFound): Promise<Check> {
  const name = 'operator token';
  if (token.problem !== undefined) return { name, state: 'fail', message: token.problem };
  if (token.value === undefined)
    return {
      name,
      state: 'warn',
      message: 'none found',
      next: 'Set SALLYPORT_OPERATOR_TOKEN, or name the data directory of the gateway with --data.',
    };
  try {
    const { version, organization, revision } = await client.status();
    return { name, state: 'ok', message: `accepted (version ${version}, organization ${organization}, control revision ${revision})` };
  } catch (error) {
    return { name, state: 'fail', message: messageOf(error) };
  }
}

function transport(url: string): Check[] {
  const { protocol, hostname } = new URL(url);
  if (protocol === 'https:' || isLoopback(hostname.replace(/^\[|\]$/g, ''))) return [];
  return [
    {
      name: 'encryption',
      state: 'warn',
      message: `the operator token goes to ${hostname} without encryption`,
      next: 'Put a TLS proxy in front, and use https.',
    },
  ];
}
