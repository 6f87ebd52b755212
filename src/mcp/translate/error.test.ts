// Errors across eras and hops: codes are rewritten, what concerns another hop stays there.
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { toLegacyError, toModernError } from './error.ts';

describe('errors', () => {
  const context = (serverEra: 'legacy' | 'modern', clientCapabilities: JsonObject = {}) => ({
    method: 'resources/read',
    params: { uri: 'a://b' },
    serverEra,
    clientCapabilities,
  });

  it('a missing resource is told in each era’s code, with its uri', () => {
    expect(toModernError({ code: -32002, message: 'm' }, context('legacy'))).toEqual({
      code: -32602,
      message: 'm',
      data: { uri: 'a://b' },
    });
    expect(toLegacyError({ code: -32602, message: 'm', data: { uri: 'a://b' } }, context('modern'))).toEqual({
      code: -32002,
      message: 'm',
      data: { uri: 'a://b' },
    });
    expect(toLegacyError({ code: -32602, message: 'm' }, context('modern'))).toEqual({ code: -32602, message: 'm' });
  });

  it.each([-32020, -32021, -32022])('trap 6: %i of the server hop is never relayed', (code) => {
    for (const era of ['legacy', 'modern'] as const) {
      const error = { code, message: 'secret detail', data: { supported: ['2031-01-01'], requiredCapabilities: { sampling: {} } } };
      expect(toLegacyError(error, context(era))).toMatchObject({ code: -32603 });
      const modern = toModernError(error, context(era, { sampling: {} }));
      expect(modern).toMatchObject({ code: -32603 });
      expect(JSON.stringify(modern)).not.toMatch(/2031|secret/);
    }
  });

  it('-32021 about what this client did not declare is its own business', () => {
    const error = { code: -32021, message: 'm', data: { requiredCapabilities: { elicitation: { url: {} } } } };
    expect(toModernError(error, context('modern', { elicitation: { form: {} } }))).toBe(error);
    expect(toModernError(error, context('modern', { elicitation: { url: {} } })).message).toContain('elicitation.url');
  });
});
