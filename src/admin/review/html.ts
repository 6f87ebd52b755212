// The few pages on which a person reads a ticket and decides: plain HTML without scripts, under a policy that allows none; but for the one that
// asks for a passkey (passkey-script.ts).
// INVARIANT: nothing of a ticket reaches the page except as text, and characters that deceive the eye are shown as what they are (review.test.ts).
import { createHash } from 'node:crypto';
import { writtenOut } from '../../lib/written-out.ts';
import type { ApprovalDetail } from '../contract.ts';
import type { Challenge } from '../step-up.ts';
import { PASSKEY_SCRIPT } from './passkey-script.ts';

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

const SCRIPT_HASH = createHash('sha256').update(PASSKEY_SCRIPT).digest('base64');

/** Of a page that asks for a passkey. */
export const PASSKEY_HEADERS = {
  ...PAGE_HEADERS,
  'content-security-policy': `${PAGE_HEADERS['content-security-policy']}; script-src 'sha256-${SCRIPT_HASH}'; require-trusted-types-for 'script'; trusted-types 'none'`,
  'permissions-policy': 'publickey-credentials-get=(self), publickey-credentials-create=(self)',
} as const;

/** A page that only says something. `text` is plain text. */
export function messagePage(title: string, text: string): string {
  return page(title, `<p>${shown(text)}</p>`);
}

/** `problem`: why the last attempt failed. */
export function signInPage(problem: string | undefined, what: 'ticket' | 'passkey' = 'ticket'): string {
  const note = problem === undefined ? '' : noteOf(problem);
  const [title, why] = SIGN_IN[what];
  return page(
    title,
    `${note}<p>${why} The link alone opens nothing.</p>
<form method="post"><input type="hidden" name="step" value="signin">
<label for="token">Operator token</label><input id="token" name="token" type="password" autocomplete="current-password" required maxlength="128">
<button type="submit">Sign in</button></form>`,
  );
}

const SIGN_IN = {
  ticket: ['A call waits for a person', 'Sign in to see what it would do, and to decide about it if you may.'],
  passkey: ['Register a passkey', 'Sign in as who was invited to register one, for approvals that take a passkey.'],
} as const;

/** Who is invited, what their browser is asked, and what goes back with the answer. */
export interface RegisterPart {
  user: string;
  operator: string;
  session: string;
  asked: { challenge: string; rpId: string; userId: string; algorithms: readonly number[]; credentials: readonly string[] };
  problem: string | undefined;
}

export function registerPage({ user, operator, session, asked, problem }: RegisterPart): string {
  const note = problem === undefined ? '' : noteOf(problem);
  const attribute = passkeyAttribute({ ...asked, user, button: 'register' });
  return page(
    `Register a passkey for ${user}`,
    `${note}<p>Signed in as ${shown(operator)}. Your browser asks for a passkey; it is then good for your approvals at ${shown(asked.rpId)}.</p>
<form method="post"${attribute}><input type="hidden" name="step" value="register"><input type="hidden" name="session" value="${shown(session)}">
<input type="hidden" name="authenticatorData"><input type="hidden" name="clientData">
<label for="title">What you call it (such as: key on the ring)</label><input id="title" name="title" maxlength="100">
<button type="submit" name="button" value="register">Register a passkey</button></form>${PASSKEY_PART}`,
  );
}

/** What approving takes beside the form: a challenge for the reviewer's passkey, or why there is none (`url`: where there is one). */
export type StepUpPart = Challenge | { problem: string; url?: string };

/** The ticket whole. `session` goes back with the decision; undefined: nothing can be decided here. `stepUp`: where approving takes a passkey. */
export function ticketPage(
  ticket: ApprovalDetail,
  operator: string,
  session: string | undefined,
  problem: string | undefined,
  stepUp?: StepUpPart,
): string {
  const note = problem === undefined ? '' : noteOf(problem);
  return page(`${whatOf(ticket)}: ${ticket.state}`, `${note}${facts(ticket)}${decision(ticket, operator, session, stepUp)}`);
}

function noteOf(text: string): string {
  return `<p class="note" role="alert">${shown(text)}</p>`;
}

const NOT_SHOWN = 'read from the arguments, which are not shown';

function facts(ticket: ApprovalDetail): string {
  const rows: [string, string | undefined][] = [
    ['Who', ticket.user === undefined ? `agent ${ticket.agent}` : `agent ${ticket.agent} for user ${ticket.user}`],
    ['What', whatOf(ticket)],
    ['Why it waits', `${ticket.reason} (rule ${ticket.rule})`],
    ['The server says the tool does', ticket.description],
    ['Intent', ticket.intent],
    ['Risk', ticket.risk === undefined ? undefined : String(ticket.risk)],
    ...ticket.riskParts.map(({ signal, score, why }): [string, string] => [`Risk: ${signal}`, `${score}, ${why}`]),
    ...ticket.evidence.map(({ signal, path, why }): [string, string] => [`Seen: ${signal} ${path ?? ''}`, why ?? NOT_SHOWN]),
    ...ticket.findings.map(({ type, path, count, action }): [string, string] => [
      `Found: ${type}`,
      `${count} at ${path ?? 'the text'}${action === undefined ? '' : `, ${action}`}`,
    ]),
    ...unusual(ticket),
    ...ticket.earlier.map(({ id, state, at }): [string, string] => ['The identical call before', `${id}: ${state} (${at})`]),
    ...ticket.votes.map(({ by, verdict, comment, at }): [string, string] => [`${verdict} by ${by}`, `${comment ?? ''} (${at})`]),
    ['Approvals it takes', `${ticket.quorum}${ticket.approvers?.passkey ? ', each with a passkey' : ''}`],
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

function decision(ticket: ApprovalDetail, operator: string, session: string | undefined, stepUp: StepUpPart | undefined): string {
  const who = `<p>Signed in as ${shown(operator)}.</p>`;
  if (ticket.state !== 'open')
    return `${who}<p class="note">This link has been used up: the ticket is ${shown(ticket.state)}. Nothing is left to decide.</p>`;
  if (ticket.mayNot !== undefined || session === undefined)
    return `${who}<p class="note">You may not decide: ${shown(ticket.mayNot ?? 'sign in again')}.</p>`;
  const isAsked = stepUp !== undefined && 'challenge' in stepUp;
  const approve = `<button type="submit" name="verdict" value="approve">Approve this call, once${isAsked ? ', with your passkey' : ''}</button>`;
  return `${who}${stepUpNote(stepUp)}<form method="post"${isAsked ? passkeyAttribute({ ...stepUp, button: 'approve' }) : ''}>
<input type="hidden" name="step" value="decide"><input type="hidden" name="session" value="${shown(session)}">
<input type="hidden" name="digest" value="${shown(ticket.digest)}">${isAsked ? answerFields(stepUp.state) : ''}<label for="comment">Comment (a refusal needs one; the agent is told)</label>
<textarea id="comment" name="comment" rows="3" maxlength="1024"></textarea>
${stepUp === undefined || isAsked ? approve : ''}<button type="submit" name="verdict" value="refuse">Refuse</button></form>${isAsked ? PASSKEY_PART : ''}`;
}

function stepUpNote(stepUp: StepUpPart | undefined): string {
  if (!stepUp) return '';
  if ('challenge' in stepUp) return '<p>Approving takes your passkey; refusing does not.</p>';
  const there = stepUp.url === undefined ? '' : ` <a href="${shown(stepUp.url)}">Open it there</a>.`;
  return `<p class="note">Approving takes your passkey; refusing does not. ${shown(stepUp.problem)}${there}</p>`;
}

/** What the script asks the browser for (passkey-script.ts). */
function passkeyAttribute(asked: object): string {
  return ` data-passkey="${shown(JSON.stringify({ ...asked, state: undefined }))}"`;
}

function answerFields(state: string): string {
  const parts = ['credential', 'authenticatorData', 'clientData', 'signature'];
  return [
    `<input type="hidden" name="state" value="${shown(state)}">`,
    ...parts.map((name) => `<input type="hidden" name="${name}">`),
  ].join('');
}

const PASSKEY_PART = `<p id="passkey-note" class="note" role="alert" hidden></p><script>${PASSKEY_SCRIPT}</script>`;

function whatOf({ method, server, name }: ApprovalDetail): string {
  return name === undefined ? `${method} ${server ?? ''}` : `${server ?? ''}/${name}`;
}

function page(title: string, body: string): string {
  const heading = shown(title);
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${heading}</title><style>${STYLE}</style></head><body><main><h1>${heading}</h1>${body}</main></body></html>`;
}

/** As text of HTML. Control, invisible and direction-changing characters, which can make one text look like another, are written as escapes. */
export function shown(text: string): string {
  return writtenOut(text, '\n\t').replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
