// A ticket as text for the person who decides: what would happen, why a person is asked, and how it differs from what this agent usually does.
// Values come from agents: whatever is printed has its control characters shown, not sent to the terminal.
import type { ApprovalBody, ApprovalDetail } from '../../admin/contract.ts';
import { printable, textTable } from '../text-table.ts';

export function detailText(ticket: ApprovalDetail): string {
  const blocks = [
    head(ticket),
    section('What the server says of it', toolLines(ticket)),
    section('Arguments', paramLines(ticket)),
    section('Against what this agent usually sends', usualLines(ticket)),
    section('Found in it', findingLines(ticket)),
    section('Why a person is asked', whyLines(ticket)),
    section('Intent and risk', riskLines(ticket)),
    section('Before', beforeLines(ticket)),
    ticket.approvers?.passkey ? [`Approving takes your passkey, on its page: sallyport approval link ${ticket.id}`] : [],
    [`digest ${ticket.digest}`, ...(ticket.mayNot === undefined ? [] : [`You may not decide: ${ticket.mayNot}.`])],
  ];
  const texts = blocks.filter((lines) => lines.length > 0).map((lines) => lines.map(printable).join('\n'));
  return texts.join('\n\n');
}

export function whatOf({ method, server, name }: ApprovalBody): string {
  return name === undefined ? `${method}${server === undefined ? '' : ` of ${server}`}` : `${server}/${name}`;
}

export function approvedBy({ votes }: ApprovalBody): number {
  return votes.filter(({ verdict }) => verdict === 'approve').length;
}

function head(ticket: ApprovalDetail): string[] {
  return [
    `${ticket.id}: ${ticket.state}, ${approvedBy(ticket)} of ${ticket.quorum} approvals, until ${ticket.expiresAt}`,
    `agent ${ticket.agent}${ticket.user === undefined ? '' : ` for user ${ticket.user}`} asks for ${whatOf(ticket)} (call ${ticket.call})`,
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)];
}

function toolLines({ description, pinned, definition }: ApprovalDetail): string[] {
  const lines = description === undefined ? [] : [description];
  if (definition === undefined) return [...lines, 'Its definition is not known.'];
  const { pinned: since, state, before } = pinned ?? {};
  if (since)
    lines.push(`${since.isFirst ? 'Approved' : 'Changed, and approved so,'} at ${since.at} by ${since.by} (revision ${since.revision}).`);
  else lines.push('Nobody approved this definition: what the server says counts.');
  if (state !== undefined && state !== 'approved') lines.push(`! The server says something else now: ${state}.`);
  if (before) lines.push(`! Earlier calls, up to ${before.lastUsedAt}, ran under another definition (${before.hash.slice(0, 12)}…).`);
  if (before?.description !== undefined && before.description !== description) lines.push(`  It said then: ${before.description}`);
  return lines;
}

function paramLines({ params }: ApprovalDetail): string[] {
  return params === undefined ? ['They cannot be opened any more.'] : indentedJson(params);
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/**
 * JSON text in lines, every value as it was written: a number with more digits than a double keeps, or a member that is there twice, is what the
 * server gets, and what is decided about. Text that is no JSON comes back as it is.
 */
export function indentedJson(text: string): string[] {
  const lines: string[] = [''];
  let depth = 0;
  let last = '';
  const add = (token: string): void => {
    lines[lines.length - 1] += token;
  };
  const turn = (): void => void lines.push('  '.repeat(Math.max(0, depth)));
  for (const [token] of text.matchAll(TOKEN)) {
    const closes = token === '}' || token === ']';
    if (closes) depth--;
    if (last === ',' || (closes ? last !== '{' && last !== '[' : last === '{' || last === '[')) turn();
    add(token === ':' ? ': ' : token);
    if (token === '{' || token === '[') depth++;
    last = token;
  }
  return lines;
}

const MARKS = {
  usual: 'as usual',
  new_value: '! never sent before',
  new_place: '! this argument was never given before',
  above: '! more than ever',
  below: '! less than ever',
} as const;

function usualLines({ usual, history }: ApprovalDetail): string[] {
  const { calls, unreadable, since, cut, remembered } = history;
  const known = calls - unreadable;
  const seen = `${known} earlier ${known === 1 ? 'call' : 'calls'}${since === undefined ? '' : ` since ${since}`}${cut ? ', the newest only' : ''}`;
  const lines = [unreadable === 0 ? `${seen}.` : `${seen}; of ${unreadable} more the arguments are not kept.`];
  if (usual && !usual.isEnough) lines.push('Too few to say what is usual.');
  if (usual?.isEnough) lines.push(...comparedLines(usual));
  if (remembered && (!usual?.isEnough || unreadable > 0)) {
    lines.push(`Remembered: ${remembered.calls} calls since ${remembered.since}.`);
    for (const { path, count, median, p95, max } of remembered.amounts)
      lines.push(`${path}: ${count} amounts, half up to ${rounded(median)}, 95 % up to ${rounded(p95)}, at most ${rounded(max)}`);
  }
  return lines;
}

function comparedLines({ values, notCompared, absent }: NonNullable<ApprovalDetail['usual']>): string[] {
  const rows = values.map((one) => [
    one.path + (one.recipient ? ' (recipient)' : ''),
    String(JSON.stringify(one.value)),
    one.mark === undefined ? '' : MARKS[one.mark],
    usually(one),
  ]);
  const lines = rows.length === 0 ? [] : textTable(['ARGUMENT', 'VALUE', 'MARK', 'USUALLY'], rows).split('\n');
  for (const { path, calls } of absent) lines.push(`! ${path} is missing; ${calls} earlier calls had it`);
  if (notCompared > 0) lines.push(`${notCompared} more values are not compared.`);
  return lines;
}

function usually({ range, values, distinct, isMany, calls }: NonNullable<ApprovalDetail['usual']>['values'][number]): string {
  if (calls === 0) return 'absent';
  if (range) return `${rounded(range.min)} to ${rounded(range.max)}, half up to ${rounded(range.median)}`;
  const some = values.map(({ value, count }) => `${JSON.stringify(value)} ×${count}`).join(', ');
  const more = distinct - values.length;
  return more <= 0 && !isMany ? some : `${some} and ${isMany ? 'many' : more} more`;
}

function findingLines({ findings }: ApprovalDetail): string[] {
  return findings.map((one) => `${one.type} ×${one.count} at ${one.path ?? '(text)'}${one.action ? `, ${one.action}` : ''}`);
}

function whyLines({ rule, reason, why }: ApprovalDetail): string[] {
  const saw = Object.entries(why.saw).map(([place, value]) => `${place} = ${JSON.stringify(value)}`);
  return [
    `${rule}: ${reason}`,
    JSON.stringify(why.text),
    ...(saw.length === 0 ? [] : [`it saw ${saw.join(', ')}`]),
    ...(why.changed ? ['! The rule reads otherwise now: a new ticket is made when the agent calls again.'] : []),
    ...why.missing.map((line) => `not known: ${line}`),
  ];
}

function riskLines(ticket: ApprovalDetail): string[] {
  const { intent, category, evidence, risk, riskParts } = ticket;
  return [
    ...(intent === undefined ? [] : [`intent ${intent}${category === undefined ? '' : ` (${category})`}`]),
    ...evidence.map((one) => `  ${one.signal}${one.path === undefined ? '' : ` ${one.path}`}: ${one.why ?? '(not shown)'}`),
    ...(risk === undefined ? [] : [`risk ${risk} of 100`]),
    ...riskParts.map((one) => `  ${one.signal} ${one.score} × ${one.weight}: ${one.why}`),
  ];
}

function beforeLines({ earlier, votes }: ApprovalDetail): string[] {
  return [
    ...earlier.map((one) => `the identical call: ${one.id} ${one.state} (${one.at})`),
    ...votes.map(
      (one) =>
        `${one.verdict} by ${one.by}${one.comment ? `: ${one.comment}` : ''} (${one.at}, ${lookedText(one.lookedMs)}${one.passkey === undefined ? '' : `, with passkey ${one.passkey}`})`,
    ),
  ];
}

function lookedText(lookedMs: number | undefined): string {
  return lookedMs === undefined ? 'unread' : `${Math.round(lookedMs / 1000)} s after reading it`;
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(4)));
}
