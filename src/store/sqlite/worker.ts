// The thread that owns a SQLite connection: writes in one, reads in another, so that the event loop of the gateway never waits for a disk.
import { parentPort, workerData } from 'node:worker_threads';
import { openDatabase } from './database.ts';
import type { Request, Response, WorkerSetting } from './job.ts';
import { packReceipts, rowOf, unpackAppends } from './pack.ts';
import { SqliteReader } from './reader.ts';
import { SqliteWriter } from './writer.ts';

const setting = workerData as WorkerSetting;
const port = parentPort;
if (!port) throw new Error('sqlite/worker runs as a worker thread only');
const handle = setting.role === 'writer' ? writer() : reader();

port.on('message', (request: Request) => {
  let response: Response;
  try {
    response = handle(request);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    response = {
      id: request.id,
      type: 'failed',
      failure: { code: 'store_unavailable', message: 'The database could not answer.', detail },
    };
  }
  port.postMessage(response);
  if (request.type === 'close') port.close();
});

function writer(): (request: Request) => Response {
  const target = new SqliteWriter(openDatabase(setting.path, 'write'));
  return (request) => {
    if (request.type === 'write') {
      const jobs = request.jobs.map((job) => (job.type === 'append' ? { ...job, drafts: job.drafts.map(rowOf) } : job));
      return { id: request.id, type: 'written', replies: target.run(jobs) };
    }
    if (request.type === 'append') {
      const replies = target.run(unpackAppends(request.appends));
      const receipts = packReceipts(replies);
      return receipts === undefined ? { id: request.id, type: 'written', replies } : { id: request.id, type: 'appended', receipts };
    }
    target.close();
    return { id: request.id, type: 'closed' };
  };
}

function reader(): (request: Request) => Response {
  const source = new SqliteReader(openDatabase(setting.path, 'read'));
  return (request) => {
    if (request.type === 'read') return { id: request.id, type: 'rows', rows: source.run(request.job) };
    source.close();
    return { id: request.id, type: 'closed' };
  };
}
