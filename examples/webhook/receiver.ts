// A receiver of Sallyport's webhooks in one file: verifies the signature (Standard Webhooks), drops what came before, prints one line for each event.
// Run it: HOOK_KEY=whsec_… node examples/webhook/receiver.ts [port]   (Node 24; no package is needed)
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const MAX_BODY_BYTES = 256 * 1024;
/** How old a message may be: an attacker who recorded one cannot send it again later. */
const MAX_AGE_S = 300;
const key = Buffer.from((process.env.HOOK_KEY ?? '').replace(/^whsec_/, ''), 'base64');
if (key.length < 24) throw new Error('Set HOOK_KEY to the signing key, whsec_ and base64.');
/** Ids seen: an event may come twice, always with the same id. A real receiver keeps them where a restart does not lose them. */
const seen = new Set<string>();

const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return void response.writeHead(413).end();
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks).toString('utf8');
  const id = String(request.headers['webhook-id'] ?? '');
  const sentS = Number(request.headers['webhook-timestamp']);
  const signatures = String(request.headers['webhook-signature'] ?? '').split(' ');
  if (!isSigned(id, sentS, body, signatures)) return void response.writeHead(401).end();
  if (!seen.has(id)) {
    const { type, timestamp, data } = JSON.parse(body) as { type: string; timestamp: string; data: { subject: string } };
    process.stdout.write(`${timestamp} ${type} ${data.subject} ${id}\n`);
  }
  seen.add(id);
  // Only now: whatever is not answered with 2xx is sent again.
  return void response.writeHead(204).end();
});

/** With two active keys there are two signatures; one that fits is enough. */
function isSigned(id: string, sentS: number, body: string, signatures: readonly string[]): boolean {
  if (!(Math.abs(Date.now() / 1000 - sentS) <= MAX_AGE_S)) return false;
  const wanted = createHmac('sha256', key).update(`${id}.${sentS}.${body}`).digest();
  return signatures.some((signature) => {
    const given = Buffer.from(signature.replace(/^v1,/, ''), 'base64');
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  });
}

server.listen(Number(process.argv[2] ?? 8099), '127.0.0.1', () => {
  const place = server.address();
  process.stdout.write(`listening on ${typeof place === 'object' ? place?.port : place}\n`);
});
