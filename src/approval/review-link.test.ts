// Links by themselves: what they name, when they end, and that none can be made or changed without the key.
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../lib/clock.ts';
import { INVITATION_MS, LINK_MS, MAX_LINK_CHARS, ReviewLinks } from './review-link.ts';

const DAY_MS = 86_400_000;
const mac = (org: string, purpose: string, text: string) =>
  org === 'gone' ? undefined : createHmac('sha256', `key of ${org}`).update(`${purpose} ${text}`).digest('hex');

function made(): { links: ReviewLinks; clock: ManualClock; link: string } {
  const clock = new ManualClock();
  const links = new ReviewLinks({ clock, mac });
  links.base = 'https://gate.example/';
  const { url } = links.urlOf('o', 'appr_1', clock.nowMs() + DAY_MS) ?? { url: '' };
  return { links, clock, link: url.slice('https://gate.example/review/'.length) };
}

describe('a link', () => {
  it('names one ticket of one organization until it ends', () => {
    const { links, clock, link } = made();
    expect(links.read(link)).toEqual({ type: 'good', org: 'o', ticket: 'appr_1' });
    clock.advance(LINK_MS - 1);
    expect(links.read(link).type).toBe('good');
    clock.advance(1);
    expect(links.read(link).type).toBe('expired');
  });

  it('ends with its ticket, and there is none where nobody could open it', () => {
    const { links, clock } = made();
    expect(links.urlOf('o', 'appr_1', clock.nowMs() + 5)?.untilMs).toBe(clock.nowMs() + 5);
    links.base = undefined;
    expect(links.urlOf('o', 'appr_1', clock.nowMs() + DAY_MS)).toBeUndefined();
  });

  it('is not valid with any character changed, cut, or put on it, nor under another key', () => {
    const { links, link } = made();
    for (let at = 0; at < link.length; at++) {
      const other = link[at] === 'A' ? 'B' : 'A';
      expect(links.read(`${link.slice(0, at)}${other}${link.slice(at + 1)}`).type, `at ${at}`).toBe('invalid');
    }
    const [body = ''] = link.split('.');
    const foreign = Buffer.from(JSON.stringify(['p', 'appr_1', 9e15])).toString('base64url');
    for (const text of ['', '.', body, `${link}.x`, `${link}A`, `${foreign}.${link.split('.')[1]}`, 'x'.repeat(MAX_LINK_CHARS + 1)])
      expect(links.read(text).type).toBe('invalid');
    const gone = Buffer.from(JSON.stringify(['gone', 'appr_1', 9e15])).toString('base64url');
    expect(links.read(`${gone}.`).type).toBe('invalid');
    expect(links.read(`${gone}.undefined`).type).toBe('invalid');
  });
});

describe('an invitation', () => {
  const who = { org: 'o', user: 'ada', by: 'olga', nonce: 'n1' };

  it('names one user of one organization until it ends, and is no link to a ticket, nor a link to a ticket one', () => {
    const { links, clock, link } = made();
    const { url, untilMs } = links.invite(who) ?? { url: '', untilMs: 0 };
    const text = url.slice('https://gate.example/passkey/'.length);
    expect(links.readInvitation(text)).toEqual({ type: 'good', invitation: { ...who, untilMs } });
    expect(links.read(text)).toEqual({ type: 'invalid' });
    expect(links.readInvitation(link)).toEqual({ type: 'invalid' });
    for (let at = 0; at < text.length; at++) {
      const other = text[at] === 'A' ? 'B' : 'A';
      expect(links.readInvitation(`${text.slice(0, at)}${other}${text.slice(at + 1)}`).type, `at ${at}`).toBe('invalid');
    }
    clock.advance(INVITATION_MS - 1);
    expect(links.readInvitation(text).type).toBe('good');
    clock.advance(1);
    expect(links.readInvitation(text).type).toBe('expired');
  });

  it.each<[string | undefined, { id: string; origin: string } | undefined]>([
    ['https://gate.example/', { id: 'gate.example', origin: 'https://gate.example' }],
    ['https://gate.example:8443/admin', { id: 'gate.example', origin: 'https://gate.example:8443' }],
    ['http://127.0.0.1:7861', { id: 'localhost', origin: 'http://localhost:7861' }],
    ['http://[::1]:7861', { id: 'localhost', origin: 'http://localhost:7861' }],
    ['http://localhost:7861', { id: 'localhost', origin: 'http://localhost:7861' }],
    ['http://gate.example', undefined],
    ['http://127.0.0.1.evil.example', undefined],
    ['https://192.0.2.1', undefined],
    ['https://[2001:db8::1]', undefined],
    [undefined, undefined],
  ])('at %s: passkeys are good at %o', (base, party) => {
    const { links } = made();
    links.base = base;
    expect(links.relyingParty()).toEqual(party);
    expect(links.invite(who) === undefined).toBe(party === undefined);
  });
});
