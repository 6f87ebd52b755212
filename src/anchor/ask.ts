// From an anchor object to the exchange it stands for: opens its secrets, asks, and turns whatever goes wrong into a reason in words.
// Never throws; never puts a secret or a URL's query into a reason.
import { parseWitnessKey } from '../audit/anchor-check.ts';
import { parseCheckpoint } from '../audit/checkpoint.ts';
import { readCertificates } from '../audit/time-stamp.ts';
import type { Random } from '../lib/id.ts';
import type { StoredObject } from '../object/kinds.ts';
import { keepCheckpoint } from './bucket-client.ts';
import { stampCheckpoint } from './time-stamp-client.ts';
import type { Anchored, AnchorWire } from './wire.ts';
import { cosignCheckpoint } from './witness-client.ts';

export type AnchorObject = StoredObject<'anchor'>;

export interface AskPorts {
  wire: AnchorWire;
  random: Random;
  nowMs: number;
  /** The plain value of a secret; undefined when it is not set or cannot be opened. */
  secret(name: string): string | undefined;
  /** Proof that the log of so many entries is the beginning of the one that the checkpoint covers. */
  consistency(oldSize: number): Promise<readonly Uint8Array[]>;
  /** Size a witness cosigned last, as far as is known. */
  oldSize: number;
}

export const anchorKind = ({ spec }: AnchorObject): 'rfc3161' | 'witness' | 'bucket' =>
  spec.timeStamp ? 'rfc3161' : spec.witness ? 'witness' : 'bucket';

export async function askAnchor({ metadata, spec }: AnchorObject, note: string, ports: AskPorts): Promise<Anchored> {
  const parsed = parseCheckpoint(note);
  if (!parsed) return { problem: 'the checkpoint cannot be read' };
  try {
    const checkpoint = { ...parsed, note };
    if (spec.timeStamp) {
      const { url, ca, policy } = spec.timeStamp;
      const trusted = readCertificates(ca);
      if (!trusted) return { problem: 'the certificates of the anchor cannot be read' };
      const headers = valuesOf(spec.timeStamp.headers, ports);
      return await stampCheckpoint(ports.wire, ports.random, { name: metadata.name, url, headers, policy, trusted }, checkpoint);
    }
    if (spec.witness) {
      const key = parseWitnessKey(spec.witness.key);
      if (!key) return { problem: 'the verifier key of the witness is none of type 4, or its id is wrong' };
      return await cosignCheckpoint(ports.wire, { url: spec.witness.url, key, oldSize: ports.oldSize }, checkpoint, ports.consistency);
    }
    if (!spec.bucket) return { problem: 'the anchor names nobody' };
    const { url, sign } = spec.bucket;
    const signing = sign && { accessKey: sign.accessKey, region: sign.region, secretKey: secretOf(sign.secretKey.secret, ports) };
    return await keepCheckpoint(ports.wire, ports.nowMs, { url, headers: valuesOf(spec.bucket.headers, ports), sign: signing }, checkpoint);
  } catch (error) {
    return { problem: error instanceof Error ? error.message.slice(0, MAX_REASON_CHARS) : 'it could not be asked' };
  }
}

const MAX_REASON_CHARS = 300;

type Sources = NonNullable<AnchorObject['spec']['bucket']>['headers'];

function valuesOf(sources: Sources, ports: AskPorts): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, source] of Object.entries(sources ?? {}))
    values[name.toLowerCase()] = typeof source === 'string' ? source : `${source.prefix ?? ''}${secretOf(source.secret, ports)}`;
  return values;
}

function secretOf(name: string, { secret }: AskPorts): string {
  const value = secret(name);
  if (value === undefined) throw new Error(`the secret ${name} is not set`);
  return value;
}
