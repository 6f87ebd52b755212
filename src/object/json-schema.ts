// JSON Schema (2020-12) of an object file, for editors. Generated into docs/schema/sallyport.schema.json.
// The root has no `id`: editors show nothing for a root that is only a `$ref`.
import { z } from 'zod';
import type { JsonObject } from '../lib/json.ts';
import { metadataSchema } from './kind/field.ts';
import { secretSpec } from './kind/secret.ts';
import { type Kind, kindNames, kinds } from './kinds.ts';
import { secretDraftSpec } from './secret-draft.ts';

export function objectJsonSchema(): JsonObject {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Sallyport object',
    description: `One control-plane object: ${kindNames.slice(0, -1).join(', ')} or ${kindNames.at(-1)}.`,
    type: 'object',
    required: ['kind', 'metadata', 'spec'],
    properties: { kind: { enum: [...kindNames] } },
    oneOf: kindNames.map((kind) => alternative(kind)),
  };
}

function alternative(kind: Kind): JsonObject {
  const spec = kind === 'secret' ? { anyOf: [inputSchema(secretDraftSpec), inputSchema(secretSpec)] } : inputSchema(kinds[kind]);
  return {
    title: kind,
    type: 'object',
    additionalProperties: false,
    required: ['kind', 'metadata', 'spec'],
    properties: {
      kind: { const: kind },
      metadata: inputSchema(metadataSchema),
      spec,
      revision: { type: 'integer', minimum: 0, description: 'The revision this change is based on; refused when the object has moved on.' },
    },
  };
}

function inputSchema(schema: z.ZodType): JsonObject {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonObject;
  return rest;
}
