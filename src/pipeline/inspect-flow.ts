// Inspector: data on its way from where it was read to where it is sent. What servers tell is remembered (hashes only), what agents send is compared
// with it, and rules of kind flow say what becomes of it. Runs after DLP: what the agent never got cannot go out. Findings name labels, places and
// numbers, never values.
import type { Definition, Finding, Target } from '../call.ts';
import type { FlowBook } from '../detect/flow/book.ts';
import type { Carried } from '../detect/flow/carry.ts';
import type { FlowFacts, Subject } from '../detect/flow/facts.ts';
import { type DataLabels, type DataSpec, dataLabels } from '../detect/flow/label.ts';
import { type Leaves, leavesOf } from '../detect/flow/leaf.ts';
import type { Destination, FlowAction, FlowModel } from '../detect/flow/model.ts';
import type { FlowFact } from '../detect/flow/port.ts';
import type { FlowScope } from '../detect/flow/scope.ts';
import type { Source } from '../detect/flow/source.ts';
import { newGauge } from '../detect/flow/variant.ts';
import type { IntentAnalyser } from '../detect/intent/intent-analyser.ts';
import type { ToolProfile } from '../detect/intent/profile.ts';
import { isObject, type JsonObject } from '../lib/json.ts';
import { toolOverride } from '../object/tool-override.ts';
import { deny, type Flight, type Inspector, isApprovable, PASS, type Verdict } from './flight.ts';
import { touchesCanary } from './inspect-canary.ts';
import { cut, packed, sentIn, unseen } from './judge-unseen.ts';
import { answerTo, type MessageOf, type MessagePart, paramsOf, partsOf } from './message-part.ts';
import { withheld } from './withhold.ts';

export interface FlowPorts {
  book: FlowBook;
  analyser: Pick<IntentAnalyser, 'profile'>;
  /** What is known through the store; without it each process knows its own alone. */
  facts?: FlowFacts | undefined;
}

export function flowInspector(ports: FlowPorts): Inspector {
  return {
    name: 'flow',
    inspectArguments: (flight) => {
      const { call } = flight;
      if (!call.params || flight.control.flow === undefined) return PASS;
      if (!isApprovable(call.kind)) return passesBy(flight, call.params, ports);
      const at = placeOf(flight, ports);
      if (!at) return PASS;
      if (call.kind !== 'reverse') return sends(flight, at, call.params, paramsOf(call.method), ports);
      const read = hears(at, call.params, paramsOf(call.method), ports);
      return read ? read.then(() => PASS) : PASS;
    },
    inspectResult: (flight) => {
      const { reply, call } = flight;
      const at = placeOf(flight, ports);
      if (!at || !reply || reply.type === 'accepted') return PASS;
      const message = reply.type === 'result' ? reply.result : (reply.error as unknown as JsonObject);
      if (call.kind === 'reverse') return sends(flight, at, message, answerTo(call, reply), ports);
      const read = hears(at, message, answerTo(call, reply), ports);
      return read ? read.then(() => PASS) : PASS;
    },
    inspectNotification: (flight, server, method, params) => {
      const at = placeOf(flight, ports, server);
      if (!at || params === undefined) return params;
      const read = hears(at, params, paramsOf(method), ports);
      return read ? read.then(() => params) : params;
    },
  };
}

interface Place {
  model: FlowModel;
  /** Whose reads count together. */
  of: Subject;
  server: string;
  /** `server.tool`. */
  name: string;
  labels: DataLabels;
  to: Destination;
}

/** `said`: the server whose word it is; what an agent hears of all servers at once is no word of the target. */
function placeOf(flight: Flight, { analyser }: FlowPorts, said?: string): Place | undefined {
  const { call, control } = flight;
  const model = control.flow;
  const target = sourceOf(flight, said);
  const { principal } = call;
  if (model === undefined || call.origin === 'gateway' || !target || !principal) return undefined;
  const { server, spec, capability, definition } = target;
  const tool = capability?.kind === 'tool' ? capability.name : undefined;
  const override = tool === undefined ? undefined : toolOverride(spec, tool);
  const annotations = definition?.value.annotations;
  const opensWorld = isObject(annotations) && annotations.openWorldHint === true;
  const profile = tool === undefined || !definition ? undefined : analyser.profile(definition, spec, override);
  const labels = labelsOf(definition, profile, spec.data, override?.data, opensWorld);
  const session = model.scope === 'session' ? call.client.sessionId : undefined;
  return {
    model,
    of: {
      ...{ org: principal.org, agent: principal.agent, agentRevision: control.view.agent(principal.agent)?.revision ?? 0 },
      key: JSON.stringify([principal.org, principal.agent, principal.user ?? null, session ?? null]),
    },
    server,
    name: `${server}.${tool ?? call.method}`,
    labels,
    to: { server, tool, agent: principal.agent, sink: model.sinkOf(labels), audience: labels.audience },
  };
}

function sourceOf(
  { call, control }: Flight,
  said: string | undefined,
): Pick<Target, 'server' | 'spec' | 'capability' | 'definition'> | undefined {
  const target = call.target ?? call.parent?.target;
  if (said === undefined || target?.server === said) return target;
  const spec = control.view.server(said)?.spec;
  return spec && { server: said, spec, capability: undefined, definition: undefined };
}

interface KnownLabels {
  profile: ToolProfile | undefined;
  server: DataSpec | undefined;
  tool: DataSpec | undefined;
  labels: DataLabels;
}

/** Of each definition, the answer that was asked for last: neither profiles nor objects are changed, they are replaced. */
const known = new WeakMap<Definition, KnownLabels>();

function labelsOf(
  definition: Definition | undefined,
  profile: ToolProfile | undefined,
  server: DataSpec | undefined,
  tool: DataSpec | undefined,
  opensWorld: boolean,
): DataLabels {
  if (definition === undefined) return dataLabels(server, tool, profile, opensWorld);
  const last = known.get(definition);
  if (last && last.profile === profile && last.server === server && last.tool === tool) return last.labels;
  const labels = dataLabels(server, tool, profile, opensWorld);
  known.set(definition, { profile, server, tool, labels });
  return labels;
}

function hears(at: Place, message: JsonObject, of: MessageOf, { book, facts }: FlowPorts): void | Promise<void> {
  const { labels, rank, isUntrusted } = at.labels;
  const parts = partsOf(message, of);
  if (parts.length === 0) return undefined;
  const reading = { name: at.name, server: at.server, labels, rank };
  const read = book.read(at.of.key, reading, leavesOf(parts), at.model.windowMs, isUntrusted);
  // INVARIANT: nobody is told what no other gateway could know of (test/scenario/flow-facts.test.ts).
  const noted = facts?.note(at.of, reading, isUntrusted, at.model.windowMs);
  return noted ? Promise.all([read, noted]).then(() => undefined) : read;
}

const OWN_WORDS = { name: 'agent', server: '', labels: [], rank: 0 } as const;

function sends(flight: Flight, at: Place, message: JsonObject, of: MessageOf, { book, facts }: FlowPorts): Verdict | Promise<Verdict> {
  const parts = partsOf(message, of);
  // Before other inspectors changed it, it was looked at already.
  if (message === flight.received.params) return carries(flight, at, message, parts, { book, facts });
  const touched = touchesCanary(flight, parts, book);
  return touched instanceof Promise
    ? touched.then((verdict) => (verdict === PASS ? carries(flight, at, message, parts, { book, facts }) : verdict))
    : touched === PASS
      ? carries(flight, at, message, parts, { book, facts })
      : touched;
}

/**
 * Notifications of an agent, what it asks for lists with, and the like: to one server or to all. Mostly they say nothing. Nobody can be asked about one, so that it
 * is refused where a call would wait; that it is sent at all is no matter.
 */
async function passesBy(flight: Flight, message: JsonObject, ports: FlowPorts): Promise<Verdict> {
  const { call, control } = flight;
  const { principal } = call;
  const parts = partsOf(message, paramsOf(call.method));
  if (parts.length === 0 || !principal) return PASS;
  const servers = call.target
    ? [call.target.server]
    : control.view.servers().flatMap(({ metadata, spec }) => (spec.disabled ? [] : [metadata.name]));
  for (const server of servers) {
    if (!control.policies.mayUse(principal, server)) continue;
    const at = placeOf(flight, ports, server);
    const verdict = at ? await carries(flight, at, message, parts, ports) : PASS;
    if (verdict !== PASS) return verdict;
  }
  return PASS;
}

function carries(
  flight: Flight,
  at: Place,
  message: JsonObject,
  parts: readonly MessagePart[],
  { book, facts }: Pick<FlowPorts, 'book' | 'facts'>,
): Verdict | Promise<Verdict> {
  const { model, to } = at;
  const { key } = at.of;
  const scope = book.find(key, model.windowMs);
  const isWatched = to.sink === 'external' || model.watchesInternal || flight.control.policies.needsFlow;
  const said: Leaves = leavesOf(parts);
  const gauge = newGauge();
  gauge.isShort = said.isCut;
  const then = (carried: readonly Carried[]): Verdict | Promise<Verdict> => {
    const judged = judge(flight, at, message, carried, book);
    const finish = (verdict: Verdict): Verdict | Promise<Verdict> => {
      const isCall = isApprovable(flight.call.kind);
      if (verdict !== PASS || !(isCall || gauge.isShort)) return verdict;
      if (!isCall) return scope ? packed(flight, at, sourcesOf(scope)) : PASS;
      const ended = (elsewhere: readonly FlowFact[]): Verdict => {
        const hidden = unseen(flight, at, elsewhere);
        if (hidden !== PASS) return hidden;
        const partly =
          scope && isWatched
            ? cut(
                flight,
                at,
                sourcesOf(scope, ({ isCut, rank }) => isCut && rank > 0),
              )
            : PASS;
        if (partly !== PASS) return partly;
        const unread = scope && gauge.isShort ? packed(flight, at, sourcesOf(scope)) : PASS;
        if (unread !== PASS) return unread;
        const isPrivate = scope?.privateAtMs !== undefined || elsewhere.some((fact) => fact.isPrivate);
        const isUntrusted = scope?.untrustedAtMs !== undefined || elsewhere.some((fact) => fact.isUntrusted);
        return isPrivate && isUntrusted ? mixed(flight, at) : PASS;
      };
      return isWatched && facts ? facts.elsewhere(at.of, model.windowMs).then(ended) : ended([]);
    };
    const own = (verdict: Verdict): Verdict | Promise<Verdict> => {
      // What the agent says before it reads it, it did not learn there.
      const read = book.read(key, OWN_WORDS, said, model.windowMs, false);
      return read ? read.then(() => verdict) : verdict;
    };
    const finished = judged instanceof Promise ? judged.then(finish) : finish(judged);
    return finished instanceof Promise ? finished.then(own) : own(finished);
  };
  if (!scope || !isWatched) return then([]);
  const carried = book.carried(scope, said.leaves, 1, gauge);
  return carried instanceof Promise ? carried.then(then) : then(carried);
}

function sourcesOf(
  { sources }: FlowScope,
  which: (source: Source) => boolean = () => true,
): { source: string; server: string; labels: readonly string[] }[] {
  return [...sources].filter(which).map(({ name, server, labels }) => ({ source: name, server, labels }));
}

const STRENGTH: readonly FlowAction[] = ['allow', 'log', 'hold', 'redact', 'deny'];

interface Judged {
  carried: Carried;
  action: FlowAction;
  rule: string | undefined;
}

function judge(flight: Flight, at: Place, message: JsonObject, all: readonly Carried[], book: FlowBook): Verdict | Promise<Verdict> {
  const judged = all
    .map((carried) => ruled(at, carried, all, flight.control.policies.needsFlow))
    .filter(({ action }) => action !== 'allow');
  for (const one of judged) noteCarried(flight, one, at.to.sink === 'external');
  const worst = judged.reduce<Judged | undefined>(
    (most, one) => (most && STRENGTH.indexOf(most.action) >= STRENGTH.indexOf(one.action) ? most : one),
    undefined,
  );
  if (!worst || worst.action === 'log') return PASS;
  const told = evidence(worst, judged);
  const rule = `flow/${worst.rule ?? 'default'}`;
  const isAnswer = flight.call.kind === 'reverse';
  if (worst.action === 'hold' && !isAnswer && isApprovable(flight.call.kind)) {
    flight.heldBy ??= { rule, reason: `The call may send data out: ${told}. A person must approve it.` };
    return PASS;
  }
  const refused = deny('blocked_content', `The call would send data out: ${told}.`, rule);
  if (worst.action !== 'redact' || isAnswer || !isApprovable(flight.call.kind)) return refused;
  return redact(flight, at, message, judged, book, refused);
}

/** `isAsked`: policies look at where data goes, at home as well. */
function ruled({ model, to }: Place, carried: Carried, all: readonly Carried[], isAsked: boolean): Judged {
  const { source, isSendBack } = carried;
  const values = all.reduce((sum, one) => (one.source === source ? sum + one.values : sum), 0);
  const { action, rule } = model.rule({ labels: source.labels, server: source.server, values, isSendBack }, to);
  // What goes back to whom it is about is nobody's finding, unless a rule says so.
  return { carried, action: rule === undefined && (isSendBack || (to.sink !== 'external' && !isAsked)) ? 'allow' : action, rule };
}

/** What may not go out is taken out; when it is still there in another form, the call is refused. */
function redact(
  flight: Flight,
  at: Place,
  message: JsonObject,
  judged: readonly Judged[],
  book: FlowBook,
  refused: Verdict,
): Verdict | Promise<Verdict> {
  const doomed = judged.filter(({ action }) => action === 'redact' || action === 'hold').map(({ carried }) => carried);
  const fixed = new Set(
    partsOf(message, paramsOf(flight.call.method)).flatMap(({ fixed: how, pointer }) => (how === undefined ? [] : [pointer])),
  );
  if (doomed.some(({ pointer }) => fixed.has(pointer))) return refused;
  const next = withheld(message, doomed);
  const scope = book.find(at.of.key, at.model.windowMs);
  if (!next || !scope) return refused;
  const left = book.carried(scope, leavesOf(partsOf(next, paramsOf(flight.call.method))).leaves, 1);
  const then = (still: readonly Carried[]): Verdict => {
    if (still.some((one) => doomed.some(({ source }) => source === one.source))) return refused;
    flight.call.params = next;
    flight.call.paramsText = undefined;
    flight.sensitiveArguments = true;
    return PASS;
  };
  return left instanceof Promise ? left.then(then) : then(left);
}

/** The coarse rule: whoever has read private data and the words of strangers may be doing what the strangers say. */
function mixed(flight: Flight, { model, to }: Place): Verdict {
  const { mixed: action } = model;
  if (action === 'allow' || to.sink !== 'external') return PASS;
  note(flight, { type: 'flow.mixed', where: sentIn(flight.call), path: undefined, count: 1, confidence: 0.5, action });
  const why = 'Private data and content written by strangers were both read before this call, which reaches outside';
  if (action === 'deny' || (action === 'hold' && flight.call.kind === 'reverse')) return deny('blocked_content', `${why}.`, 'flow/mixed');
  if (action === 'hold') flight.heldBy ??= { rule: 'flow/mixed', reason: `${why}; a person must approve it.` };
  return PASS;
}

function noteCarried(flight: Flight, { carried, action }: Judged, isOut: boolean): void {
  const { source, pointer, values, bits } = carried;
  for (const label of source.labels)
    note(flight, {
      type: `flow.${label}`,
      where: sentIn(flight.call),
      path: shown(pointer),
      count: Math.max(1, values),
      confidence: Math.min(1, Math.round(bits) / 60),
      action,
    });
  if (action === 'log' && isOut)
    flight.ports.logger.info({ call: flight.call.id, flow: phrase(carried) }, 'data that was read is sent out');
}

function note(flight: Flight, finding: Finding): void {
  flight.call.findings = [...flight.call.findings, finding];
  flight.ports.metrics.finding(finding.type, finding.action ?? 'none', finding.count, flight.control.org);
}

/** Places told in one reason. */
const MAX_TOLD = 3;

function evidence(worst: Judged, judged: readonly Judged[]): string {
  const same = judged.filter(({ action }) => action === worst.action);
  const told = same.slice(0, MAX_TOLD).map(({ carried }) => phrase(carried));
  return same.length > MAX_TOLD ? `${told.join('; ')}; and ${same.length - MAX_TOLD} more` : told.join('; ');
}

function phrase({ pointer, values, source }: Carried): string {
  return `argument "${shown(pointer)}" carries ${values} ${values === 1 ? 'value' : 'values'} read from ${source.name}`;
}

function shown(pointer: string): string {
  return pointer.replace(/^\/arguments(?=\/)/, '').slice(0, 200);
}
