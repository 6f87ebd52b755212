// Inspector: values that nobody has a reason to use, in what an agent sends. Looks before sensitive data is masked or stopped, so that whatever rules there are
// a touch is an incident; and is asked once more about what others changed, tokens that became values again among it.
import type { FlowBook } from '../detect/flow/book.ts';
import { type CanaryTest, canaryTest, MIN_CANARY_CHARS } from '../detect/flow/canary.ts';
import type { FlowModel } from '../detect/flow/model.ts';
import { newGauge } from '../detect/flow/variant.ts';
import type { Json, JsonObject } from '../lib/json.ts';
import { deny, type Flight, type Inspector, PASS, type Verdict } from './flight.ts';
import { packedUnread, sentIn } from './judge-unseen.ts';
import { answerTo, type MessageOf, type MessagePart, paramsOf, partsOf } from './message-part.ts';
import { type Path, pointerOf } from './part-reader.ts';

export function canaryInspector(book: Pick<FlowBook, 'touched'>): Inspector {
  return {
    name: 'canary',
    inspectArguments: (flight) =>
      flight.call.kind === 'reverse' ? PASS : look(flight, flight.call.params, paramsOf(flight.call.method), book),
    inspectResult: (flight) => {
      const { call, reply } = flight;
      if (call.kind !== 'reverse' || !reply || reply.type === 'accepted') return PASS;
      return look(flight, reply.type === 'result' ? reply.result : (reply.error as unknown as JsonObject), answerTo(call, reply), book);
    },
  };
}

function look(flight: Flight, message: JsonObject | undefined, of: MessageOf, book: Pick<FlowBook, 'touched'>): Verdict | Promise<Verdict> {
  const { call, control } = flight;
  if (!control.flow?.canaries.length || call.origin === 'gateway' || !call.principal || message === undefined) return PASS;
  const parts = partsOf(message, of);
  return touchesCanary(flight, parts, book, unreadIn(message, parts));
}

/** Characters of an id at most; what is longer is a picture. */
const MAX_ID_CHARS = 8192;
const MAX_DEPTH = 64;

/**
 * Ids, places in lists, names: nobody else reads what the protocol needs as it is, but a canary is no id of anything (test/scenario/flow-packed.test.ts).
 */
function unreadIn(message: JsonObject, parts: readonly MessagePart[]): string[] {
  const read = new Set(parts.flatMap(({ pointer, as }) => (as === 'name' ? [] : [pointer])));
  const found: string[] = [];
  const add = (text: string): void => {
    if (text.length >= MIN_CANARY_CHARS && text.length <= MAX_ID_CHARS) found.push(text);
  };
  const walk = (value: Json, path: Path): void => {
    if (path.length > MAX_DEPTH || read.has(pointerOf(path))) return;
    if (typeof value === 'string' || typeof value === 'number') add(String(value));
    else if (typeof value === 'object' && value !== null)
      for (const [name, one] of Object.entries(value)) {
        if (!Array.isArray(value)) add(name);
        walk(one as Json, [...path, name]);
      }
  };
  walk(message, []);
  return found;
}

/** `more`: what else is looked at. */
export function touchesCanary(
  flight: Flight,
  parts: readonly MessagePart[],
  book: Pick<FlowBook, 'touched'>,
  more: readonly string[] = [],
): Verdict | Promise<Verdict> {
  const { flow } = flight.control;
  const test = flow && canaryTestOf(flow);
  if (!test) return PASS;
  const gauge = newGauge();
  const texts = [...parts.map(({ text }) => text), ...more];
  const touched = book.touched(test, texts, gauge);
  const then = (name: string | undefined): Verdict =>
    name !== undefined ? refused(flight, name) : gauge.isShort ? packedUnread(flight, flow) : PASS;
  return touched instanceof Promise ? touched.then(then) : then(touched);
}

const tests = new WeakMap<FlowModel, CanaryTest>();

function canaryTestOf(model: FlowModel): CanaryTest | undefined {
  if (model.canaries.length === 0) return undefined;
  const known = tests.get(model);
  if (known) return known;
  const test = canaryTest(model.canaries);
  if (test) tests.set(model, test);
  return test;
}

function refused(flight: Flight, name: string): Verdict {
  const { call, ports, control } = flight;
  flight.touched = { what: 'canary', name };
  call.findings = [
    ...call.findings,
    { type: 'flow.canary', where: sentIn(call), path: undefined, count: 1, confidence: 1, action: 'deny' },
  ];
  ports.metrics.finding('flow.canary', 'deny', 1, control.org);
  return deny('blocked_content', 'The arguments hold a value that may not be used.', 'flow/canary');
}
