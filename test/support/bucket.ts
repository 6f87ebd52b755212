// A bucket for tests: HTTP PUT that refuses what is there when it is asked to (If-None-Match: *), GET, and AWS signatures checked by their own few lines.
import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Bucket {
  url: string;
  objects: Map<string, string>;
  /** Requests that were refused because their signature was not the one expected. */
  refused: number;
  close(): Promise<void>;
}

export async function startBucket(key: { access: string; secret: string; region: string }): Promise<Bucket> {
  const objects = new Map<string, string>();
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts);
      const name = request.url ?? '';
      if (!isSigned(request, body, key)) {
        bucket.refused++;
        return response.writeHead(403).end();
      }
      if (request.method === 'GET') {
        const found = objects.get(name);
        return found === undefined ? response.writeHead(404).end() : response.writeHead(200).end(found);
      }
      if (request.headers['if-none-match'] === '*' && objects.has(name)) return response.writeHead(412).end();
      objects.set(name, body.toString());
      return response.writeHead(200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bucket: Bucket = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/checkpoints`,
    objects,
    refused: 0,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return bucket;
}

/** AWS Signature Version 4, from what arrived. */
function isSigned(
  request: IncomingMessage,
  body: Buffer,
  { access, secret, region }: { access: string; secret: string; region: string },
): boolean {
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    );
  if (!match) return false;
  const [, who, day = '', where, names = '', signature] = match;
  if (who !== access || where !== region || !names.split(';').includes('host')) return false;
  const sha = createHash('sha256').update(body).digest('hex');
  if (request.headers['x-amz-content-sha256'] !== sha) return false;
  const lines = names.split(';').map((name) => `${name}:${String(request.headers[name]).trim()}`);
  const [path = '', query = ''] = (request.url ?? '').split('?');
  const canonical = [request.method, path, query, ...lines, '', names, sha].join('\n');
  let signing = createHmac('sha256', `AWS4${secret}`).update(day).digest();
  for (const text of [region, 's3', 'aws4_request']) signing = createHmac('sha256', signing).update(text).digest();
  const text = `AWS4-HMAC-SHA256\n${request.headers['x-amz-date']}\n${day}/${region}/s3/aws4_request\n${createHash('sha256').update(canonical).digest('hex')}`;
  return createHmac('sha256', signing).update(text).digest('hex') === signature;
}
