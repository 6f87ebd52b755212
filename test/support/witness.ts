// A small witness for tests, written from C2SP tlog-witness and tlog-cosignature alone: none of the gateway's own code, so that each checks the other.
import { createHash, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const NAME = 'witness.example/w1';
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const sha256 = (...parts: Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();

export interface Witness {
  url: string;
  /** Verifier key, type 4. */
  key: string;
  /** Trusts this verifier key for the log of this origin. */
  trust(origin: string, key: string): void;
  seen: Map<string, { size: number; root: Buffer }>;
  asked: number;
  /** From now on it answers with this instead, whatever it is asked. */
  lie(answer: { status: number; body: string } | ((good: string) => string) | undefined): void;
  close(): Promise<void>;
}

export async function startWitness(seconds: () => number = () => Math.floor(Date.now() / 1000)): Promise<Witness> {
  const pair = generateKeyPairSync('ed25519');
  const typed = Buffer.concat([Buffer.from([4]), pair.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)]);
  const id = sha256(Buffer.from(`${NAME}\n`), typed).subarray(0, 4);
  const trusted = new Map<string, string>();
  const seen = new Map<string, { size: number; root: Buffer }>();
  let lie: Parameters<Witness['lie']>[0];

  function add(text: string): { status: number; body: string } {
    const [head = '', note = ''] = splitOnce(text, '\n\n');
    const [old = '', ...proof] = head.split('\n');
    const oldSize = Number(/^old (0|[1-9]\d*)$/.exec(old)?.[1]);
    const [body = '', signatures = ''] = splitOnce(note, '\n\n');
    const [origin = '', sizeText, rootText = ''] = body.split('\n');
    const [size, root] = [Number(sizeText), Buffer.from(rootText, 'base64')];
    const key = trusted.get(origin);
    if (key === undefined) return { status: 404, body: '' };
    if (!signedBy(key, `${body}\n`, signatures)) return { status: 403, body: '' };
    if (!(oldSize <= size)) return { status: 400, body: '' };
    const last = seen.get(origin);
    if ((last?.size ?? 0) !== oldSize) return { status: 409, body: `${last?.size ?? 0}\n` };
    if (last && last.size === size && !last.root.equals(root)) return { status: 409, body: '' };
    const hashes = proof.map((line) => Buffer.from(line, 'base64'));
    if (last && last.size < size && !isConsistent(last, { size, root }, hashes)) return { status: 422, body: '' };
    if ((!last || last.size === size) && hashes.length > 0) return { status: 422, body: '' };
    seen.set(origin, { size, root });
    const time = seconds();
    const stamp = Buffer.alloc(8);
    stamp.writeBigUInt64BE(BigInt(time));
    const signature = sign(null, Buffer.from(`cosignature/v1\ntime ${time}\n${body}\n`), pair.privateKey);
    return { status: 200, body: `— ${NAME} ${Buffer.concat([id, stamp, signature]).toString('base64')}\n` };
  }

  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      witness.asked++;
      const isAdd = request.method === 'POST' && request.url === '/log/add-checkpoint';
      const good = isAdd ? (typeof lie === 'object' ? lie : add(Buffer.concat(parts).toString())) : { status: 404, body: '' };
      const type = good.status === 409 && good.body !== '' ? 'text/x.tlog.size' : 'text/plain';
      response.writeHead(good.status, { 'content-type': type }).end(typeof lie === 'function' ? lie(good.body) : good.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const witness: Witness = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/log`,
    key: `${NAME}+${id.toString('hex')}+${typed.toString('base64')}`,
    trust: (origin, key) => void trusted.set(origin, key),
    seen,
    asked: 0,
    lie: (answer) => {
      lie = answer;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return witness;
}

function signedBy(key: string, text: string, signatures: string): boolean {
  // The base64 may hold the character that separates.
  const [, name, encoded = ''] = /^([^+]+)\+[0-9a-f]{8}\+(.+)$/.exec(key) ?? [];
  const publicKey = createPublicKey({
    key: Buffer.concat([SPKI, Buffer.from(encoded, 'base64').subarray(1)]),
    format: 'der',
    type: 'spki',
  });
  return signatures
    .split('\n')
    .map((line) => line.split(' '))
    .some(([, who, data = '']) => who === name && verify(null, Buffer.from(text), publicKey, Buffer.from(data, 'base64').subarray(4)));
}

/** RFC 6962 §2.1.2 by its definition: what the old root and the new one would be, rebuilt from the proof. */
function isConsistent(old: { size: number; root: Buffer }, next: { size: number; root: Buffer }, proof: readonly Buffer[]): boolean {
  const left = [...proof];
  const node = (a: Buffer, b: Buffer): Buffer => sha256(Buffer.from([1]), a, b);
  /** Roots of the old and the new part of a subtree of `size` leaves of which `kept` are old. */
  const walk = (kept: number, size: number, isWhole: boolean): [Buffer, Buffer] => {
    if (kept === size) {
      const hash = isWhole ? old.root : (left.shift() ?? Buffer.alloc(0));
      return [hash, hash];
    }
    let half = 1;
    while (half * 2 < size) half *= 2;
    if (kept <= half) {
      const [a, b] = walk(kept, half, isWhole);
      return [a, node(b, left.shift() ?? Buffer.alloc(0))];
    }
    const [a, b] = walk(kept - half, size - half, false);
    const first = left.shift() ?? Buffer.alloc(0);
    return [node(first, a), node(first, b)];
  };
  const [before, after] = walk(old.size, next.size, true);
  return left.length === 0 && before.equals(old.root) && after.equals(next.root);
}

function splitOnce(text: string, by: string): [string, string] {
  const at = text.indexOf(by);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + by.length)];
}
