// The admin listener: the router on a port of its own, with the time limits of a public server. Closing it ends standing streams too.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Context } from 'hono';
import type { AdminContext } from './context.ts';
import { createRouter } from './router.ts';

const HEADERS_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 60_000;
const KEEP_ALIVE_MS = 30_000;
const MAX_CONNECTIONS = 512;

export interface AdminServer {
  /** Resolves with the origin, e.g. `http://127.0.0.1:7861`. Rejects with the listener's error (EADDRINUSE). */
  listen(host: string, port: number): Promise<{ url: string }>;
  close(): Promise<void>;
}

export function createAdminServer(context: AdminContext, options: { allowedHosts: readonly string[] }): AdminServer {
  const router = createRouter(context, { allowedHosts: options.allowedHosts, remoteAddress });
  const server = createServer(getRequestListener((request, env) => router.fetch(request, env), { overrideGlobalObjects: false }));
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.maxConnections = MAX_CONNECTIONS;
  return {
    listen: (host, port) => listen(server, host, port),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, host: string, port: number): Promise<{ url: string }> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const { port: bound } = server.address() as AddressInfo;
      resolve({ url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}` });
    });
  });
}

function remoteAddress(request: Context): string {
  const { incoming } = request.env as { incoming?: IncomingMessage };
  return incoming?.socket.remoteAddress ?? 'unknown';
}
