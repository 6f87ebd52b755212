// The yardstick: the least a proxy can do. node:http in front, undici Pool.dispatch behind, bytes copied, nothing looked at.
import { createServer, type ServerResponse } from 'node:http';
import { type Dispatcher, Pool } from 'undici';

const target = new URL(process.argv[2] ?? '');
const pool = new Pool(target.origin, { connections: 128, pipelining: 1 });

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(request.headers))
      if (typeof value === 'string' && name !== 'host' && name !== 'connection' && name !== 'content-length') headers[name] = value;
    pool.dispatch({ path: target.pathname, method: 'POST', headers, body: Buffer.concat(chunks) }, new Copy(response));
  });
});

class Copy implements Dispatcher.DispatchHandler {
  readonly #response: ServerResponse;
  constructor(response: ServerResponse) {
    this.#response = response;
  }
  onRequestStart(): void {}
  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    const { 'content-type': type, 'content-length': length } = headers;
    this.#response.writeHead(status, {
      ...(type ? { 'content-type': String(type) } : {}),
      ...(length ? { 'content-length': String(length) } : {}),
    });
  }
  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#response.write(chunk);
  }
  onResponseEnd(): void {
    this.#response.end();
  }
  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#response.destroy(error);
  }
}

// Longer than any pause between two pieces of work: a connection that ends just when it is used again is nothing to measure.
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address && typeof address === 'object') console.log(JSON.stringify({ url: `http://127.0.0.1:${address.port}/mcp` }));
});
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
