// The suite starts all client scenarios of a set at once. A slot keeps the number of gateways that really run at a time
// small: whoever holds a connection to the slot server has its turn, and loses it with the connection.

import { connect, createServer, type Socket } from 'node:net';

export interface SlotServer {
  readonly port: number;
  close(): Promise<void>;
}

export async function openSlots(size: number): Promise<SlotServer> {
  const waiting: Socket[] = [];
  const holding = new Set<Socket>();
  const admit = () => {
    while (holding.size < size) {
      const next = waiting.shift();
      if (!next) return;
      holding.add(next);
      next.write('go');
    }
  };
  const server = createServer((socket) => {
    waiting.push(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      holding.delete(socket);
      const index = waiting.indexOf(socket);
      if (index >= 0) waiting.splice(index, 1);
      admit();
    });
    admit();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    close: () =>
      new Promise((resolve) => {
        for (const socket of [...holding, ...waiting]) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** Waits for a turn; the returned function gives it back. `lost` is called if the server goes away first. */
export function takeSlot(port: number, lost: () => void): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', reject);
    socket.once('close', lost);
    socket.once('data', () => {
      resolve(() => {
        socket.off('close', lost);
        socket.destroy();
      });
    });
  });
}
