// The index of places where words may begin: no place is missed, whatever the case, at the edges of a text too.
import { describe, expect, it } from 'vitest';
import { eachMatch, groupOfStarts } from './start-index.ts';
import { surveyOf } from './text-survey.ts';

const group = groupOfStarts(['zebra', 'qu', 'née']);
const placesOf = (text: string): readonly number[] => surveyOf(text).starts[group] ?? [];

describe('places of words', () => {
  it.each([
    ['zebra', 0],
    ['a ZEBRA', 2],
    ['the Zebra', 4],
    ['ends with qu', 10],
    ['qu', 0],
    ['Née Smith', 0],
  ])('are found: %s', (text, place) => {
    expect(placesOf(text)).toContain(place);
  });

  it('are none in a text without them', () => {
    expect(placesOf('nothing of the kind')).toEqual([]);
    expect(placesOf('')).toEqual([]);
  });

  it('are tried in order and do not overlap', () => {
    const text = 'zebra zebrazebra';
    const found: number[] = [];
    eachMatch(text, placesOf(text), /zebra(?: zebra)?/y, ({ index }) => found.push(index));
    expect(found).toEqual([0, 11]);
  });
});
