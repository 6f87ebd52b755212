// The era of a POST: body first, headers as cross-check.
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../lib/json.ts';
import { classify } from './classify.ts';
import type { RpcMessage } from './message.ts';
import { checkVersionHeader } from './rev-2025-11-25/version.ts';
import { httpStatusOf } from './rev-2026-07-28/http-status.ts';
import { isModernVersion, MODERN_VERSIONS } from './rev-2026-07-28/version.ts';
import { capDiscover, discoverFromInitialize } from './translate/handshake.ts';

const VERSION = 'io.modelcontextprotocol/protocolVersion';
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
const envelope = (over: JsonObject = {}): JsonObject => ({ [VERSION]: '2026-07-28', [CAPABILITIES]: {}, ...over });
const request = (method: string, params?: JsonObject): RpcMessage => ({ shape: 'request', id: 1, method, params, paramsText: undefined });
const notification = (method: string, params?: JsonObject): RpcMessage => ({
  shape: 'notification',
  method,
  params,
  paramsText: undefined,
});
const headers = (over: Record<string, string | undefined> = {}) => ({
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': 'tools/call',
  'mcp-name': 'a',
  ...over,
});
const call = request('tools/call', { name: 'a', _meta: envelope() });

describe('classify', () => {
  it('reads the envelope of a stateless request', () => {
    expect(classify(headers(), call)).toEqual({
      era: 'modern',
      envelope: { protocolVersion: '2026-07-28', clientCapabilities: {}, clientInfo: undefined, logLevel: undefined },
    });
  });

  it('trap 2: a session id on a stateless request changes nothing', () => {
    expect(classify(headers({ 'mcp-session-id': 'x' }), call)).toMatchObject({ era: 'modern' });
  });

  it('trap 2: initialize with an envelope is a stateless request', () => {
    const initialize = request('initialize', { _meta: envelope() });
    expect(classify(headers({ 'mcp-method': 'initialize' }), initialize)).toMatchObject({ era: 'modern' });
    expect(classify({}, request('initialize', { protocolVersion: '2025-11-25' }))).toEqual({ era: 'legacy' });
  });

  it('trap 3: the body decides; a stateless header without an envelope is no legacy request', () => {
    expect(classify(headers(), request('tools/call', { name: 'a' }))).toMatchObject({
      status: 400,
      error: { code: -32602, data: { envelope: { missing: ['_meta'] } } },
    });
    expect(classify(headers(), request('tools/call', { _meta: { [CAPABILITIES]: {} } }))).toMatchObject({
      error: { data: { envelope: { missing: [VERSION] } } },
    });
    expect(classify({ 'mcp-protocol-version': '2025-11-25' }, request('tools/call', { name: 'a' }))).toEqual({ era: 'legacy' });
    expect(classify({}, request('tools/list'))).toEqual({ era: 'legacy' });
  });

  it('trap 4: an unknown method is 404 for a stateless client, whoever said it', () => {
    expect(httpStatusOf({ code: -32601, message: 'm' }, 'modern')).toBe(404);
    expect(httpStatusOf({ code: -32601, message: 'm' }, 'legacy')).toBe(200);
    expect(httpStatusOf({ code: -32602, message: 'm' }, 'modern')).toBe(200);
  });

  it('trap 5: supported in -32022 is what discover lists', () => {
    const refused = classify(
      headers({ 'mcp-protocol-version': '1999-01-01' }),
      request('tools/call', { name: 'a', _meta: envelope({ [VERSION]: '1999-01-01' }) }),
    );
    expect(refused).toMatchObject({
      status: 400,
      error: { code: -32022, data: { supported: [...MODERN_VERSIONS], requested: '1999-01-01' } },
    });
    expect(discoverFromInitialize({})['supportedVersions']).toEqual([...MODERN_VERSIONS]);
    expect(capDiscover({ supportedVersions: ['2027-01-01', '2026-07-28', '2025-11-25'] })['supportedVersions']).toEqual([
      ...MODERN_VERSIONS,
    ]);
  });

  it.each([
    ['the version capability is missing', { _meta: { [VERSION]: '2026-07-28' } }],
    ['the version is no string', { _meta: envelope({ [VERSION]: 5 }) }],
    ['capabilities are no object', { _meta: envelope({ [CAPABILITIES]: [] }) }],
    ['clientInfo has no version', { _meta: envelope({ 'io.modelcontextprotocol/clientInfo': { name: 'x' } }) }],
    ['the log level is unknown', { _meta: envelope({ 'io.modelcontextprotocol/logLevel': 'loud' }) }],
  ])('refuses an envelope when %s', (_what, params) => {
    expect(classify(headers(), request('tools/call', params as JsonObject))).toMatchObject({ status: 400, error: { code: -32602 } });
  });

  it.each([
    ['version missing', { 'mcp-protocol-version': undefined }],
    ['version differs', { 'mcp-protocol-version': '2025-11-25' }],
    ['method missing', { 'mcp-method': undefined }],
    ['method differs', { 'mcp-method': 'tools/list' }],
    ['name missing', { 'mcp-name': undefined }],
    ['name differs', { 'mcp-name': 'b' }],
    ['name badly encoded', { 'mcp-name': '=?base64?YQ=?=' }],
  ])('refuses headers: %s', (_what, over) => {
    expect(classify(headers(over), call)).toMatchObject({ status: 400, error: { code: -32020, data: { mismatch: {} } } });
  });

  it('trims and decodes headers before comparing', () => {
    expect(
      classify(headers({ 'mcp-protocol-version': ' 2026-07-28\t', 'mcp-method': '\ttools/call ', 'mcp-name': ' =?base64?YQ==?=' }), call),
    ).toMatchObject({ era: 'modern' });
  });

  it('needs no envelope on notifications, but refuses a false claim', () => {
    expect(classify({ 'mcp-protocol-version': '2026-07-28' }, notification('notifications/cancelled'))).toEqual({
      era: 'modern',
      envelope: undefined,
    });
    expect(classify({}, notification('notifications/initialized'))).toEqual({ era: 'legacy' });
    expect(classify({}, notification('n', { _meta: { [VERSION]: 5 } }))).toMatchObject({ error: { code: -32602 } });
    expect(classify({}, notification('n', { _meta: { [VERSION]: '2031-01-01' } }))).toMatchObject({ error: { code: -32022 } });
    expect(classify({ 'mcp-method': 'other' }, notification('n', { _meta: { [VERSION]: '2026-07-28' } }))).toMatchObject({
      error: { code: -32020 },
    });
  });

  it('trap 9: inputResponses and requestState alone do not make a request stateless', () => {
    expect(classify({}, request('tools/call', { name: 'a', inputResponses: {}, requestState: 's' }))).toEqual({ era: 'legacy' });
  });

  it('takes responses as legacy and refuses a stateless claim inside a batch', () => {
    expect(classify(headers(), { shape: 'response', id: 1, result: {}, resultText: '{}', error: undefined })).toEqual({ era: 'legacy' });
    expect(classify({}, call, { batch: true })).toMatchObject({ status: 400, error: { code: -32600 } });
    expect(classify({}, request('tools/list'), { batch: true })).toEqual({ era: 'legacy' });
  });
});

describe('version header of the session era', () => {
  it('assumes 2025-03-26 when absent and nothing is negotiated; refuses the unsupported', () => {
    expect(checkVersionHeader(undefined, undefined)).toEqual({ version: '2025-03-26' });
    expect(checkVersionHeader(undefined, '2025-11-25')).toEqual({ version: '2025-11-25' });
    expect(checkVersionHeader(' 2025-06-18 ', undefined)).toEqual({ version: '2025-06-18' });
    expect(checkVersionHeader('2024-01-01', '2025-11-25')).toMatchObject({ status: 400 });
    expect(isModernVersion('2025-11-25')).toBe(false);
  });
});
