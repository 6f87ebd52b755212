// From signals to one score: profiles by server, weights, bands. Compiled once per control revision.
// The score is the middle between the weighted mean and the worst signal, so that one alarming signal is not lost among quiet ones.
import type { RiskBand, RiskPart, RiskScore } from '../call.ts';
import { compileGlob, type Glob } from '../lib/glob.ts';
import type { Kind, SpecOf, StoredObject } from '../object/kinds.ts';
import type { History } from './history.ts';
import { judgeSignals, type RiskInput, SIGNALS, type Signal, type SignalScore } from './signal.ts';

/** Share of the worst signal in the composite. */
const WORST_SHARE = 0.4;

export interface RiskProfile {
  name: string;
  /** Sums to 1. */
  weights: Readonly<Record<Signal, number>>;
  bands: SpecOf['risk']['bands'];
  minHistory: number;
}

export interface RiskModel {
  /** undefined when no profile is for this server. */
  profileFor(server: string): RiskProfile | undefined;
  score(input: RiskInput, history: History): RiskScore | undefined;
  /** What a score on a server needs; undefined when no profile holds or denies it. */
  gate(server: string, score: number): { profile: string; band: 'hold' | 'deny' } | undefined;
}

/** undefined when there is no profile at all: then nothing is scored. */
export function compileRisk(objects: readonly StoredObject[]): RiskModel | undefined {
  const profiles = objects
    .filter((object): object is StoredObject & StoredObject<'risk'> => isKind(object, 'risk'))
    .sort((a, b) => a.spec.order - b.spec.order || (a.metadata.name < b.metadata.name ? -1 : 1))
    .map((object) => ({ servers: object.spec.servers?.map((glob) => compileGlob(glob)), profile: profileOf(object) }));
  if (profiles.length === 0) return undefined;
  const known = new Map<string, RiskProfile | undefined>();
  const profileFor = (server: string): RiskProfile | undefined => {
    if (!known.has(server)) {
      // Servers are objects: their number is bounded by the store, a name that is none is not remembered.
      const found = profiles.find(({ servers }) => !servers || servers.some((glob: Glob) => glob.test(server)))?.profile;
      if (known.size < MAX_REMEMBERED) known.set(server, found);
      return found;
    }
    return known.get(server);
  };
  return {
    profileFor,
    gate: (server, score) => {
      const profile = profileFor(server);
      const band = profile && bandOf(score, profile.bands);
      return profile && (band === 'hold' || band === 'deny') ? { profile: profile.name, band } : undefined;
    },
    score: (input, history) => {
      const profile = profileFor(input.server);
      return profile && compose(profile, judgeSignals(input, history, profile.minHistory));
    },
  };
}

const MAX_REMEMBERED = 10_000;

function compose(profile: RiskProfile, signals: Record<Signal, SignalScore>): RiskScore {
  let mean = 0;
  let worst = 0;
  for (const signal of SIGNALS) {
    const weight = profile.weights[signal];
    if (weight === 0) continue;
    const { score } = signals[signal];
    mean += weight * score;
    worst = Math.max(worst, score);
  }
  const score = Math.round((1 - WORST_SHARE) * mean + WORST_SHARE * worst);
  const scores: Record<string, number> = {};
  for (const signal of IN_ORDER_OF_NAME) if (profile.weights[signal] !== 0) scores[signal] = signals[signal].score;
  return { score, scores, parts: () => partsOf(profile, signals), band: bandOf(score, profile.bands), profile: profile.name };
}

/** As the log writes them. */
const IN_ORDER_OF_NAME: readonly Signal[] = [...SIGNALS].sort();

function partsOf({ weights }: RiskProfile, signals: Record<Signal, SignalScore>): RiskPart[] {
  return SIGNALS.filter((signal) => weights[signal] !== 0).map((signal) => {
    const { score, why } = signals[signal];
    return { signal, score, weight: weights[signal], why: why() };
  });
}

function bandOf(score: number, { log, hold, deny }: RiskProfile['bands']): RiskBand {
  if (deny !== undefined && score >= deny) return 'deny';
  if (hold !== undefined && score >= hold) return 'hold';
  return log !== undefined && score >= log ? 'log' : 'allow';
}

export function profileOf({ metadata, spec }: StoredObject<'risk'>): RiskProfile {
  const sum = SIGNALS.reduce((total, signal) => total + spec.weights[signal], 0);
  const weights = Object.fromEntries(SIGNALS.map((signal) => [signal, spec.weights[signal] / sum])) as Record<Signal, number>;
  return { name: metadata.name, weights, bands: spec.bands, minHistory: spec.minHistory };
}

function isKind<K extends Kind>(object: StoredObject, kind: K): object is StoredObject & StoredObject<K> {
  return object.kind === kind;
}
