// Reading of the request headers that choose the answer.
import { describe, expect, it } from 'vitest';
import { acceptedMedia, bearerOf, isJsonContentType } from './http-reply.ts';

describe('bearerOf', () => {
  it('reads the Authorization header, whatever the case of the scheme', () => {
    expect(bearerOf('Bearer sp_x')).toBe('sp_x');
    expect(bearerOf('bearer   sp_x ')).toBe('sp_x');
  });

  it('takes nothing else for a token', () => {
    for (const value of [undefined, '', 'Bearer', 'Bearer ', 'Basic abc', 'sp_x', 'Bearer a b', 'Bearer a\tb', 'Bearer ä', 'XBearer a'])
      expect(bearerOf(value), String(value)).toBeUndefined();
  });
});

describe('acceptedMedia', () => {
  it('knows both types, wildcards and refusals', () => {
    expect(acceptedMedia(undefined)).toEqual({ json: true, sse: true });
    expect(acceptedMedia('application/json, text/event-stream')).toEqual({ json: true, sse: true });
    expect(acceptedMedia('text/event-stream;q=0.5 , application/json; q=1')).toEqual({ json: true, sse: true });
    expect(acceptedMedia('application/json')).toEqual({ json: true, sse: false });
    expect(acceptedMedia('TEXT/event-stream')).toEqual({ json: false, sse: true });
    expect(acceptedMedia('application/*')).toEqual({ json: true, sse: false });
    expect(acceptedMedia('*/*;q=0.1')).toEqual({ json: true, sse: true });
    expect(acceptedMedia('application/json, text/event-stream;q=0')).toEqual({ json: true, sse: false });
    expect(acceptedMedia('*/*, application/json;q=0.0')).toEqual({ json: false, sse: true });
    expect(acceptedMedia('text/html')).toEqual({ json: false, sse: false });
    expect(acceptedMedia('')).toEqual({ json: false, sse: false });
  });
});

describe('isJsonContentType', () => {
  it('is JSON in UTF-8 and nothing else', () => {
    for (const type of [
      'application/json',
      'Application/JSON; charset=UTF-8',
      'application/json;charset="utf-8"',
      'application/json; profile=x',
    ])
      expect(isJsonContentType(type), type).toBe(true);
    for (const type of [
      undefined,
      '',
      'text/plain',
      'application/json; charset=latin1',
      'application/jsonx',
      'text/json',
      'application/x-www-form-urlencoded',
    ]) {
      expect(isJsonContentType(type), String(type)).toBe(false);
    }
  });
});
