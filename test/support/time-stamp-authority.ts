// A real time-stamp authority for tests: certificates and answers by `openssl ts`, behind an HTTP server on loopback.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

const CONFIG = `[ tsa ]
default_tsa = one
[ one ]
serial = ./serial
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
other_policies = 1.3.6.1.4.1.99999.2
digests = sha256
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
[ req ]
distinguished_name = dn
[ dn ]
[ authority ]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
[ stamps ]
basicConstraints = CA:FALSE
extendedKeyUsage = critical,timeStamping
[ other ]
basicConstraints = CA:FALSE
extendedKeyUsage = serverAuth
`;

export interface TimeStampAuthority {
  url: string;
  /** Certificate of who certifies it, PEM; and one that has nothing to do with it. */
  ca: string;
  otherCa: string;
  caPath: string;
  /** What it answers to a query, DER. */
  answer(query: Uint8Array): Buffer;
  /** From now on it answers with this instead. */
  lie(answer: ((query: Buffer) => { status: number; body: Uint8Array }) | undefined): void;
  asked: number;
  close(): Promise<void>;
}

/** `key`: as `openssl req -newkey` takes it. */
export async function startAuthority(key: readonly string[] = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256']): Promise<TimeStampAuthority> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-tsa-'));
  const at = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  writeFileSync(at('openssl.cnf'), CONFIG);
  const root = (name: string): void =>
    openssl(
      'req',
      '-x509',
      '-config',
      'openssl.cnf',
      '-extensions',
      'authority',
      '-newkey',
      ...key,
      '-nodes',
      '-subj',
      `/CN=${name}`,
      '-days',
      '30',
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.pem`,
    );
  root('root');
  root('stranger');
  openssl(
    'req',
    '-config',
    'openssl.cnf',
    '-newkey',
    ...key,
    '-nodes',
    '-subj',
    '/CN=stamps.example',
    '-keyout',
    'tsa.key',
    '-out',
    'tsa.csr',
  );
  openssl(
    'x509',
    '-req',
    '-in',
    'tsa.csr',
    '-CA',
    'root.pem',
    '-CAkey',
    'root.key',
    '-CAcreateserial',
    '-days',
    '30',
    '-extfile',
    'openssl.cnf',
    '-extensions',
    'stamps',
    '-out',
    'tsa.pem',
  );
  const answer = (query: Uint8Array): Buffer => {
    writeFileSync(at('query'), query);
    openssl(
      'ts',
      '-reply',
      '-config',
      'openssl.cnf',
      '-section',
      'one',
      '-queryfile',
      'query',
      '-signer',
      'tsa.pem',
      '-inkey',
      'tsa.key',
      '-out',
      'reply',
    );
    return readFileSync(at('reply'));
  };
  let lie: ((query: Buffer) => { status: number; body: Uint8Array }) | undefined;
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      authority.asked++;
      const query = Buffer.concat(parts);
      const { status, body } = lie?.(query) ?? { status: 200, body: answer(query) };
      response.writeHead(status, { 'content-type': 'application/timestamp-reply' }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const authority: TimeStampAuthority = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    ca: readFileSync(at('root.pem'), 'utf8'),
    otherCa: readFileSync(at('stranger.pem'), 'utf8'),
    caPath: at('root.pem'),
    answer,
    lie: (next) => {
      lie = next;
    },
    asked: 0,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return authority;
}
