// `sallyport scan`: what speaks against definitions, of a server or of a file, for people, as JSON, or as SARIF. Files are looked at here; nothing of them
// is kept or sent.
import { statSync } from 'node:fs';
import type { DefinitionBody } from '../../admin/contract.ts';
import { reviewDefinition } from '../../admin/definition-review.ts';
import { canonicalJson } from '../../lib/canonical-json.ts';
import { sha256Hex } from '../../lib/digest.ts';
import { type Action, show } from '../command.ts';
import { withGateway } from '../connect.ts';
import { exitCode } from '../exit-code.ts';
import { printable, textTable } from '../text-table.ts';
import { readDefinitions, type ScannedKind } from './scan-file.ts';
import { sarifOf } from './scan-sarif.ts';

export type Scanned = Pick<DefinitionBody, 'name' | 'intent' | 'category' | 'risk' | 'findings'> & { kind: ScannedKind };

export const scanAction: Action = async (run, what = '') => {
  const isFile = /[./\\]/.test(what) || isThere(what);
  const scanned = isFile ? scanFile(what) : [];
  if (isFile) return report();
  return withGateway(run, async (client) => {
    const reply = await client.definitions(what, 'anew');
    scanned.push(
      ...reply.definitions.map(({ kind, name, intent, category, risk, findings }) => ({ kind, name, intent, category, risk, findings })),
    );
    return report();
  });

  function report(): number {
    if (run.options.flag('sarif')) run.terminal.out(JSON.stringify(sarifOf(what, scanned), null, 2));
    else show(run, { scanned: what, definitions: scanned }, () => textOf(what, scanned));
    const isFlagged = scanned.some(({ findings }) => findings !== undefined);
    return run.options.flag('exitCode') && isFlagged ? exitCode.negative : exitCode.ok;
  }
};

function isThere(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function scanFile(path: string): Scanned[] {
  return readDefinitions(path).map(({ kind, name, definition }) => {
    const now = { kind, name, value: definition, hash: sha256Hex(canonicalJson(definition)) };
    return { kind, name, ...reviewDefinition('file', now, undefined, []) };
  });
}

function textOf(what: string, scanned: readonly Scanned[]): string {
  const flagged = scanned.filter(({ findings }) => findings !== undefined);
  const table = textTable(
    ['KIND', 'NAME', 'INTENT', 'CATEGORY', 'RISK', 'FINDINGS'],
    scanned.map(({ kind, name, intent, category, risk, findings }) => [
      kind,
      name,
      intent ?? '',
      category ?? '',
      risk ?? '',
      findings === undefined ? '' : String(findings.length),
    ]),
  );
  const lines = flagged.flatMap(({ name, findings }) =>
    (findings ?? []).map(
      ({ type, path, score, excerpt }) => `${printable(name)}: ${type} (${score.toFixed(2)}) at ${printable(path)}: ${printable(excerpt)}`,
    ),
  );
  return [`${what}: ${scanned.length} definitions, ${flagged.length} with findings`, table, ...lines].join('\n');
}
