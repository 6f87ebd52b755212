// What the entries of a period say, counted in one pass and bounded memory: calls, approvals, stops, changes, incidents, deletions.
// Counts what the log says and nothing else; never looks at a value.
import type { StoredEntry } from '../audit/port.ts';
import { isObject, type Json, type JsonObject } from '../lib/json.ts';
import { ApprovalTally } from './approval-tally.ts';
import { Count, CountBy } from './count.ts';

/** Calls that get a proof of their own in a pack, of each kind. */
const SAMPLE_CALLS = 3;

export class EvidenceTally {
  readonly all = new Count();
  readonly decisions = new Count();
  readonly effects = new CountBy();
  readonly withUser = new Count();
  readonly unidentified = new Count();
  readonly voids = new Count();
  readonly agents = new CountBy();
  readonly servers = new CountBy();
  readonly rules = new CountBy();
  /** Rules that refused. */
  readonly denials = new CountBy();
  readonly outcomes = new CountBy();
  readonly lost = new Count();
  readonly degraded = new Count();
  readonly limited = new Count();
  readonly incidents = new CountBy();
  readonly drifts = new CountBy();
  readonly drills = new Count();
  readonly starts = new Count();
  readonly rotations = new CountBy();
  readonly signins = new CountBy();
  /** Changed objects by kind, and who changed them. */
  readonly changes = new CountBy();
  readonly authors = new CountBy();
  /** Changes by what they are: `freeze`, `lift`, `erase`, … */
  readonly actions = new CountBy();
  /** Findings by type and what was done: `pii.email mask`. */
  readonly findings = new CountBy();
  readonly erased = new Count();
  readonly withheld = new Count();
  readonly scored = new Count();
  readonly approvals = new ApprovalTally();
  readonly samples = { allow: [] as string[], deny: [] as string[], approved: [] as string[] };
  longestDrillMs = 0;
  firstTime: string | undefined;
  lastTime: string | undefined;
  lastRevision = 0;

  take({ seq, content: text, header }: StoredEntry): void {
    const content: unknown = JSON.parse(text);
    if (!isObject(content)) return;
    this.all.add(seq);
    const time = String(content.time);
    this.firstTime ??= time;
    this.lastTime = time;
    const { revision } = JSON.parse(header) as { revision: number };
    this.lastRevision = revision;
    if (content.type === 'decision') this.#decision(seq, content, revision);
    else if (content.type === 'outcome') this.#outcome(seq, content);
    else if (content.type === 'object') this.#object(seq, content);
    else if (content.type === 'signin') this.signins.add(String(content.result), seq);
    else if (content.type === 'system') this.#system(seq, content);
  }

  #decision(seq: number, content: JsonObject, revision: number): void {
    if (content.judged !== revision) {
      this.voids.add(seq);
      return;
    }
    const { effect, principal, server, rule, call } = content;
    this.decisions.add(seq);
    this.effects.add(String(effect), seq);
    this.rules.add(String(rule), seq);
    if (isObject(principal)) {
      this.agents.add(String(principal.agent), seq);
      if (principal.user !== undefined) this.withUser.add(seq);
    } else this.unidentified.add(seq);
    if (server !== undefined) this.servers.add(String(server), seq);
    if (effect === 'deny') this.denials.add(String(rule), seq);
    if (content.risk !== undefined) this.scored.add(seq);
    this.#findings(seq, content);
    const kind = effect === 'allow' && content.approval !== undefined ? 'approved' : effect;
    if (
      (kind === 'allow' || kind === 'deny' || kind === 'approved') &&
      content.method === 'tools/call' &&
      this.samples[kind].length < SAMPLE_CALLS
    )
      this.samples[kind].push(String(call));
  }

  #outcome(seq: number, content: JsonObject): void {
    this.outcomes.add(String(content.status), seq);
    this.#findings(seq, content);
  }

  #findings(seq: number, { findings }: JsonObject): void {
    for (const one of listOf(findings)) {
      const action = one.action === undefined ? 'noted' : String(one.action);
      this.findings.add(`${String(one.type)} ${action}`, seq, Number(one.count));
    }
  }

  #object(seq: number, content: JsonObject): void {
    this.authors.add(String(content.author), seq);
    if (content.action !== undefined) this.actions.add(String(content.action), seq);
    for (const { kind } of listOf(content.changes)) this.changes.add(String(kind), seq);
  }

  #system(seq: number, content: JsonObject): void {
    const { event, what } = content;
    if (event === 'approval') this.approvals.take(seq, content);
    else if (event === 'drill') {
      this.longestDrillMs = Math.max(this.longestDrillMs, Number(content.elapsedMs));
      this.drills.add(seq);
    } else if (event === 'erasure' && what === 'withheld') this.withheld.add(seq);
    else if (event !== 'erasure' || what === 'erased') this.#counted.get(String(event))?.(seq, content);
  }

  readonly #counted = new Map<string, (seq: number, content: JsonObject) => void>(
    Object.entries({
      start: (seq) => this.starts.add(seq),
      gap: (seq, { calls }) => this.lost.add(seq, listOf(calls).length),
      degraded: (seq) => this.degraded.add(seq),
      limited: (seq, { refused }) => this.limited.add(seq, Number(refused)),
      incident: (seq, { what, count }) => this.incidents.add(String(what), seq, Number(count)),
      drift: (seq, { server, changes }) => this.drifts.add(String(server), seq, listOf(changes).length),
      'key-rotation': (seq, { scope }) => this.rotations.add(String(scope), seq),
      erasure: (seq, { values }) => this.erased.add(seq, Number(values)),
    } as Record<string, (seq: number, content: JsonObject) => void>),
  );
}

function listOf(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
