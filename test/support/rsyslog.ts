// A real rsyslog as a receiver over TLS. Where it is not installed, a continuous-integration machine that lets us installs it; elsewhere the tests
// that need it say why they do not run. Every process is ended by the test that started it.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Certificates } from './certificates.ts';

const INSTALL_TIMEOUT_MS = 180_000;
const START_TIMEOUT_MS = 20_000;
const PLACES = ['/usr/sbin/rsyslogd', '/sbin/rsyslogd', '/usr/local/sbin/rsyslogd'];

export type Found = { path: string; missing?: undefined } | { path?: undefined; missing: string };

export function findRsyslog(): Found {
  const found = installed();
  if (found.path !== undefined || process.env.CI !== 'true' || process.getuid?.() !== 0) return found;
  const options = { stdio: 'ignore', timeout: INSTALL_TIMEOUT_MS, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const;
  try {
    execFileSync('apt-get', ['update', '-q'], options);
    execFileSync('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'rsyslog', 'rsyslog-gnutls'], options);
  } catch (error) {
    return { missing: `${found.missing}; installing it failed: ${String(error).slice(0, 200)}` };
  }
  return installed();
}

function installed(): Found {
  const path = PLACES.find((place) => existsSync(place));
  if (path === undefined) return { missing: 'rsyslog is not installed (apt-get install rsyslog rsyslog-gnutls)' };
  const hasTls = execFileSync('sh', [
    '-c',
    'ls /usr/lib/rsyslog/lmnsd_gtls.so /usr/lib/*/rsyslog/lmnsd_gtls.so /usr/lib64/rsyslog/lmnsd_gtls.so 2>/dev/null || true',
  ]);
  return hasTls.length > 0 ? { path } : { missing: 'rsyslog has no TLS driver (apt-get install rsyslog-gnutls)' };
}

export interface Rsyslog {
  port: number;
  /** What it has written, as it understood it. */
  records(): RsyslogRecord[];
  /** Ended by a signal; what it had taken stays. */
  stop(): Promise<void>;
  start(): Promise<void>;
  remove(): Promise<void>;
}

export interface RsyslogRecord {
  pri: string;
  msgid: string;
  appname: string;
  procid: string;
  sd: string;
  msg: string;
}

export async function startRsyslog(path: string, certificates: Certificates): Promise<Rsyslog> {
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-rsyslog-'));
  const [output, portFile] = [join(dir, 'out.jsonl'), join(dir, 'port')];
  let child: ReturnType<typeof spawn> | undefined;
  const rsyslog: Rsyslog = {
    port: 0,
    records: () =>
      existsSync(output)
        ? readFileSync(output, 'utf8')
            .split('\n')
            .slice(0, -1)
            .map((line) => JSON.parse(line))
        : [],
    async start() {
      writeFileSync(join(dir, 'rsyslog.conf'), configuration(dir, output, portFile, rsyslog.port, certificates));
      rmSync(portFile, { force: true });
      let said = '';
      child = spawn(path, ['-n', '-f', join(dir, 'rsyslog.conf'), '-i', join(dir, 'pid')], { stdio: ['ignore', 'pipe', 'pipe'] });
      for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (said += chunk));
      const portNow = () => rsyslog.port || Number(existsSync(portFile) ? readFileSync(portFile, 'utf8') : 0);
      for (let waited = 0; !(await isListening(portNow())); waited += 50) {
        if (child.exitCode !== null || waited > START_TIMEOUT_MS) throw new Error(`rsyslog did not start: ${said}`);
        await pause(50);
      }
      rsyslog.port = portNow();
    },
    async stop() {
      const running = child;
      child = undefined;
      if (!running || running.exitCode !== null) return;
      const ended = new Promise((resolve) => running.once('exit', resolve));
      running.kill('SIGTERM');
      await ended;
    },
    async remove() {
      await rsyslog.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  await rsyslog.start();
  return rsyslog;
}

function isListening(port: number): Promise<boolean> {
  if (!(port > 0)) return Promise.resolve(false);
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function configuration(dir: string, output: string, portFile: string, port: number, { caFile, server }: Certificates): string {
  const members = ['pri', 'msgid', 'app-name', 'procid', 'structured-data', 'msg'];
  const names: Record<string, string> = { 'app-name': 'appname', 'structured-data': 'sd' };
  const properties = members
    .map((name) => `property(outname="${names[name] ?? name}" name="${name}" format="jsonf")`)
    .join(' constant(value=",") ');
  return `
global(workDirectory="${dir}" maxMessageSize="16k"
  defaultNetstreamDriver="gtls" defaultNetstreamDriverCAFile="${caFile}"
  defaultNetstreamDriverCertFile="${server.certFile}" defaultNetstreamDriverKeyFile="${server.keyFile}")
module(load="imtcp" streamDriver.name="gtls" streamDriver.mode="1" streamDriver.authMode="x509/certvalid")
template(name="record" type="list") { constant(value="{") ${properties} constant(value="}\\n") }
ruleset(name="kept") { action(type="omfile" file="${output}" template="record" flushOnTXEnd="on") }
input(type="imtcp" port="${port}" address="127.0.0.1" listenPortFileName="${portFile}" ruleset="kept")
`;
}
