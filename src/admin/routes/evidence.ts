// Checkpoints of the log, the keys that sign them, and proofs. What leaves here is public by nature: hashes, signatures, entries.
import type { KeptCheckpoint } from '../../audit/port.ts';
import * as contract from '../contract.ts';
import { evidencePack } from '../evidence-pack.ts';
import { proveCall } from '../prove-call.ts';
import { failure, json, type Route, route } from '../route.ts';

export const evidenceRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/log/checkpoints',
    role: 'viewer',
    summary: 'Signed checkpoints of the log, newest first',
    query: contract.checkpointQuery,
    reply: contract.checkpointList,
    async handle({ context: { checkpointer, org }, query: { limit } }) {
      return json(200, { checkpoints: (await checkpointer.latest(org, limit)).map(body) });
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/log/checkpoints',
    role: 'operator',
    summary: 'A checkpoint of the log as it is now',
    reply: contract.checkpointBody,
    async handle({ context: { checkpointer, org } }) {
      const made = await checkpointer.make(org);
      return made ? json(200, body(made)) : failure(404, 'not_found', 'The log has no entry yet.');
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/log/keys',
    role: 'viewer',
    summary: 'Verifier keys of the checkpoints, oldest first; the last one signs',
    reply: contract.signingKeyList,
    async handle({ context: { checkpointer, org } }) {
      return json(200, { keys: await checkpointer.keys(org) });
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/log/keys/rotate',
    role: 'admin',
    summary: 'New key for checkpoints; the next one is signed by both',
    reply: contract.signingKeyReply,
    async handle({ context: { checkpointer, org }, operator }) {
      return json(200, await checkpointer.rotate(org, operator.name));
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/log/consistency',
    role: 'viewer',
    summary: 'Proof that the log of `from` entries is the beginning of that of `to` entries',
    query: contract.consistencyQuery,
    reply: contract.consistencyReply,
    async handle({ context: { checkpointer, logStore, org }, query: { from, to } }) {
      const { seq } = await logStore.head(org);
      if (from > to || to > seq) return failure(400, 'invalid_request', `from is at most to, and to at most ${seq}.`);
      const proof = (await checkpointer.consistency(org, from, to)).map((hash) => Buffer.from(hash).toString('hex'));
      return json(200, { from, to, proof });
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/log/proof',
    role: 'viewer',
    summary: 'Proof of one call, for `sallyport verify --proof`',
    query: contract.proofQuery,
    reply: contract.proofReply,
    async handle({ context, query: { call } }) {
      const proof = await proveCall(context, call);
      return proof ? json(200, proof) : failure(404, 'not_found', `The log has no decision about a call ${JSON.stringify(call)}.`);
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/evidence/pack',
    role: 'viewer',
    summary: 'Evidence of a period, laid out by the articles or criteria of a framework, with proofs',
    query: contract.packQuery,
    reply: contract.packReply,
    async handle({ context, query }) {
      const files = await evidencePack(context, query);
      return files ? json(200, { files } satisfies contract.PackReply) : failure(404, 'not_found', 'The log has no entry yet.');
    },
  }),
];

function body({ size, madeMs, note }: KeptCheckpoint): contract.CheckpointBody {
  return { size, time: new Date(madeMs).toISOString(), note };
}
