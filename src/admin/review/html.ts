// The few pages on which a person reads a ticket and decides: plain HTML without scripts, under a policy that allows none.
// INVARIANT: nothing of a ticket reaches the page except as text, and characters that deceive the eye are shown as what they are (review.test.ts).
import { createHash } from 'node:crypto';
import type { ApprovalDetail } from '../contract.ts';

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}
h1{font-size:1.4rem}pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f4f4f4;padding:.75rem;border:1px solid #ccc}
dt{font-weight:600;margin-top:.6rem}dd{margin:0;overflow-wrap:anywhere}label{display:block;margin:.6rem 0 .2rem}
input,textarea{font:inherit;width:100%;max-width:40rem;padding:.4rem;box-sizing:border-box}button{font:inherit;padding:.5rem 1.2rem;margin:.8rem .8rem 0 0}
.note{border-left:4px solid #b58900;padding-left:.8rem}@media(prefers-color-scheme:dark){body{color:#eee;background:#181818}pre{background:#222;border-color:#444}}`;

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  // With no-referrer a browser would send its own form with the origin "null".
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const;

/** A page that only says something. `text` is plain text. */
export function messagePage(title: string, text: string): string {
  return page(title, `<p>${shown(text)}</p>`);
}

/** `problem`: why the last attempt failed. */
export function signInPage(problem: string | undefined): string {
  const note = problem === undefined ? '' : `<p class="note" role="alert">${shown(problem)}</p>`;
  return page(
    'A call waits for a person',
    `${note}<p>Sign in to see what it would do, and to decide about it if you may. The link alone opens nothing.</p>
<form method="post"><input type="hidden" name="step" value="signin">
<label for="token">Operator token</label><input id="token" name="token" type="password" autocomplete="current-password" required maxlength="128">
<button type="submit">Sign in</button></form>`,
  );
}

/** The ticket whole. `session` goes back with the decision; undefined: nothing can be decided here. */
export function ticketPage(ticket: ApprovalDetail, operator: string, session: string | undefined, problem: string | undefined): string {
  const note = problem === undefined ? '' : `<p class="note" role="alert">${shown(problem)}</p>`;
  return page(`${whatOf(ticket)}: ${ticket.state}`, `${note}${facts(ticket)}${decision(ticket, operator, session)}`);
}

function facts(ticket: ApprovalDetail): string {
  const rows: [string, string | undefined][] = [
    ['Who', ticket.user === undefined ? `agent ${ticket.agent}` : `agent ${ticket.agent} for user ${ticket.user}`],
    ['What', whatOf(ticket)],
    ['Why it waits', `${ticket.reason} (rule ${ticket.rule})`],
    ['The server says the tool does', ticket.description],
    ['Intent', ticket.intent],
    ['Risk', ticket.risk === undefined ? undefined : String(ticket.risk)],
    ...ticket.riskParts.map(({ signal, score, why }): [string, string] => [`Risk: ${signal}`, `${score}, ${why}`]),
    ...ticket.evidence.map(({ signal, path, why }): [string, string] => [`Seen: ${signal} ${path ?? ''}`, why]),
    ...ticket.findings.map(({ type, path, count, action }): [string, string] => [
      `Found: ${type}`,
      `${count} at ${path ?? 'the text'}${action === undefined ? '' : `, ${action}`}`,
    ]),
    ...unusual(ticket),
    ...ticket.earlier.map(({ id, state, at }): [string, string] => ['The identical call before', `${id}: ${state} (${at})`]),
    ...ticket.votes.map(({ by, verdict, comment, at }): [string, string] => [`${verdict} by ${by}`, `${comment ?? ''} (${at})`]),
    ['Approvals it takes', String(ticket.quorum)],
    ['Asked', ticket.createdAt],
    ['Ends', ticket.expiresAt],
    ['Ticket', ticket.id],
    ['Digest', ticket.digest],
  ];
  const listed = rows.map(([name, value]) => (value === undefined ? '' : `<dt>${shown(name)}</dt><dd>${shown(value)}</dd>`)).join('');
  return `<h2>With these parameters</h2><pre>${shown(ticket.params ?? '(they cannot be opened any more)')}</pre><dl>${listed}</dl>`;
}

/** What this agent has not done before, in as far as earlier calls can tell. */
function unusual({ usual, pinned, why }: ApprovalDetail): [string, string | undefined][] {
  const marked = usual?.isEnough ? usual.values.filter(({ mark }) => mark !== undefined && mark !== 'usual') : [];
  const rows = marked.map(({ path, value, mark, seen, calls, recipient }): [string, string] => [
    `Unusual: ${path}${recipient ? ' (a recipient)' : ''}`,
    `${JSON.stringify(value)}: ${MARKS[mark ?? 'usual']}; this value in ${seen} of ${calls} earlier calls`,
  ]);
  return [
    ...rows,
    [
      'Definition',
      pinned?.state === undefined || pinned.state === 'approved' ? undefined : `it is ${pinned.state}, not the one that was approved`,
    ],
    ['Rule', why.changed ? 'it reads otherwise now than when it held the call' : undefined],
  ];
}

const MARKS = {
  usual: 'as usual',
  new_value: 'never seen before',
  new_place: 'never given before',
  above: 'higher than ever',
  below: 'lower than ever',
} as const;

function decision(ticket: ApprovalDetail, operator: string, session: string | undefined): string {
  const who = `<p>Signed in as ${shown(operator)}.</p>`;
  if (ticket.state !== 'open')
    return `${who}<p class="note">This link has been used up: the ticket is ${shown(ticket.state)}. Nothing is left to decide.</p>`;
  if (ticket.mayNot !== undefined || session === undefined)
    return `${who}<p class="note">You may not decide: ${shown(ticket.mayNot ?? 'sign in again')}.</p>`;
  return `${who}<form method="post"><input type="hidden" name="step" value="decide"><input type="hidden" name="session" value="${shown(session)}">
<input type="hidden" name="digest" value="${shown(ticket.digest)}"><label for="comment">Comment (a refusal needs one; the agent is told)</label>
<textarea id="comment" name="comment" rows="3" maxlength="1024"></textarea>
<button type="submit" name="verdict" value="approve">Approve this call, once</button><button type="submit" name="verdict" value="refuse">Refuse</button></form>`;
}

function whatOf({ method, server, name }: ApprovalDetail): string {
  return name === undefined ? `${method} ${server ?? ''}` : `${server ?? ''}/${name}`;
}

function page(title: string, body: string): string {
  const heading = shown(title);
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${heading}</title><style>${STYLE}</style></head><body><main><h1>${heading}</h1>${body}</main></body></html>`;
}

/** As text of HTML. Control, invisible and direction-changing characters, which can make one text look like another, are written as escapes. */
export function shown(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu, (char) =>
      char === '\n' || char === '\t' ? char : `\\u{${char.codePointAt(0)?.toString(16)}}`,
    )
    .replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
