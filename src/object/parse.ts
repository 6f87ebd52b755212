// Object files to typed objects: `kind`, `metadata`, `spec`, one document each. Every problem names file, line and column.
// Never lets an unknown key pass and never returns part of a file that has an error.
import type { z } from 'zod';
import { isObject, type Json, type JsonObject } from '../lib/json.ts';
import { didYouMean } from '../lib/suggest.ts';
import { metadataSchema } from './kind/field.ts';
import { isKind, type Kind, kindNames, kinds, type StoredObject } from './kinds.ts';
import { type SecretDraft, secretDraftSpec } from './secret-draft.ts';
import { type Path, type Position, readSource, type SourceDocument } from './yaml-source.ts';

const MAX_ERRORS = 50;
const TOP_LEVEL_KEYS = ['kind', 'metadata', 'spec', 'revision'] as const;

export interface ObjectError extends Position {
  file: string;
  message: string;
}

/** An object as written by a person: secrets may still hold their plain value. */
export type ObjectDraft = StoredObject | SecretDraft;

export interface ParsedObject {
  object: ObjectDraft;
  file: string;
  position: Position;
  /** Where the value at `path` stands, or the character at `offset` (UTF-16 code units) of the text that is there. */
  locate(path: Path, offset?: number): Position;
}

export interface ParseResult {
  /** Empty when there are errors. */
  objects: ParsedObject[];
  errors: ObjectError[];
}

/**
 * Parses one file of objects.
 * `revision` in a document, when present, is the revision the writer saw (optimistic concurrency).
 */
export function parseObjects(text: string, fileName: string): ParseResult {
  const source = readSource(text);
  const errors: ObjectError[] = source.problems.map((problem) => ({ file: fileName, ...problem }));
  const objects: ParsedObject[] = [];
  const seen = new Map<string, Position>();
  for (const document of source.documents) {
    if (errors.length >= MAX_ERRORS) break;
    const report = (position: Position, message: string) => {
      if (errors.length < MAX_ERRORS) errors.push({ file: fileName, ...position, message });
    };
    const object = readObject(document, report);
    if (object === undefined) continue;
    const key = `${object.kind}/${object.metadata.name}`;
    const first = seen.get(key);
    const position = document.at([]);
    if (first) report(position, `${key} is already defined at line ${first.line}`);
    seen.set(key, position);
    objects.push({
      object,
      file: fileName,
      position,
      locate: (path, offset) => (offset === undefined ? document.at(path) : document.inText(path, offset)),
    });
  }
  return errors.length > 0 ? { objects: [], errors } : { objects, errors };
}

/** Same checks for a value that came as JSON; positions are 1:1. */
export function parseObjectValue(value: Json, label: string): ParseResult {
  const errors: ObjectError[] = [];
  const start = { line: 1, column: 1 };
  const document: SourceDocument = { value, at: () => start, atKey: () => start, inText: () => start };
  const object = readObject(document, (position, message) => errors.push({ file: label, ...position, message }));
  return object && errors.length === 0
    ? { objects: [{ object, file: label, position: start, locate: () => start }], errors }
    : { objects: [], errors };
}

export function formatObjectError(error: ObjectError): string {
  return `${error.file}:${error.line}:${error.column}: ${error.message}`;
}

type Report = (position: Position, message: string) => void;

function readObject(document: SourceDocument, report: Report): ObjectDraft | undefined {
  const { value } = document;
  if (!isObject(value)) {
    report(document.at([]), 'expected an object with kind, metadata and spec');
    return undefined;
  }
  let sound = true;
  for (const key of Object.keys(value).slice(0, MAX_ERRORS)) {
    if ((TOP_LEVEL_KEYS as readonly string[]).includes(key)) continue;
    report(document.atKey([], key), `unknown key "${key}".${didYouMean(key, TOP_LEVEL_KEYS)}`);
    sound = false;
  }
  const kind = readKind(document, value, report);
  if (kind === undefined) return undefined;
  const metadata = check(metadataSchema, value.metadata, ['metadata'], document, report);
  const spec = check(specSchema(kind, value.spec), value.spec, ['spec'], document, report);
  const { revision } = value;
  if (revision !== undefined && !(typeof revision === 'number' && Number.isSafeInteger(revision) && revision >= 0)) {
    report(document.at(['revision']), 'revision must be a whole number, 0 or more');
    return undefined;
  }
  if (!sound || metadata === undefined || spec === undefined) return undefined;
  const object = { kind, metadata, spec } as ObjectDraft;
  return revision === undefined ? object : ({ ...object, revision } as ObjectDraft);
}

function readKind(document: SourceDocument, value: JsonObject, report: Report): Kind | undefined {
  const { kind } = value;
  if (typeof kind === 'string' && isKind(kind)) return kind;
  if (kind === undefined) report(document.at([]), `kind is missing; it is one of ${kindNames.join(', ')}`);
  else if (typeof kind !== 'string') report(document.at(['kind']), `kind must be text, one of ${kindNames.join(', ')}`);
  else report(document.at(['kind']), `unknown kind "${kind}".${didYouMean(kind, kindNames) || ` It is one of ${kindNames.join(', ')}.`}`);
  return undefined;
}

function specSchema(kind: Kind, spec: Json | undefined): z.ZodType {
  const sealed = isObject(spec) && Object.hasOwn(spec, 'sealed');
  return kind === 'secret' && !sealed ? secretDraftSpec : kinds[kind];
}

/** The value as the schema reads it; undefined when something is wrong, which is reported with its place. */
export function check(schema: z.ZodType, value: Json | undefined, at: Path, document: SourceDocument, report: Report): unknown {
  if (value === undefined) {
    report(document.at([]), `${String(at[0])} is missing`);
    return undefined;
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  for (const issue of flatten(result.error.issues).slice(0, MAX_ERRORS)) {
    const path = [...at, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      const known = knownKeys(schema, issue.path);
      for (const key of issue.keys.slice(0, MAX_ERRORS)) {
        const place = path.length === 0 ? '' : ` in ${dotted(path)}`;
        report(document.atKey(path, key), `unknown key "${key}"${place}.${didYouMean(key, known) || keysText(known)}`);
      }
    } else report(document.at(path), `${dotted(path)}: ${explain(issue)}`);
  }
  return undefined;
}

function keysText(known: readonly string[]): string {
  return known.length === 0 || known.length > MAX_LISTED_KEYS ? '' : ` Known here: ${known.join(', ')}.`;
}

/** Keys that are listed where none is near to what was written. */
const MAX_LISTED_KEYS = 24;

type Issue = z.core.$ZodIssue;

/** A union's issues become those of its nearest alternative: the one that went wrong deepest, then with fewest complaints. */
function flatten(issues: readonly Issue[]): Issue[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
    const inner = issue.errors
      .map((alternative) => flatten(alternative).map((one) => ({ ...one, path: [...issue.path, ...one.path] }) as Issue))
      .sort((a, b) => nearness(b) - nearness(a) || a.length - b.length);
    const chosen = inner[0] ?? [issue];
    const typos = chosen.filter((one) => one.code === 'unrecognized_keys');
    return typos.length > 0 ? typos : chosen;
  });
}

function nearness(issues: readonly Issue[]): number {
  const typo = issues.every((issue) => issue.code === 'unrecognized_keys') ? 1 : 0;
  return Math.max(0, ...issues.map((issue) => issue.path.length)) + typo;
}

function explain(issue: Issue): string {
  if (issue.code === 'invalid_type') {
    return issue.message.endsWith('received undefined') ? 'is missing' : `must be ${issue.expected === 'string' ? 'text' : issue.expected}`;
  }
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map(String).join(', ')}`;
  return lowerFirst(issue.message);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function dotted(path: Path): string {
  return path.map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? String(step) : `.${String(step)}`)).join('');
}

/** Keys the schema knows at `path`; walks through optional, default, array, record and union wrappers. */
function knownKeys(schema: z.ZodType, path: Path): string[] {
  let level: SchemaNode[] = unwrap(schema as unknown as SchemaNode);
  for (const step of path) {
    level = level.flatMap((node) => {
      const { def } = node;
      if (def.type === 'object') return unwrap(def.shape?.[String(step)]);
      if (def.type === 'array') return unwrap(def.element);
      return def.type === 'record' ? unwrap(def.valueType) : [];
    });
  }
  return level.flatMap((node) => (node.def.type === 'object' ? Object.keys(node.def.shape ?? {}) : []));
}

interface SchemaNode {
  def: {
    type: string;
    shape?: Record<string, SchemaNode>;
    element?: SchemaNode;
    valueType?: SchemaNode;
    innerType?: SchemaNode;
    options?: readonly SchemaNode[];
  };
}

function unwrap(node: SchemaNode | undefined): SchemaNode[] {
  if (node === undefined) return [];
  if (node.def.innerType) return unwrap(node.def.innerType);
  return node.def.type === 'union' ? (node.def.options ?? []).flatMap(unwrap) : [node];
}
