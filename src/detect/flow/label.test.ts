// What a tool's data is and where it goes when nobody says, and who has the last word.
import { describe, expect, it } from 'vitest';
import type { ToolProfile } from '../intent/profile.ts';
import { dataLabels, rankOf } from './label.ts';

type Guessed = Parameters<typeof dataLabels>[2];
const profile = (more: Partial<ToolProfile> = {}): Guessed =>
  ({ category: undefined, intent: 'read', words: [], executor: undefined, ...more }) as Guessed;

describe('rank', () => {
  it.each([
    [[], 0],
    [['public'], 0],
    [['internal'], 1],
    [['public', 'secret'], 3],
    [['payroll'], 2],
    [['constructor'], 2],
  ])('%j is %i', (labels, rank) => expect(rankOf(labels)).toBe(rank));
});

describe('labels', () => {
  it('are the tool’s, then the server’s, then a guess from the category', () => {
    const server = { labels: ['internal'], sink: 'internal' as const };
    expect(dataLabels(server, { labels: ['secret'] }, profile({ category: 'network' }), false)).toMatchObject({
      labels: ['secret'],
      rank: 3,
      sink: 'internal',
    });
    expect(dataLabels(server, undefined, profile({ category: 'network' }), false)).toMatchObject({
      labels: ['internal'],
      sink: 'internal',
    });
    expect(dataLabels(undefined, undefined, profile({ category: 'people' }), false)).toMatchObject({
      labels: ['private'],
      rank: 2,
      sink: 'unknown',
    });
    expect(dataLabels(undefined, undefined, undefined, true)).toMatchObject({ labels: ['internal'], sink: 'unknown' });
  });

  it.each<[string, Partial<ToolProfile>, boolean]>([
    ['a fetch', { words: ['fetch', 'page'] }, false],
    ['a web search', { words: ['search', 'web'] }, false],
    ['mail', { category: 'communication' }, false],
    ['code', { category: 'code-execution' }, false],
    ['a push', { category: 'source-control', intent: 'write' }, false],
    ['the open world', {}, true],
  ])('%s reaches outside', (_name, more, opensWorld) => {
    expect(dataLabels(undefined, undefined, profile(more), opensWorld)).toMatchObject({ sink: 'external', isUntrusted: true });
  });

  it('reading source does not reach outside; what the operator says of strangers counts', () => {
    expect(dataLabels(undefined, undefined, profile({ category: 'source-control' }), false)).toMatchObject({
      sink: 'unknown',
      isUntrusted: false,
    });
    expect(dataLabels({ untrusted: false }, undefined, profile({ category: 'browser' }), false)).toMatchObject({
      sink: 'external',
      isUntrusted: false,
    });
  });
});
