// Object files from disk or standard input, parsed where they are, so that every problem names file, line and column; secrets fetched here.
// Never returns a part of what was named: one bad file is a failure of the whole.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import type { PlacedProblem } from '../admin/contract.ts';
import { formatObjectError, type ObjectDraft, type ParsedObject, parseObjects } from '../object/parse.ts';
import { fetchSecretValue, isSecretDraft, type SecretSources } from '../object/secret-draft.ts';
import type { Run } from './command.ts';
import { ListedFailure, usageError } from './failure.ts';

/** Files read from one folder. */
export const MAX_FILES = 5_000;
/** Bytes of one file. */
export const MAX_FILE_BYTES = 16 * 1024 * 1024;
const EXTENSIONS: ReadonlySet<string> = new Set(['.yaml', '.yml', '.json']);

export interface ObjectFiles {
  objects: ObjectDraft[];
  /** The problem with file, line and column in front, as far as it stands in one of these files. */
  place(problem: PlacedProblem): string;
}

/** Throws ListedFailure `invalid_objects`, GatewayError `usage`, or the error of the file system. */
export async function readObjectFiles(run: Run): Promise<ObjectFiles> {
  const paths = run.options.list('file');
  if (paths.length === 0) throw usageError('Name the files with -f, for example: sallyport apply -f policy.yaml');
  return readPaths(run, paths);
}

/** The same for files that are named otherwise. */
export async function readPaths(run: Run, paths: readonly string[]): Promise<ObjectFiles> {
  const parsed: ParsedObject[] = [];
  const problems: string[] = [];
  for (const name of paths.flatMap(filesAt)) {
    const result = parseObjects(name === '-' ? await readStdin(run) : readBounded(name), name === '-' ? 'standard input' : name);
    parsed.push(...result.objects);
    problems.push(...result.errors.map(formatObjectError));
  }
  problems.push(...duplicates(parsed));
  const objects = problems.length > 0 ? [] : parsed.map((one) => withSecret(one, run, problems));
  if (problems.length > 0) throw new ListedFailure('invalid_objects', `Nothing was sent: ${problems[0] ?? ''}`, problems);
  if (objects.length === 0) throw usageError(`There is no object in ${paths.join(', ')}.`);
  return { objects, place: (problem) => placed(problem, parsed) };
}

function placed({ object, message, path, offset }: PlacedProblem, parsed: readonly ParsedObject[]): string {
  const line = `${object}: ${message}`;
  const found = parsed.find((one) => `${one.object.kind}/${one.object.metadata.name}` === object);
  if (!found || !path) return line;
  const at = found.locate(path, offset);
  return `${found.file}:${at.line}:${at.column}: ${line}`;
}

/** The file itself, or every object file below a folder, in the order of their names. */
function filesAt(path: string): string[] {
  if (path === '-' || !statSync(path).isDirectory()) return [path];
  const found: string[] = [];
  const walk = (folder: string): void => {
    const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      if (entry.isDirectory()) walk(join(folder, entry.name));
      else if (EXTENSIONS.has(extname(entry.name).toLowerCase())) found.push(join(folder, entry.name));
      if (found.length > MAX_FILES) throw usageError(`${path} holds more than ${MAX_FILES} object files. Apply its folders one by one.`);
    }
  };
  walk(path);
  if (found.length === 0) throw usageError(`There is no *.yaml, *.yml or *.json file in ${path}.`);
  return found;
}

function readBounded(path: string): string {
  const { size } = statSync(path);
  if (size > MAX_FILE_BYTES) throw usageError(`${path} has ${size} bytes; an object file has at most ${MAX_FILE_BYTES}.`);
  return readFileSync(path, 'utf8');
}

async function readStdin(run: Run): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of run.terminal.stdin) {
    bytes += chunk.length;
    if (bytes > MAX_FILE_BYTES) throw usageError(`Standard input is longer than ${MAX_FILE_BYTES} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function duplicates(parsed: readonly ParsedObject[]): string[] {
  const first = new Map<string, ParsedObject>();
  const problems: string[] = [];
  for (const one of parsed) {
    const key = `${one.object.kind}/${one.object.metadata.name}`;
    const before = first.get(key);
    if (before)
      problems.push(`${one.file}:${one.position.line}: ${key} is already defined in ${before.file}, line ${before.position.line}`);
    else first.set(key, one);
  }
  return problems;
}

function withSecret({ object, file }: ParsedObject, run: Run, problems: string[]): ObjectDraft {
  if (!isSecretDraft(object)) return object;
  const folder = file === 'standard input' ? '.' : dirname(file);
  const sources: SecretSources = { env: (name) => run.terminal.env[name], file: (path) => readOptional(resolve(folder, path)) };
  const fetched = fetchSecretValue(object, sources);
  if ('problem' in fetched) {
    problems.push(fetched.problem);
    return object;
  }
  return fetched;
}

function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
