// What a tool's data is, and where what it is told goes: as the operator says, else guessed from the category and class of the tool. A guess errs on
// the side of caution: everything that can reach outside is a sink, fetching included.
import type { z } from 'zod';
import type { Category } from '../../object/intent-name.ts';
import type { dataSpec } from '../../object/kind/flow.ts';
import type { ToolProfile } from '../intent/profile.ts';

export type DataSpec = z.infer<typeof dataSpec>;

/** 0: everybody may know it. */
export type DataRank = 0 | 1 | 2 | 3;

export type Sink = 'internal' | 'external' | 'unknown';

export interface DataLabels {
  labels: readonly string[];
  rank: DataRank;
  sink: Sink;
  audience: string | undefined;
  isUntrusted: boolean;
}

const RANKS: Readonly<Record<string, DataRank>> = { public: 0, internal: 1, private: 2, secret: 3 };

/** The four that are not words of one's own. */
export const RANKED_LABELS: readonly string[] = Object.keys(RANKS);

export function rankOf(labels: readonly string[]): DataRank {
  let rank: DataRank = 0;
  for (const label of labels) {
    const own = isOwnWord(label) ? 2 : (RANKS[label] as DataRank);
    if (own > rank) rank = own;
  }
  return rank;
}

/** A label that is none of the four. */
export function isOwnWord(label: string): boolean {
  return !Object.hasOwn(RANKS, label);
}

const BY_CATEGORY: Readonly<Record<Category, string>> = {
  secret: 'secret',
  financial: 'private',
  identity: 'private',
  communication: 'private',
  filesystem: 'private',
  database: 'private',
  people: 'private',
  content: 'private',
  'source-control': 'private',
  'code-execution': 'internal',
  infrastructure: 'internal',
  monitoring: 'internal',
  network: 'public',
  browser: 'public',
};
const OUTSIDE: ReadonlySet<string> = new Set<Category>(['network', 'browser', 'communication', 'code-execution']);
const SENDING =
  /^(?:send|post|publish|share|upload|fetch|forward|webhook|tweet|email|mail|invite|notify|submit|scrape|crawl|browse|navigate|download|resolve|curl|search_web|websearch|translate)$/;

/** `profile` is undefined for what is no tool. */
export function dataLabels(
  server: DataSpec | undefined,
  tool: DataSpec | undefined,
  profile: Pick<ToolProfile, 'category' | 'intent' | 'words' | 'executor'> | undefined,
  opensWorld: boolean,
): DataLabels {
  const category = profile?.category;
  const sink = tool?.sink ?? server?.sink ?? guessSink(profile, opensWorld);
  const labels = tool?.labels ?? server?.labels ?? [(category && BY_CATEGORY[category]) ?? 'internal'];
  return {
    labels,
    rank: rankOf(labels),
    sink,
    audience: tool?.audience ?? server?.audience,
    isUntrusted: tool?.untrusted ?? server?.untrusted ?? (sink === 'external' || category === 'communication'),
  };
}

function guessSink(profile: Parameters<typeof dataLabels>[2], opensWorld: boolean): Sink {
  if (!profile) return 'unknown';
  const { category, intent, words, executor } = profile;
  const reaches =
    opensWorld ||
    intent === 'exfiltrative' ||
    (category !== undefined && OUTSIDE.has(category)) ||
    executor?.language === 'http' ||
    words.some((word) => SENDING.test(word)) ||
    (words.includes('web') && words.includes('search')) ||
    (category === 'source-control' && intent !== 'read');
  return reaches ? 'external' : 'unknown';
}
