// Certificates for tests, made anew each time with the openssl of the machine: an authority, a server, a client, and some that must be refused.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Pair {
  cert: string;
  key: string;
  certFile: string;
  keyFile: string;
}

export interface Certificates {
  ca: string;
  caFile: string;
  /** For localhost and 127.0.0.1. */
  server: Pair;
  client: Pair;
  /** From the same authority, for another host. */
  otherName: Pair;
  /** Signed by itself, for localhost. */
  selfSigned: Pair;
  /** From the authority, and over. */
  expired: Pair;
  remove(): void;
}

export function makeCertificates(): Certificates {
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-certs-'));
  const at = (name: string) => join(dir, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: dir });
  const newKey = (name: string) => openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', at(`${name}.key`));
  newKey('ca');
  openssl('req', '-x509', '-new', '-key', at('ca.key'), '-days', '2', '-subj', '/CN=Sallyport test authority', '-out', at('ca.pem'));
  const pair = (name: string): Pair => ({
    cert: readFileSync(at(`${name}.pem`), 'utf8'),
    key: readFileSync(at(`${name}.key`), 'utf8'),
    certFile: at(`${name}.pem`),
    keyFile: at(`${name}.key`),
  });
  const signed = (name: string, names: string, days = 2): Pair => {
    newKey(name);
    writeFileSync(at(`${name}.ext`), `subjectAltName=${names}\n`);
    openssl('req', '-new', '-key', at(`${name}.key`), '-subj', `/CN=${name}`, '-out', at(`${name}.csr`));
    openssl(
      ...['x509', '-req', '-in', at(`${name}.csr`), '-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', String(days)],
      ...['-extfile', at(`${name}.ext`), '-out', at(`${name}.pem`)],
    );
    return pair(name);
  };
  newKey('self');
  openssl(
    ...['req', '-x509', '-new', '-key', at('self.key'), '-days', '2', '-subj', '/CN=localhost', '-addext'],
    ...['subjectAltName=DNS:localhost,IP:127.0.0.1', '-out', at('self.pem')],
  );
  const local = 'DNS:localhost,IP:127.0.0.1';
  return {
    ca: readFileSync(at('ca.pem'), 'utf8'),
    caFile: at('ca.pem'),
    server: signed('server', local),
    client: signed('client', 'DNS:gateway'),
    otherName: signed('other', 'DNS:elsewhere.example'),
    selfSigned: pair('self'),
    expired: signed('expired', local, -1),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}
