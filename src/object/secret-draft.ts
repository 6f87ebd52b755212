// A secret as a person writes it: the plain value, or where to take it from. It exists only between the file and the seal.
// Never store, log, diff or print one: turn it into a sealed object first (apply.ts).
import { z } from 'zod';
import { instant } from './kind/field.ts';
import type { Metadata, StoredObject } from './kinds.ts';

export const MAX_SECRET_BYTES = 32_768;
/** What stands in output instead of a sealed value; applied again it means "keep what is there". */
export const SEALED_MARK = '(sealed)';

const secretValue = z
  .string()
  .min(1)
  .refine((value) => Buffer.byteLength(value) <= MAX_SECRET_BYTES, `a secret has at most ${MAX_SECRET_BYTES} bytes`);

export const secretDraftSpec = z
  .strictObject({
    value: secretValue.optional(),
    valueFrom: z
      .union([z.strictObject({ env: z.string().min(1).max(256) }), z.strictObject({ file: z.string().min(1).max(4096) })])
      .optional(),
    expiresAt: instant.optional(),
  })
  .refine((spec) => (spec.value === undefined) !== (spec.valueFrom === undefined), 'a secret needs exactly one of value and valueFrom');

export interface SecretDraft {
  kind: 'secret';
  metadata: Metadata;
  spec: z.infer<typeof secretDraftSpec>;
  revision?: number;
}

export function isSecretDraft(object: StoredObject | SecretDraft): object is SecretDraft {
  return object.kind === 'secret' && !Object.hasOwn(object.spec, 'sealed');
}

/** Reads `valueFrom` where the author of the file is (the command line), never on the server. */
export interface SecretSources {
  env(name: string): string | undefined;
  /** Whole file as text, or undefined when it cannot be read. */
  file(path: string): string | undefined;
}

/** The draft with its plain value in place, or why there is none. One line end after a file's value is dropped. */
export function fetchSecretValue(draft: SecretDraft, sources: SecretSources): SecretDraft | { problem: string } {
  const { valueFrom: from, expiresAt } = draft.spec;
  if (from === undefined) return draft;
  const value = 'env' in from ? sources.env(from.env) : sources.file(from.file)?.replace(/\r?\n$/, '');
  const where = 'env' in from ? `environment variable ${from.env}` : `file ${from.file}`;
  if (value === undefined) return { problem: `secret/${draft.metadata.name}: ${where} cannot be read; set it and apply again` };
  const spec = secretDraftSpec.safeParse({ value, ...(expiresAt === undefined ? {} : { expiresAt }) });
  if (!spec.success) return { problem: `secret/${draft.metadata.name}: ${where}: ${spec.error.issues[0]?.message ?? 'unusable'}` };
  return { ...draft, spec: spec.data };
}
