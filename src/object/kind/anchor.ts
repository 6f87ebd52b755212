// Kind `anchor`: somebody else who vouches for checkpoints of the log, or keeps them. Credentials only as references to secrets.
import { z } from 'zod';
import { valueSource } from './field.ts';

/** Shortest and longest time between two checkpoints that an anchor is given, milliseconds. */
export const MIN_ANCHOR_INTERVAL_MS = 1_000;
export const MAX_ANCHOR_INTERVAL_MS = 7 * 86_400_000;

const url = z
  .string()
  .max(4096)
  .regex(/^https?:\/\/[^\s@]+$/, 'an http or https URL without a user name');
const headers = z.record(z.string().min(1).max(128), valueSource).optional();

const timeStamp = z.strictObject({
  /** Time-stamp authority over HTTP (RFC 3161 §3.4). */
  url,
  /** Certificates in PEM form: of the authority, or of who certifies it. A stamp that does not lead to one of them is none. */
  ca: z
    .string()
    .max(65_536)
    .regex(/-----BEGIN CERTIFICATE-----/, 'certificates in PEM form'),
  /** Policy to ask for, in dotted decimals; any unless given. */
  policy: z
    .string()
    .max(128)
    .regex(/^[0-2](?:\.(?:0|[1-9]\d{0,8})){1,30}$/, 'an object identifier such as 1.3.6.1.4.1.99999.1')
    .optional(),
  headers,
});

const witness = z.strictObject({
  /** Submission prefix: `/add-checkpoint` is added to it (C2SP tlog-witness). */
  url,
  /** Verifier key of the witness (C2SP tlog-cosignature, Ed25519). */
  key: z
    .string()
    .max(512)
    .regex(/^[^\s+]{1,256}\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+$/, 'a verifier key: name+id+key'),
});

const bucket = z.strictObject({
  /** Where objects are put, each once: `{key}` in it is replaced by the name of the object, else the name is added to the path. */
  url,
  headers,
  /** AWS Signature Version 4, for S3 and what speaks its protocol. */
  sign: z
    .strictObject({
      accessKey: z.string().min(1).max(256),
      secretKey: z.strictObject({ secret: z.string().max(63) }),
      region: z.string().min(1).max(64),
    })
    .optional(),
});

export const anchorSpec = z
  .strictObject({
    timeStamp: timeStamp.optional(),
    witness: witness.optional(),
    bucket: bucket.optional(),
    /** Longest time between two checkpoints that it is given, when there are new entries. */
    intervalMs: z.number().int().min(MIN_ANCHOR_INTERVAL_MS).max(MAX_ANCHOR_INTERVAL_MS).default(600_000),
  })
  .refine((spec) => [spec.timeStamp, spec.witness, spec.bucket].filter(Boolean).length === 1, {
    message: 'give exactly one of timeStamp, witness and bucket',
  });
