// What channels make of an event: nothing that an agent or a server wrote is interpreted by Slack, Teams, mail or a template.
import { describe, expect, it } from 'vitest';
import type { EventBody } from '../event.ts';
import { summaryOf } from '../summary.ts';
import { SLACK_APPROVE_ACTION, SLACK_REFUSE_ACTION, slackApprovalBlock, slackMessage } from './slack.ts';
import { teamsMessage } from './teams.ts';
import { fillTemplate } from './template.ts';

const EVIL = '<!channel> [x](https://evil.example) *b* {{data.agent}} "},{"';
const event = (data: EventBody['data'] = {}): EventBody => ({
  type: 'approval.requested',
  timestamp: '2026-01-02T03:04:05.678Z',
  data: { event: 'evt_1', organization: 'acme', subject: 'ticket/appr_1', severity: 'warning', ticket: 'appr_1', tool: EVIL, ...data },
});

describe('every channel for people', () => {
  const SPLIT = 'pay\r\nApproved: yes\u2028Rule: none\u0085\u202eyap\u200b\ud800';
  const summed = (data: EventBody['data'], type: EventBody['type'] = 'approval.requested') => summaryOf({ ...event(data), type });

  it('gets each value as one line in which everything can be seen', () => {
    const { facts } = summed({ tool: SPLIT, reason: SPLIT, findings: [{ type: SPLIT, count: 1 }] });
    expect(facts.filter(([, value]) => value.includes('pay'))).toHaveLength(3);
    for (const [, value] of facts) expect(value).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    expect(facts).toContainEqual(['Tool', 'pay\\u{d}\\u{a}Approved: yes\\u{2028}Rule: none\\u{85}\\u{202e}yap\\u{200b}\\u{d800}']);
    const digest = summed({ events: [{ type: 'approval.requested', timestamp: 'now', data: { tool: SPLIT } }] }, 'events.digest');
    expect(JSON.stringify(digest.facts)).toContain('Approved: yes\\\\u{2028}');
  });

  it('gets no more than each of them takes, however long texts are', () => {
    const long = '\u202e\u{1f600}'.repeat(20_000);
    const members = Object.fromEntries(
      ['agent', 'user', 'server', 'tool', 'rule', 'code', 'name', 'reason', 'by', 'limit', 'call'].map((name) => [name, long]),
    );
    const events = Array.from({ length: 100 }, () => ({ type: 'approval.requested', timestamp: 'now', data: members }));
    const types = Array.from({ length: 100 }, () => ({ type: 'approval.requested', count: 1 }));
    for (const [data, type] of [
      [members, 'approval.requested'],
      [{ ...members, events, types, from: 'then' }, 'events.digest'],
    ] as const) {
      const body = { ...event(data as unknown as EventBody['data']), type };
      expect(Buffer.byteLength(JSON.stringify(teamsMessage(body)))).toBeLessThan(28_000);
      expect(Buffer.byteLength(JSON.stringify(slackMessage(body)))).toBeLessThan(40_000);
      expect((slackMessage(body).blocks as unknown[]).length).toBeLessThanOrEqual(50);
    }
  });
});

describe('slack', () => {
  it('shows untrusted texts as plain text only, and the buttons of a ticket', () => {
    const message = JSON.parse(JSON.stringify(slackMessage(event()))) as { text: string; blocks: Record<string, unknown>[] };
    expect(message.text).toBe('Warning: An approval is asked for');
    const texts: { type: string; text: string }[] = [];
    JSON.stringify(message.blocks, (key, value: unknown) => {
      if (key === 'text' && typeof value === 'object') texts.push(value as { type: string; text: string });
      return value;
    });
    for (const block of message.blocks) for (const field of (block.fields ?? []) as typeof texts) texts.push(field);
    expect(texts.length).toBeGreaterThan(4);
    expect(texts.every(({ type }) => type === 'plain_text')).toBe(true);
    expect(texts.some(({ text }) => text === `Tool: ${EVIL}`)).toBe(true);
    const actions = message.blocks.find(({ type }) => type === 'actions') as { block_id: string; elements: Record<string, unknown>[] };
    expect(actions.block_id).toBe(slackApprovalBlock('acme'));
    expect(actions.elements.map((one) => [one.action_id, one.value])).toEqual([
      [SLACK_APPROVE_ACTION, 'appr_1'],
      [SLACK_REFUSE_ACTION, 'appr_1'],
    ]);
  });

  it('does not say that a click approves what takes a passkey: it says that it gets the link', () => {
    const asked = { passkey: 'required' };
    for (const type of ['approval.requested', 'approval.reminded', 'approval.escalated'] as const) {
      const text = JSON.stringify(slackMessage({ ...event(asked), type }));
      expect(text).toContain('Get the link to approve with a passkey');
      expect(text).not.toContain('"text":"Approve"');
      expect(text).toContain('"text":"Refuse"');
    }
  });

  it('has no buttons where nothing is asked, and stays within what Slack takes', () => {
    const granted = slackMessage({ ...event({ tool: 'x'.repeat(5_000) }), type: 'approval.granted' });
    expect(JSON.stringify(granted)).not.toContain('"actions"');
    for (const block of granted.blocks as { fields?: { text: string }[] }[]) {
      expect((block.fields ?? []).length).toBeLessThanOrEqual(10);
      for (const { text } of block.fields ?? []) expect(text.length).toBeLessThanOrEqual(2_000);
    }
  });
});

describe('teams', () => {
  it('puts untrusted texts into text runs, which are not read as Markdown', () => {
    const { attachments } = teamsMessage(event()) as unknown as {
      attachments: { content: { body: { type: string; inlines?: { text: string }[] }[] } }[];
    };
    const body = attachments[0]?.content.body ?? [];
    const holders = body.filter((part) => JSON.stringify(part).includes('evil.example'));
    expect(holders.map(({ type }) => type)).toEqual(['RichTextBlock']);
    expect(body.filter(({ type }) => type === 'TextBlock')).toHaveLength(1);
  });
});

describe('template', () => {
  it('puts values into texts, keeps their type when they stand alone, and never changes the shape', () => {
    const template = {
      text: 'Tool {{data.tool}} of {{ data.organization }}',
      risk: '{{data.risk}}',
      all: ['{{type}}', 7, null, true],
      none: '{{data.nothing}}|',
    };
    expect(fillTemplate(template, event({ risk: 80 }))).toEqual({
      text: `Tool ${EVIL} of acme`,
      risk: 80,
      all: ['approval.requested', 7, null, true],
      none: '|',
    });
    expect(fillTemplate('{{data.nothing}}', event())).toBeNull();
  });

  it('reaches nothing but members of the event', () => {
    for (const path of ['constructor', 'data.__proto__', 'data.toString', 'type.length', 'data.tool.length'])
      expect(fillTemplate(`{{${path}}}`, event())).toBeNull();
    expect(fillTemplate('{{data.tool()}} {{1+1}} {{}}', event())).toBe('{{data.tool()}} {{1+1}} {{}}');
  });

  it('ends at its depth', () => {
    let deep: unknown = 'x';
    for (let n = 0; n < 100; n++) deep = [deep];
    expect(JSON.stringify(fillTemplate(deep as never, event()))).toContain('null');
  });
});
