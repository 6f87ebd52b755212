// Every export format with texts that an attacker chose: each record is read back by a strict reader of the format, and says exactly what went in.
// One record a line (or frame), whatever stands in it; no character left that moves a cursor or ends a line for some other reader.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryLine, GENESIS, linkEntry } from '../../src/audit/chain.ts';
import {
  type DecisionFields,
  decisionContent,
  objectContent,
  outcomeContent,
  signinContent,
  systemContent,
} from '../../src/audit/entry.ts';
import { type LogEvent, readEvent } from '../../src/export/event.ts';
import { exportFormats, formats } from '../../src/export/format.ts';
import { MAX_SYSLOG_BYTES } from '../../src/export/syslog.ts';
import { fromVisibleText, visibleText } from '../../src/export/visible-text.ts';
import { parseCef } from '../support/cef-text.ts';
import { ocsfProblems } from '../support/ocsf-shape.ts';
import { readOtlp } from '../support/otlp-shape.ts';
import { parseSyslog, splitFrames } from '../support/rfc5424.ts';

const VERSION = '0.1.0';
const PIECES = [
  ...[
    '\n',
    '\r\n',
    '|',
    '\\',
    '=',
    '"',
    ']',
    '[',
    ' ',
    '%',
    '%0A',
    '%25',
    '%u2028',
    '\u2028',
    '\u2029',
    '\u0085',
    '\u0000',
    '\u001b[2J',
    '\u202e',
    '\ufeff',
  ],
  ...['CEF:0|', ' act=allow', '12 <13>1 ', '"] forged', '\\n', '\\]', '🔑', '\u{e0041}', 'é', '{"a":1}', '\u200b', 'rule', 'tool'],
];
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary', maxLength: 3 })), { minLength: 1, maxLength: 8 })
  .map((parts) => parts.join('').toWellFormed());

function decision(text: string): DecisionFields {
  return {
    timeMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
    call: 'call_1',
    principal: { agent: text, token: text, user: text },
    surface: 'all',
    method: text,
    server: text,
    tool: text,
    effect: 'deny',
    rule: text,
    code: text,
    reason: text,
    judged: 3,
    credential: 'none',
    client: { era: 'modern', version: text },
    origin: 'agent',
    instance: text,
    risk: { score: 70, parts: { history: 3 } },
    findings: [{ type: text, count: 2, path: text }],
  };
}

function eventOf(content: string, revision = 3): LogEvent {
  return readEvent(linkEntry('acme', { ...GENESIS, seq: 41, hash: 'ab'.repeat(32) }, revision, content));
}

/** What no reader of lines, terminals or fields may be handed. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;

describe('export formats', () => {
  it('make texts visible, and give them back exactly', () => {
    fc.assert(
      fc.property(fc.oneof(hostile, fc.string({ unit: 'binary' })), (text) => {
        const visible = visibleText(text);
        expect(fromVisibleText(visible)).toBe(text);
        expect(visible).not.toMatch(UNSEEN);
      }),
      { numRuns: 2_000 },
    );
    expect(visibleText('C:\\dir and 100% https://a/b%20c?d=e')).toBe('C:\\dir and 100% https://a/b%20c?d=e');
  });

  it('cef: a line that parses back', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const written = formats.cef.write(eventOf(decisionContent(decision(text))), VERSION);
        expect(written.endsWith('\n')).toBe(true);
        const line = written.slice(0, -1);
        expect(line).not.toMatch(UNSEEN);
        const { signature, severity, extension } = parseCef(line);
        expect([signature, severity, extension.act, extension.externalId]).toEqual(['decision.deny', 5, 'deny', '42']);
        for (const key of ['sproc', 'suser', 'destinationServiceName', 'cs1', 'cs2', 'reason', 'msg', 'deviceExternalId', 'app'])
          expect(fromVisibleText(extension[key] ?? ''), key).toBe(text);
        expect(JSON.parse(fromVisibleText(extension.cs6 ?? ''))).toEqual([{ type: text, count: 2, path: text }]);
      }),
      { numRuns: 500 },
    );
  });

  it('syslog: a frame that parses back', () => {
    fc.assert(
      fc.property(hostile, hostile, (text, other) => {
        const frames = [text, other].map((one) => formats.syslog.write(eventOf(decisionContent(decision(one))), VERSION)).join('');
        const { messages, rest } = splitFrames(Buffer.from(frames));
        expect([messages.length, rest.length]).toEqual([2, 0]);
        const parsed = parseSyslog(messages[0] ?? '');
        expect(messages[0]?.replace('\ufeff', '')).not.toMatch(UNSEEN);
        expect([parsed.pri, parsed.msgId, parsed.appName]).toEqual([108, 'decision.deny', 'sallyport']);
        expect(Object.keys(parsed.data)).toEqual(['sallyport@32473']);
        const params = parsed.data['sallyport@32473'] ?? {};
        for (const key of ['agent', 'user', 'token', 'server', 'tool', 'rule', 'code', 'reason', 'method', 'instance', 'protocol'])
          expect(fromVisibleText(params[key] ?? ''), key).toBe(text);
        expect(params.effect).toBe('deny');
      }),
      { numRuns: 500 },
    );
  });

  it('ocsf: one line of JSON with what the classes require', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const event = eventOf(decisionContent(decision(text)));
        const written = formats.ocsf.write(event, VERSION);
        expect(written.slice(0, -1)).not.toMatch(UNSEEN);
        const value = JSON.parse(written) as Record<string, unknown> & Record<'api' | 'actor' | 'ai_agent', Record<string, unknown>>;
        expect(ocsfProblems(value)).toEqual([]);
        expect([value.class_uid, value.status_id, value.api.operation, value.actor.app_name, value.ai_agent.uid]).toEqual([
          6003,
          2,
          text,
          text,
          text,
        ]);
        expect(value.raw_data).toBe(entryLine(event.entry));
      }),
      { numRuns: 300 },
    );
  });

  it('otlp: a request by the JSON mapping of the protocol', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const event = eventOf(decisionContent(decision(text)));
        const written = formats.otlp.write(event, VERSION);
        expect(written.slice(0, -1)).not.toMatch(UNSEEN);
        const [record] = readOtlp(written);
        expect(record?.attributes).toMatchObject({
          'sallyport.agent': text,
          'gen_ai.tool.name': text,
          'sallyport.risk': 70,
          'sallyport.seq': 42,
        });
        expect(record?.attributes['log.record.original']).toBe(entryLine(event.entry));
        expect([record?.severityNumber, record?.timeUnixNano]).toEqual([13, 1767323045678000000n]);
      }),
      { numRuns: 300 },
    );
  });
});

const outcome = outcomeContent({ timeMs: 1_767_323_045_700, call: 'call_1', decision: 41, status: 'upstream_failed', latencyMs: 12.5 });
const kinds: [name: string, event: LogEvent][] = [
  ['decision', eventOf(decisionContent({ ...decision('x'), effect: 'hold', principal: undefined, server: undefined, tool: undefined }))],
  ['outcome', { ...eventOf(outcome), decision: JSON.parse(decisionContent(decision('reader'))) }],
  ['outcome without its decision', eventOf(outcome)],
  [
    'object',
    eventOf(
      objectContent({ timeMs: 1_767_323_045_700, author: 'root', changes: [{ kind: 'policy', name: 'p', action: 'create', digest: 'a' }] }),
    ),
  ],
  [
    'signin',
    eventOf(signinContent({ timeMs: 1_767_323_045_700, user: 'root', method: 'operator-token', result: 'failed', reason: 'no token' })),
  ],
  ['start', eventOf(systemContent({ event: 'start', timeMs: 1_767_323_045_700, instance: 'gw_1', version: '1' }))],
  ['gap', eventOf(systemContent({ event: 'gap', timeMs: 1_767_323_045_700, calls: [{ call: 'c', decision: 1 }] }))],
  [
    'incident',
    eventOf(systemContent({ event: 'incident', timeMs: 1_767_323_045_700, what: 'canary', reason: 'used', count: 1, agent: 'bot' })),
  ],
];

describe('every kind of entry', () => {
  it.each(kinds)('%s can be told in every format', (name, event) => {
    for (const format of exportFormats) expect(formats[format].write(event, VERSION).length, format).toBeGreaterThan(40);
    const ocsf = JSON.parse(formats.ocsf.write(event, VERSION));
    expect(ocsfProblems(ocsf), name).toEqual([]);
    expect(ocsf.attestation_list[0].fingerprint.value).toBe(event.entry.hash);
    expect(ocsf.attestation_list[0].prev_event.fingerprint.value).toBe('ab'.repeat(32));
    const frame = splitFrames(Buffer.from(formats.syslog.write(event, VERSION)));
    expect(parseSyslog(frame.messages[0] ?? '').data['sallyport@32473']).toMatchObject({ seq: '42', hash: event.entry.hash });
    expect(parseCef(formats.cef.write(event, VERSION).trimEnd()).extension.cs3).toBe(event.entry.hash);
    expect(readOtlp(formats.otlp.write(event, VERSION))).toHaveLength(1);
  });

  it('an outcome tells whose call it was', () => {
    const [, event] = kinds[1] ?? [];
    const { extension } = parseCef(formats.cef.write(event as LogEvent, VERSION).trimEnd());
    expect([extension.sproc, extension.cs1, extension.outcome, extension.cfp1]).toEqual(['reader', 'reader', 'upstream_failed', '12.5']);
  });

  it('the largest entry there is fits what receivers of syslog take', () => {
    const long = '\u2028é"]\\'.repeat(400);
    const findings = Array.from({ length: 50 }, () => ({ type: long, count: 1, path: long }));
    const event = eventOf(
      decisionContent({
        ...decision(long),
        findings,
        resource: long,
        prompt: long,
        parent: long,
        approval: long,
        intent: long,
        category: long,
      }),
    );
    const { messages } = splitFrames(Buffer.from(formats.syslog.write(event, VERSION)));
    expect(Buffer.byteLength(messages[0] ?? '')).toBeLessThanOrEqual(MAX_SYSLOG_BYTES);
    expect(parseSyslog(messages[0] ?? '').data['sallyport@32473']?.agent).toMatch(/…sha256:[0-9a-f]{64}$/);
  });
});
