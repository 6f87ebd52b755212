// `sallyport scan`: what speaks against definitions, of a server or of a file, for people, as JSON, or as SARIF. Files are looked at here; nothing of them
// is kept or sent.
import { readFileSync, statSync } from 'node:fs';
import type { DefinitionBody } from '../../admin/contract.ts';
import { reviewDefinition } from '../../admin/definition-review.ts';
import { canonicalJson } from '../../lib/canonical-json.ts';
import { sha256Hex } from '../../lib/digest.ts';
import { isObject, type Json, type JsonObject } from '../../lib/json.ts';
import { type Action, show } from '../command.ts';
import { withGateway } from '../connect.ts';
import { exitCode } from '../exit-code.ts';
import { usageError } from '../failure.ts';
import { printable, textTable } from '../text-table.ts';
import { sarifOf } from './scan-sarif.ts';

export type Scanned = Pick<DefinitionBody, 'kind' | 'name' | 'intent' | 'category' | 'risk' | 'findings'>;

/** Longest file that is read, bytes, and definitions of one report. */
const MAX_FILE_BYTES = 67_108_864;
const MAX_DEFINITIONS = 30_000;

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
  if (statSync(path).size > MAX_FILE_BYTES) throw usageError(`${path} is longer than ${MAX_FILE_BYTES} bytes. Scan a part of it.`);
  const text = readFileSync(path, 'utf8');
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    throw usageError(`${path} is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const list = listsOf(value);
  if (list.length === 0)
    throw usageError(
      `${path} holds no definitions: it needs a list "tools", "prompts" or "resourceTemplates", as in the result of tools/list.`,
    );
  return list.slice(0, MAX_DEFINITIONS).map(({ kind, definition }) => {
    const name = nameOf(kind, definition);
    const now = { kind, name, value: definition, hash: sha256Hex(canonicalJson(definition)) };
    return { kind, name, ...reviewDefinition('file', now, undefined, []) };
  });
}

/** A list, a result with lists, or a response with such a result. */
function listsOf(value: Json): { kind: Scanned['kind']; definition: JsonObject }[] {
  const inner = isObject(value) && isObject(value.result) ? value.result : value;
  const objects = (list: Json | undefined, kind: Scanned['kind']): { kind: Scanned['kind']; definition: JsonObject }[] =>
    Array.isArray(list) ? list.filter((one) => isObject(one)).map((definition) => ({ kind, definition: definition as JsonObject })) : [];
  if (!isObject(inner)) return objects(inner, 'tool');
  return [...objects(inner.tools, 'tool'), ...objects(inner.prompts, 'prompt'), ...objects(inner.resourceTemplates, 'template')];
}

function nameOf(kind: Scanned['kind'], definition: JsonObject): string {
  const name = definition[kind === 'template' ? 'uriTemplate' : 'name'];
  return typeof name === 'string' ? name : '';
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
