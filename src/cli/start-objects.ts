// The objects of the quick start: two servers, one agent with a token, one policy. Made once, through the same use case as any other change.
// Never overwrites what is there; a later start only corrects where the sample servers are found.
import { newToken } from '../auth/token.ts';
import { GatewayError } from '../lib/error.ts';
import { type ApplyResult, applyChanges, type ObjectContext } from '../object/apply.ts';
import { kinds, type SpecOf, type StoredObject } from '../object/kinds.ts';
import { formatObjectError, type ObjectDraft, parseObjects } from '../object/parse.ts';
import { buildView, type ControlView } from '../object/snapshot.ts';

export const QUICKSTART_AGENT = 'quickstart-agent';
export const FILES_SERVER = 'filesystem';
export const SAMPLE_SERVER = 'everything';
const AUTHOR = 'quick start';

export interface QuickstartParts {
  /** Where the sample HTTP server listens now. */
  sampleUrl: string;
  /** Command of the stdio server: the program, its script and the folder it may read. */
  files: { command: string; script: string; folder: string };
  policy: { name: string; text: string };
}

export interface QuickstartState {
  /** The agent's token, only when it was made just now. */
  token: string | undefined;
  /** Control revision after the change, or in force when nothing changed. */
  revision: number;
}

/** Throws GatewayError `quickstart_refused` when the objects do not fit what is there. */
export async function ensureQuickstart(context: ObjectContext, org: string, parts: QuickstartParts): Promise<QuickstartState> {
  const view = buildView(await context.store.load(org));
  const { token, put } = view.agent(QUICKSTART_AGENT) ? { token: undefined, put: moved(view, parts) } : firstObjects(view, parts, context);
  if (put.length === 0) return { token, revision: view.revision };
  const result = await applyChanges(context, org, { put }, { author: AUTHOR });
  if (result.type !== 'applied') throw new GatewayError('quickstart_refused', `The quick start could not be set up: ${whyNot(result)}.`);
  return { token, revision: result.revision };
}

function firstObjects(view: ControlView, parts: QuickstartParts, context: ObjectContext): { token: string; put: ObjectDraft[] } {
  const { token, hash, hint } = newToken();
  const createdAt = new Date(context.clock.nowMs()).toISOString();
  const all: ObjectDraft[] = [
    object(
      'server',
      FILES_SERVER,
      'Files of the quick start',
      kinds.server.parse({ transport: 'stdio', trust: true, ...filesCommand(parts) }),
    ),
    object(
      'server',
      SAMPLE_SERVER,
      'One of everything MCP has',
      kinds.server.parse({ transport: 'http', trust: true, url: parts.sampleUrl }),
    ),
    object('agent', QUICKSTART_AGENT, 'The agent of the quick start', kinds.agent.parse({ environment: 'local' })),
    ...policyOf(parts),
  ];
  const put = all.filter(({ kind, metadata }) => view.get(kind, metadata.name) === undefined);
  put.push(object('token', freeTokenName(view), 'Made by the quick start', { agent: QUICKSTART_AGENT, hash, hint, createdAt }));
  return { token, put };
}

/** Servers whose place has changed since the last start: another port, another checkout. */
function moved(view: ControlView, parts: QuickstartParts): ObjectDraft[] {
  const put: ObjectDraft[] = [];
  const sample = view.server(SAMPLE_SERVER);
  if (sample?.spec.transport === 'http' && sample.spec.url !== parts.sampleUrl && isLoopbackUrl(sample.spec.url)) {
    put.push({ ...sample, spec: { ...sample.spec, url: parts.sampleUrl } });
  }
  const files = view.server(FILES_SERVER);
  const now = filesCommand(parts);
  const isOurs = files?.spec.args?.[0]?.endsWith(SCRIPT_TAIL) ?? false;
  if (files && isOurs && (files.spec.command !== now.command || files.spec.args?.[0] !== now.args[0])) {
    put.push({ ...files, spec: { ...files.spec, ...now } });
  }
  return put;
}

const SCRIPT_TAIL = '/server-filesystem/dist/index.js';

function filesCommand({ files }: QuickstartParts): { command: string; args: [string, string] } {
  return { command: files.command, args: [files.script, files.folder] };
}

function policyOf({ policy }: QuickstartParts): ObjectDraft[] {
  const { objects, errors } = parseObjects(policy.text, policy.name);
  const [error] = errors;
  if (error) throw new GatewayError('quickstart_refused', `The quick start could not be set up: ${formatObjectError(error)}.`);
  return objects.map((parsed) => parsed.object);
}

function object<K extends 'server' | 'agent' | 'token'>(kind: K, name: string, title: string, spec: SpecOf[K]): StoredObject<K> {
  return { kind, metadata: { name, title }, spec };
}

function freeTokenName(view: ControlView): string {
  let name = QUICKSTART_AGENT;
  for (let n = 2; view.token(name); n++) name = `${QUICKSTART_AGENT}-${n}`;
  return name;
}

function isLoopbackUrl(url: string | undefined): boolean {
  return url !== undefined && new URL(url).hostname === '127.0.0.1';
}

function whyNot(result: Exclude<ApplyResult, { type: 'applied' }>): string {
  if (result.type === 'conflict') return `${result.object} was changed at the same time; start again`;
  return result.problems.map(({ object: name, message }) => `${name} ${message}`).join('; ');
}
