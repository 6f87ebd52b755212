// Checkpoints of the log, the keys that sign them, and proofs. What leaves here is public by nature: hashes, signatures, entries.
import { BLOCK_LEAVES } from '../../audit/merkle.ts';
import type { KeptCheckpoint } from '../../audit/port.ts';
import type { AdminContext } from '../context.ts';
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
    path: '/api/v1/log/anchors',
    role: 'viewer',
    summary: 'Who else vouches for checkpoints of the log or keeps them, and how each is doing',
    reply: contract.anchorList,
    handle: ({ context }) => json(200, anchorsOf(context)),
  }),
  route({
    method: 'post',
    path: '/api/v1/log/anchors',
    role: 'operator',
    summary: 'Makes a checkpoint and gives it to the anchors now',
    body: contract.anchorRequest,
    reply: contract.anchorList,
    async handle({ context, body: { anchor } }) {
      const known = anchorsOf(context).anchors.filter(({ kind }) => kind !== 'file');
      const names = known.map((one) => one.anchor).filter((name) => anchor === undefined || name === anchor);
      if (names.length === 0)
        return failure(
          404,
          'not_found',
          anchor === undefined ? 'There is no anchor yet; see `sallyport schema anchor`.' : `There is no anchor ${JSON.stringify(anchor)}.`,
        );
      await context.checkpointer.make(context.org);
      await context.anchors.round(names);
      return json(200, anchorsOf(context));
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/log/consistency',
    role: 'viewer',
    summary: 'Proof that the log of `from` entries is the beginning of that of `to` entries',
    query: contract.consistencyQuery,
    reply: contract.consistencyReply,
    async handle({ context: { checkpointer, logStore, org, retention }, query: { from, to } }) {
      const { seq } = await logStore.head(org);
      const archived = (await retention.archived(org))?.seq ?? 0;
      if ([from, to].some((size) => size < archived && size % BLOCK_LEAVES > 0))
        return failure(
          409,
          'archived',
          `Entries up to ${archived} are archived: below that, only multiples of ${BLOCK_LEAVES} can be proved here.`,
        );
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
      if (proof) return json(200, proof);
      const archived = await context.retention.archived(context.org);
      const elsewhere = archived ? ` Entries up to ${archived.seq} are archived.` : '';
      return failure(404, 'not_found', `The log has no decision about a call ${JSON.stringify(call)}.${elsewhere}`);
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

function anchorsOf({ anchors }: AdminContext): contract.AnchorList {
  return {
    anchors: anchors.states().map(({ anchor, kind, problem, size, doneMs }) => ({
      ...{ anchor, kind, size, state: problem !== undefined ? 'failing' : doneMs === undefined ? 'waiting' : 'ok' },
      ...(doneMs !== undefined && { time: new Date(doneMs).toISOString() }),
      ...(problem !== undefined && { problem }),
    })),
  };
}

function body({ size, madeMs, note }: KeptCheckpoint): contract.CheckpointBody {
  return { size, time: new Date(madeMs).toISOString(), note };
}
