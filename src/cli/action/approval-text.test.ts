// How arguments are shown to a reviewer: as they will be sent, to the last digit.
import { describe, expect, it } from 'vitest';
import { indentedJson } from './approval-text.ts';

describe('arguments in lines', () => {
  it('keep the digits of numbers, members that are there twice, and texts as they are written', () => {
    const text = '{"n":9007199254740993,"x":0.30000000000000001,"n":1, "t":"a\\"b, {c}: [d]","l":[1,[],{}],"e":{}}';
    expect(indentedJson(text)).toEqual([
      '{',
      '  "n": 9007199254740993,',
      '  "x": 0.30000000000000001,',
      '  "n": 1,',
      '  "t": "a\\"b, {c}: [d]",',
      '  "l": [',
      '    1,',
      '    [],',
      '    {}',
      '  ],',
      '  "e": {}',
      '}',
    ]);
    expect(JSON.parse(indentedJson(text).join('\n'))).toEqual(JSON.parse(text));
  });

  it.each(['', '}}}]', '"', '{"a":', 'no json'])('are something for any text: %s', (text) => {
    expect(indentedJson(text).length).toBeGreaterThan(0);
  });
});
