// `sallyport explain`: why a recorded call was decided as it was, or how one would be that was not made.
// Reads only. Everything of a call that is shown went through `printable`: names and arguments come from outside.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { ExplainReply } from '../../admin/contract.ts';
import { type Action, show } from '../command.ts';
import { withGateway } from '../connect.ts';
import { exitCode } from '../exit-code.ts';
import { usageError } from '../failure.ts';
import { printable } from '../text-table.ts';

export const explainAction: Action = async (run, call) => {
  const file = run.options.text('whatIf');
  if ((call === undefined) === (file === undefined))
    throw usageError('Give the id of a call, or --what-if with a file, for example: sallyport explain call_…');
  const reply = await withGateway(run, (client) =>
    file === undefined ? client.explain(call ?? '') : client.whatIf({ text: readFileSync(file, 'utf8'), fileName: basename(file) }),
  );
  show(run, reply, () => explainText(reply));
  return exitCode.ok;
};

function explainText(reply: ExplainReply): string {
  const { recorded, asked, decision, revision, trace, nearMisses, risk, standing, limits, told, missing } = reply;
  const what = `${asked.method}${asked.capability ? ` ${asked.capability.kind} "${asked.capability.name}"` : ''}${asked.server === undefined ? '' : ` of server "${asked.server}"`}`;
  const lines = [
    `${asked.agent}${asked.class === undefined ? '' : ` (class ${asked.class})`}: ${what}`,
    `${decision.hidden ? 'hide' : decision.effect} by rule ${decision.rule} (${decision.code}), by the rules of revision ${revision}`,
  ];
  if (decision.error !== undefined) lines.push(`it could not be evaluated: ${decision.error}`);
  if (recorded) lines.push(recordedText(recorded));
  if (asked.intent !== undefined) lines.push(`class ${asked.intent}${asked.category === undefined ? '' : `, about ${asked.category}`}`);
  for (const { signal, path, why } of asked.evidence ?? [])
    lines.push(`  ${signal}${path === undefined ? '' : ` ${path}`}: ${why ?? '(read from the arguments: not shown)'}`);
  lines.push('', 'Rules asked, in order:', ...trace.map(stepText));
  if (nearMisses.length > 0) lines.push('', 'It would come out otherwise with:');
  for (const { condition, effect, rule } of nearMisses) lines.push(`  ${condition} → ${effect} by ${rule}`);
  if (risk)
    lines.push(
      '',
      `Risk ${risk.score}: ${Object.entries(risk.parts)
        .map(([signal, score]) => `${signal} ${score}`)
        .join(', ')}`,
    );
  if (standing.length > 0) lines.push('', 'Standing grants:', ...standing.map(({ grant, why }) => `  ${grant}: ${why}`));
  if (limits.length > 0) lines.push('', 'Limits now:');
  for (const { limit, part, used, max, hasRoom, roomAt } of limits) {
    const room = hasRoom ? '' : roomAt === undefined ? ', no room' : `, no room before ${roomAt}`;
    lines.push(`  ${limit} (${part}): ${used} of ${max}${room}`);
  }
  if (decision.effect === 'deny') lines.push('', `The agent is told: ${told.code}: ${told.reason}`);
  if (told.passes !== undefined) lines.push(`  It would pass with ${told.passes}.`);
  if (told.access !== undefined) lines.push(`  To ask for access: ${told.access}`);
  if (missing.length > 0) lines.push('', 'Not known:', ...missing.map((line) => `  ${line}`));
  return lines.map(printable).join('\n');
}

function recordedText({ seq, time, effect, rule, code, agrees }: NonNullable<ExplainReply['recorded']>): string {
  if (agrees) return `the same as entry ${seq} of ${time}`;
  return `entry ${seq} of ${time} says: ${effect} by ${rule} (${code})`;
}

function stepText({ rule, matched, failedOn, values, error }: ExplainReply['trace'][number]): string {
  const saw = Object.entries(values ?? {}).map(([place, value]) => `${place} = ${JSON.stringify(value)}`);
  const how = matched ? 'matches' : `fails on ${failedOn ?? '?'}`;
  return `  ${matched ? '→' : ' '} ${rule}: ${how}${error === undefined ? '' : ` (${error})`}${saw.length > 0 ? `; saw ${saw.join(', ')}` : ''}`;
}
