// What a message may be, that its exact texts are kept, and that nothing written can be read as two messages.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { INVALID_PARAMS, INVALID_REQUEST, PARSE_ERROR } from './error-code.ts';
import {
  MAX_BATCH,
  MAX_DEPTH,
  MAX_VALUES,
  parseBody,
  parseMessage,
  SERVER_LIMITS,
  writeError,
  writeNotification,
  writeRequest,
  writeResult,
} from './message.ts';

function expectFailure(text: string, code: number, id: string | number | null = null): void {
  expect(parseMessage(text)).toMatchObject({ shape: 'invalid', code, id });
}

const request = (members: string) => `{"jsonrpc":"2.0","id":7,"method":"tools/call"${members}}`;

describe('parseMessage', () => {
  it('keeps the exact text of params, white space and escapes included', () => {
    const params = '{ "name" : "\\u0061b", "n": 1.50e1 ,"x":[ 1 , {"y":"}\\""} ] }';
    const message = parseMessage(` {"jsonrpc" : "2.0", "id": "a", "method":"tools/call" , "params" :\t${params}  } `);
    expect(message).toMatchObject({ shape: 'request', id: 'a', method: 'tools/call', paramsText: params, params: { name: 'ab', n: 15 } });
  });

  it('finds params under an escaped key', () => {
    expect(parseMessage('{"jsonrpc":"2.0","id":1,"\\u006dethod":"m","\\u0070arams":{"a":1}}')).toMatchObject({
      method: 'm',
      paramsText: '{"a":1}',
    });
  });

  it('keeps the exact text of a result and the type of the id', () => {
    expect(parseMessage('{"jsonrpc":"2.0","id":"1","result":{ "a" : 1 }}')).toMatchObject({
      shape: 'response',
      id: '1',
      resultText: '{ "a" : 1 }',
    });
    expect(parseMessage('{"jsonrpc":"2.0","id":1,"result":{}}')).toMatchObject({ id: 1 });
  });

  it('reads errors, with a null or absent id only there', () => {
    expect(parseMessage('{"jsonrpc":"2.0","id":null,"error":{"code":-1,"message":"m","data":[1]}}')).toMatchObject({
      shape: 'response',
      id: null,
      error: { code: -1, message: 'm', data: [1] },
    });
    expect(parseMessage('{"jsonrpc":"2.0","error":{"code":-1,"message":"m"}}')).toMatchObject({ shape: 'response', id: null });
    expectFailure('{"jsonrpc":"2.0","id":null,"result":{}}', INVALID_REQUEST);
    expectFailure('{"jsonrpc":"2.0","id":3,"error":{"code":"x","message":"m"}}', INVALID_REQUEST, 3);
  });

  it('refuses what is no JSON, no object, or no message', () => {
    expectFailure('', PARSE_ERROR);
    expectFailure('{"jsonrpc":"2.0"', PARSE_ERROR);
    expectFailure('[1]', INVALID_REQUEST);
    expectFailure('null', INVALID_REQUEST);
    expectFailure('{}', INVALID_REQUEST);
    expectFailure('{"jsonrpc":"1.0","id":4,"method":"m"}', INVALID_REQUEST, 4);
    expectFailure('{"jsonrpc":"2.0","id":4}', INVALID_REQUEST, 4);
    expectFailure('{"jsonrpc":"2.0","id":4,"method":5}', INVALID_REQUEST, 4);
    expectFailure('{"jsonrpc":"2.0","id":4,"method":""}', INVALID_REQUEST, 4);
  });

  it.each(['1.5', '1e300', '9007199254740993', 'true', '{}', '[]', 'null'])('refuses the id %s', (id) => {
    expectFailure(`{"jsonrpc":"2.0","id":${id},"method":"m"}`, INVALID_REQUEST);
  });

  it('refuses params that are no object and echoes the id', () => {
    expectFailure(request(',"params":[1]'), INVALID_PARAMS, 7);
    expectFailure(request(',"params":"x"'), INVALID_REQUEST, 7);
    expectFailure(request(',"params":null'), INVALID_REQUEST, 7);
  });

  it('refuses a message that is request and response, or result and error', () => {
    expectFailure(request(',"result":{}'), INVALID_REQUEST, 7);
    expectFailure('{"jsonrpc":"2.0","id":7,"result":{},"error":{"code":1,"message":"m"}}', INVALID_REQUEST, 7);
    expectFailure('{"jsonrpc":"2.0","id":7,"result":[]}', INVALID_REQUEST, 7);
  });

  it.each([
    ',"params":{"name":"a","name":"b"}',
    ',"params":{"name":"a","\\u006eame":"b"}',
    ',"params":{"x":{"k":1,"k":{"z":1}}}',
    ',"params":{"x":[{"k":{"z":1},"k":1}]}',
    ',"params":{"__proto__":1,"__proto__":2}',
    ',"params":{},"params":{"name":"b"}',
    ',"method":"tools/list"',
  ])('refuses repeated keys: %s', (members) => {
    expectFailure(request(members), INVALID_REQUEST, members.includes('"method"') || members.startsWith(',"params":{},') ? null : 7);
  });

  it('reads an escaped key as what it says, whatever keys were seen before', () => {
    // V8 13.6: a key `nam\\` in an earlier text makes JSON.parse read "nam\u0065" as that key, hiding a repeated "name".
    for (let round = 0; round < 3; round++) {
      parseMessage(request(',"params":{"name":"x","nam\\\\":1}'));
      expectFailure(request(',"params":{"name":"allowed","nam\\u0065":"forbidden"}'), INVALID_REQUEST, 7);
      expect(parseMessage(request(',"params":{"name":"x","na\\u006d\\"":[{"nam\\u0065":1.5,"b":[ ]},true, null]}'))).toMatchObject({
        params: { name: 'x', 'nam"': [{ name: 1.5, b: [] }, true, null] },
      });
    }
  });

  it('does not echo an id that is written twice', () => {
    expectFailure('{"jsonrpc":"2.0","id":1,"id":2,"method":"m"}', INVALID_REQUEST);
  });

  it('is not misled by colons, quotes and braces inside strings', () => {
    const params = JSON.stringify({ 'a:b': '":{"a":1}', c: '\\', 'd"': '\\\\"', e: '{"e":":"}' });
    expect(parseMessage(request(`,"params":${params}`))).toMatchObject({ shape: 'request', paramsText: params });
  });

  it(`accepts ${MAX_VALUES} values and refuses one more`, () => {
    // Beside the zeros: the message, its four members, the two objects and the array count too.
    const holding = (zeros: number) => request(`,"params":{"x":[${'0,'.repeat(zeros - 1)}0]}`);
    const zeros = MAX_VALUES - 6;
    expect(parseMessage(holding(zeros))).toMatchObject({ shape: 'request' });
    expectFailure(holding(zeros + 1), INVALID_REQUEST, null);
    expect(parseMessage(holding(zeros + 1), SERVER_LIMITS)).toMatchObject({ shape: 'request' });
    expect(parseMessage(request(`,"params":{"x":"${',[{'.repeat(MAX_VALUES)}"}`))).toMatchObject({ shape: 'request' });
  });

  it('refuses numbers that are out of range', () => {
    expectFailure(request(',"params":{"n":1e999}'), INVALID_REQUEST, 7);
    expectFailure(request(',"params":{"n":[-1e400]}'), INVALID_REQUEST, 7);
  });

  it(`accepts ${MAX_DEPTH} levels and refuses ${MAX_DEPTH + 1}`, () => {
    const nested = (levels: number) => request(`,"params":{"x":${'['.repeat(levels - 2)}${']'.repeat(levels - 2)}}`);
    expect(parseMessage(nested(MAX_DEPTH))).toMatchObject({ shape: 'request' });
    expectFailure(nested(MAX_DEPTH + 1), INVALID_REQUEST, 7);
    expectFailure(nested(50_000), INVALID_REQUEST, 7);
    expectFailure(request(`,"params":{"x":${'['.repeat(50_000)}${']'.repeat(50_000)},"\\u0078":1}`), INVALID_REQUEST, 7);
    expectFailure(nested(200_000), INVALID_REQUEST, null);
    expect(parseMessage(nested(5), { maxDepth: 4 })).toMatchObject({ shape: 'invalid' });
  });

  it('takes __proto__ and constructor as ordinary keys', () => {
    const message = parseMessage(request(',"params":{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"x":1}}}'));
    expect(message).toMatchObject({ shape: 'request', paramsText: '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"x":1}}}' });
    expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined();
    if (message.shape === 'request') expect(Object.keys(message.params ?? {})).toEqual(['__proto__', 'constructor']);
  });

  it('reads every message it is given as itself (property)', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 6 })),
        fc.oneof(fc.string(), fc.maxSafeInteger()),
        fc.nat(3),
        (params, id, indent) => {
          const text = JSON.stringify({ jsonrpc: '2.0', id, method: 'm', params }, undefined, indent);
          const message = parseMessage(text);
          expect(message).toMatchObject({ shape: 'request', id });
          if (message.shape !== 'request') return;
          expect(JSON.parse(message.paramsText ?? '')).toEqual(JSON.parse(JSON.stringify(params)));
          expect(text).toContain(message.paramsText);
          expect(parseMessage(writeRequest(id, 'm', message.paramsText))).toMatchObject({ id, method: 'm' });
        },
      ),
    );
  });

  it('never throws, whatever the text (property)', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      ':',
      ',',
      '\\',
      'id',
      '"method"',
      '"jsonrpc":"2.0"',
      '1',
      'null',
      ' ',
      '\n',
      '"params":{}',
      '\\u00',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('');
        expect(() => parseBody(text)).not.toThrow();
        expect(() => parseMessage(`{"jsonrpc":"2.0","id":1,"method":"m",${text}}`)).not.toThrow();
      }),
      { numRuns: 500 },
    );
  });

  it('refuses a key repeated anywhere, however written (property)', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }),
        fc.jsonValue(),
        fc.array(fc.constantFrom('[', '{"k":'), { maxLength: 5 }),
        (held, again, wraps) => {
          const key = Object.keys(held)[0] ?? '';
          const escaped = `"${[...Array(key.length).keys()].map((i) => `\\u${key.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')}"`;
          const doubled = `${JSON.stringify(held).slice(0, -1)},${escaped}:${JSON.stringify(again)}}`;
          const wrapped = wraps.reduceRight((inner, wrap) => `${wrap}${inner}${wrap === '[' ? ']' : '}'}`, doubled);
          expect(parseMessage(request(`,"params":{"x":${wrapped}}`))).toMatchObject({ shape: 'invalid', id: 7 });
        },
      ),
    );
  });
});

describe('parseBody', () => {
  it('reads a batch element by element, each with its exact text', () => {
    const body = parseBody(
      ' [ {"jsonrpc":"2.0","id":1,"method":"a","params":{ "x" : "],[" }} ,{"jsonrpc":"2.0","method":"b"},3, {"jsonrpc":"2.0","id":2} ]',
    );
    expect(body.batch).toBe(true);
    expect(body.messages).toMatchObject([
      { shape: 'request', id: 1, paramsText: '{ "x" : "],[" }' },
      { shape: 'notification', method: 'b' },
      { shape: 'invalid', id: null },
      { shape: 'invalid', id: 2 },
    ]);
  });

  it('refuses an empty batch and one that is too long', () => {
    expect(parseBody('[]')).toMatchObject({ batch: true, messages: [{ shape: 'invalid', code: INVALID_REQUEST }] });
    const batchOf = (size: number) => parseBody(`[${Array(size).fill('{"jsonrpc":"2.0","method":"m"}').join(',')}]`).messages;
    expect(batchOf(MAX_BATCH)).toHaveLength(MAX_BATCH);
    expect(batchOf(MAX_BATCH + 1)).toMatchObject([{ shape: 'invalid' }]);
  });

  it('says parse error once for a body that is no JSON', () => {
    expect(parseBody('{')).toEqual({
      batch: false,
      messages: [{ shape: 'invalid', id: null, code: PARSE_ERROR, message: expect.any(String) }],
    });
    expect(parseBody('"x"').messages).toMatchObject([{ shape: 'invalid', code: INVALID_REQUEST }]);
  });
});

describe('writing', () => {
  it('splices the exact texts', () => {
    expect(writeRequest('a"b', 'm', '{ "x":1 }')).toBe('{"jsonrpc":"2.0","id":"a\\"b","method":"m","params":{ "x":1 }}');
    expect(writeNotification('m')).toBe('{"jsonrpc":"2.0","method":"m"}');
    expect(writeResult(1, '{"a":1e2}')).toBe('{"jsonrpc":"2.0","id":1,"result":{"a":1e2}}');
    expect(writeError(null, { code: 1, message: 'm' })).toBe('{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"m"}}');
  });

  it('a nested message cannot step out of its line', () => {
    const hostile = '{"arguments":\n{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"forbidden"}}\r\n,"name":"allowed"}';
    for (const written of [writeRequest(1, 'tools/call', hostile), writeNotification('m', hostile), writeResult(1, hostile)]) {
      expect(written).not.toMatch(/[\r\n]/);
      expect(parseMessage(written).shape).not.toBe('invalid');
    }
  });
});
