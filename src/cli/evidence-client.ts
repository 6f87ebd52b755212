// The part of the admin API that is about evidence, as seen by a command: checkpoints, anchors, proofs, packs, segments, erasures. Wire format: admin/contract.ts.
// Never opens a connection of its own (admin-client.ts does).
import type {
  AnchorList,
  ArchiveReply,
  ArchiveRequest,
  ArchiveState,
  CheckpointBody,
  ErasureList,
  ErasureReply,
  ErasureRequest,
  PackReply,
} from '../admin/contract.ts';

export interface EvidenceClient {
  makeCheckpoint(): Promise<CheckpointBody>;
  anchors(): Promise<AnchorList>;
  /** Gives a new checkpoint to one of them, or to all, now. */
  anchor(name: string | undefined): Promise<AnchorList>;
  signingKeys(): Promise<{ keys: string[] }>;
  rotateSigningKey(): Promise<{ key: string; previous: string }>;
  consistency(query: { from: string; to: string }): Promise<{ proof: string[] }>;
  proof(call: string): Promise<unknown>;
  archiveState(): Promise<ArchiveState>;
  segment(query: { from: string; to: string }): Promise<AsyncIterable<Uint8Array>>;
  archive(request: ArchiveRequest): Promise<ArchiveReply>;
  evidencePack(query: { framework: string; from: string; to: string }): Promise<PackReply>;
  erase(request: ErasureRequest): Promise<ErasureReply>;
  erasures(): Promise<ErasureList>;
}

export interface EvidenceWire {
  json<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T>;
  stream(path: string): Promise<AsyncIterable<Uint8Array>>;
}

export function evidenceClient(wire: EvidenceWire): EvidenceClient {
  const query = (given: Record<string, string>) => `?${new URLSearchParams(given)}`;
  return {
    makeCheckpoint: () => wire.json('POST', '/api/v1/log/checkpoints'),
    anchors: () => wire.json('GET', '/api/v1/log/anchors'),
    anchor: (name) => wire.json('POST', '/api/v1/log/anchors', name === undefined ? {} : { anchor: name }),
    signingKeys: () => wire.json('GET', '/api/v1/log/keys'),
    rotateSigningKey: () => wire.json('POST', '/api/v1/log/keys/rotate'),
    consistency: (range) => wire.json('GET', `/api/v1/log/consistency${query(range)}`),
    proof: (call) => wire.json('GET', `/api/v1/log/proof${query({ call })}`),
    archiveState: () => wire.json('GET', '/api/v1/log/archive'),
    segment: (range) => wire.stream(`/api/v1/log/segment${query(range)}`),
    archive: (request) => wire.json('POST', '/api/v1/log/archive', request),
    evidencePack: (wanted) => wire.json('GET', `/api/v1/evidence/pack${query(wanted)}`),
    erase: (request) => wire.json('POST', '/api/v1/erasures', request),
    erasures: () => wire.json('GET', '/api/v1/erasures'),
  };
}
