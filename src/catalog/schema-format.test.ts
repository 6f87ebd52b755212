// Formats where they decide, against the validator that official clients use: what is taken here is taken there.
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv';
import { describe, expect, it } from 'vitest';
import { compileSchema } from './schema.ts';

const SAMPLES = [
  'redacted@redacted.invalid',
  `dlp_email_${'a'.repeat(90)}@redacted.invalid`,
  '[redacted:pii.email]',
  'x.xxxx@xxxx-xxx.xxx',
  'no address',
  'a@b',
  '@b.com',
  'a@-b.com',
  '1900-01-01',
  '1900-13-01',
  '1984-3-1',
  '1900-01-01T00:00:00Z',
  '1900-01-01T00:00:00',
  '1900-01-01T25:00:00Z',
  '00:00:00Z',
  'xxxxxxxx://xxxxx:Xx0xx@xx.xxxxxxxx:0000/xxx',
  'https://example.org/a?b=c#d',
  'https://example.org/a b',
  '://nothing',
  '/just/a/path',
  '00000000-0000-4000-8000-000000000000',
  '11111111-1111-4111-8111-111111111111',
  'xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx',
  '10.0.0.1',
  '300.1.1.1',
  '1.2.3',
  '::1',
  'fe80::1',
  'host.example.org',
  '-host.example.org',
  '',
];
const FORMATS = ['date', 'time', 'date-time', 'email', 'hostname', 'uri', 'uri-reference', 'ipv4', 'ipv6', 'uuid'];

describe.each(FORMATS)('format %s', (format) => {
  const schema = { type: 'string', format };
  const theirs = new AjvJsonSchemaValidator().getValidator(schema);
  const ours = compileSchema(schema, { formats: true });

  it.each(SAMPLES)('%j is taken only where official clients take it', (text) => {
    if (ours.unusable !== undefined) throw new Error(ours.unusable);
    const taken = ours.validate(text).length === 0;
    if (taken) expect(theirs(text).valid).toBe(true);
  });
});

it('decides nothing unless it is asked to, and never where nobody knows the format', () => {
  for (const schema of [compileSchema({ format: 'email' }), compileSchema({ format: 'made-up' }, { formats: true })]) {
    if (schema.unusable !== undefined) throw new Error(schema.unusable);
    expect(schema.validate('x')).toEqual([]);
  }
});
