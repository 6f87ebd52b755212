// Run as a process of its own: appends to the store named by APPEND_TARGET until it is killed, one line per receipt.
import { writeSync } from 'node:fs';
import { signinContent } from '../../src/audit/entry.ts';
import { openPostgresStore } from '../../src/store/postgres/store.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';

const target: { dataDir?: string; url?: string } = JSON.parse(process.env.APPEND_TARGET ?? '{}');
const store =
  target.url === undefined ? await openSqliteStore({ dataDir: target.dataDir ?? '' }) : await openPostgresStore({ url: target.url });
const content = signinContent({ timeMs: 0, user: 'someone', method: 'operator-token', result: 'ok' });

await Promise.all(
  Array.from({ length: 16 }, async () => {
    for (;;) {
      const [receipt] = await store.log.append('acme', [{ content, callId: undefined, payloads: [] }]);
      if (receipt) writeSync(1, `${receipt.seq} ${receipt.hash}\n`);
    }
  }),
);
