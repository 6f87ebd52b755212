// Which calls are decided, open, closed or lost while a log is read in order: the rules that join decisions, outcomes and gaps.
// Bounded: remembers every open call, the newest MAX_REMEMBERED that were allowed, and what became of the newest FATE_WINDOW entries.
import { isObject, type JsonObject } from '../lib/json.ts';
import { Recent } from '../lib/recent.ts';
import { RecentTexts } from '../lib/recent-texts.ts';
import { ApprovalLedger } from './approval-ledger.ts';
import type { Breach } from './rules.ts';

/** Allowed calls remembered, so that a second decision is found. */
export const MAX_REMEMBERED = 1_000_000;

/** Entries back that it is known what became of a decision, so that a second outcome is called by its right name. A power of two; one byte each. */
export const FATE_WINDOW = 4_194_304;

/** What became of a decision that is no longer open. */
const fate = { none: 0, void: 1, denied: 2, single: 3, closed: 4 } as const;

export class CallLedger {
  /** Sequence number of a decision → its call. */
  readonly #open = new Map<number, string>();
  readonly #lost = new Recent<number, string>(MAX_REMEMBERED);
  /** Of the entry with a sequence number, by what is left of that modulo FATE_WINDOW. */
  readonly #fates = new Uint8Array(FATE_WINDOW);
  #seq = 0;
  /** Calls that were allowed by a decision that was not void. */
  readonly #allowed = new RecentTexts(MAX_REMEMBERED);
  readonly #approvals = new ApprovalLedger();
  #lostCount = 0;
  #voidCount = 0;
  #firstSeq = 1;

  counts(): { open: number; lost: number; voids: number; approved: number } {
    return { open: this.#open.size, lost: this.#lostCount, voids: this.#voidCount, approved: this.#approvals.bound };
  }

  /** The log begins at this entry: what refers to earlier ones cannot be checked. */
  startLate(seq: number): void {
    this.#firstSeq = seq;
    this.#approvals.startLate();
  }

  /** Content is well-formed for its type (rules.ts). */
  take(seq: number, revision: number, content: JsonObject): Breach | undefined {
    this.#seq = seq;
    this.#fates[seq % FATE_WINDOW] = fate.none;
    if (content.type === 'decision') return this.#decision(seq, revision, content);
    if (content.type === 'outcome') return this.#outcome(content);
    if (content.type === 'object') return this.#approvals.take(seq, content);
    if (content.type !== 'system') return undefined;
    if (content.event === 'gap') return this.#gap(content);
    if (content.event === 'approval' || content.event === 'grant') return this.#approvals.take(seq, content);
    if (content.event === 'start' && content.exclusive === true) return this.#exclusiveStart();
    return undefined;
  }

  #decision(seq: number, revision: number, content: JsonObject): Breach | undefined {
    const { call, effect, judged, policy, single } = content;
    if (Number(judged) > revision) return { rule: 'judged-ahead', expected: `judged at most ${revision}`, found: String(judged) };
    if (policy !== judged)
      return { rule: 'content', expected: `policy ${judged}, the revision the call was judged under`, found: String(policy) };
    // INVARIANT: a decision made under an older revision than the one at its position authorises nothing (verify.test.ts).
    if (judged !== revision) {
      this.#voidCount++;
      this.#remember(seq, fate.void);
      return undefined;
    }
    if (effect !== 'allow') {
      this.#remember(seq, fate.denied);
      return undefined;
    }
    const name = String(call);
    if (!this.#allowed.add(name))
      return { rule: 'decided-twice', expected: 'one allowing decision for a call', found: `a second one for ${name}` };
    if (single === true) this.#remember(seq, fate.single);
    else this.#open.set(seq, name);
    return this.#approvals.take(seq, content);
  }

  #outcome(content: JsonObject): Breach | undefined {
    const decision = Number(content.decision);
    const call = String(content.call);
    const decided = this.#open.get(decision) ?? this.#lost.get(decision);
    if (decided === undefined) return this.#undecided(decision, call);
    if (decided !== call)
      return { rule: 'outcome-of-another-call', expected: `call ${decided}, decided by entry ${decision}`, found: `call ${call}` };
    this.#open.delete(decision);
    this.#lost.delete(decision);
    this.#remember(decision, fate.closed);
    return undefined;
  }

  #undecided(decision: number, call: string): Breach | undefined {
    if (decision < this.#firstSeq) return undefined;
    const expected = `an allowing decision in force at entry ${decision}`;
    switch (this.#fateOf(decision)) {
      case fate.void:
        return { rule: 'outcome-of-void-decision', expected, found: `a decision made under an older revision, for call ${call}` };
      case fate.denied:
        return { rule: 'outcome-of-denial', expected, found: `a decision that did not allow call ${call}` };
      case fate.single:
        return { rule: 'outcome-without-decision', expected, found: `a decision that owes no outcome, for call ${call}` };
      case fate.closed:
        return {
          rule: 'outcome-twice',
          expected: `one outcome for the decision at entry ${decision}`,
          found: `a second one for call ${call}`,
        };
      default:
        return { rule: 'outcome-without-decision', expected, found: `no open decision there for call ${call}` };
    }
  }

  #gap({ calls }: JsonObject): Breach | undefined {
    for (const lost of Array.isArray(calls) ? calls : []) {
      if (!isObject(lost)) continue;
      const decision = Number(lost.decision);
      if (decision < this.#firstSeq) continue;
      const call = this.#open.get(decision);
      if (call === undefined || call !== lost.call) {
        return {
          rule: 'gap-without-decision',
          expected: `an open decision at entry ${decision} for call ${lost.call}`,
          found: call === undefined ? 'none' : `call ${call}`,
        };
      }
      this.#open.delete(decision);
      this.#lost.set(decision, call);
      this.#lostCount++;
    }
    return undefined;
  }

  /** Nobody else works on the log, so whatever is open now stays open for ever: it must have been declared. */
  #exclusiveStart(): Breach | undefined {
    const first = this.#open.entries().next().value;
    this.#lost.clear();
    if (!first) return undefined;
    return {
      rule: 'outcome-missing',
      expected: `an outcome or a gap for call ${first[1]}, decided by entry ${first[0]}`,
      found: 'a start of the only gateway process',
    };
  }

  #isRecent(decision: number): boolean {
    return decision <= this.#seq && decision > this.#seq - FATE_WINDOW;
  }

  #fateOf(decision: number): number | undefined {
    return this.#isRecent(decision) ? this.#fates[decision % FATE_WINDOW] : undefined;
  }

  #remember(decision: number, what: number): void {
    if (this.#isRecent(decision)) this.#fates[decision % FATE_WINDOW] = what;
  }
}
