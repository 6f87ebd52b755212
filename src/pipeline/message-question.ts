// What a server asks an agent, live or in an answer: sampling, elicitation, roots. Each kind of question has the ids of its own and no others.
import { ICONS, META, META_OF_TASK, turn } from './message-content.ts';
import { form } from './message-form.ts';
import { ID, idWhere } from './message-id.ts';
import { ADDRESS, formed, listOf, NUMBER, named, objectOf, type Place, type Reader, recordOf, TEXT, word } from './part-reader.ts';

/** A tool that a server shows a model of the agent: what it says, and what its schemas say, is for the model. */
const tool: Place = new Map<string, Reader>([
  ['name', ID],
  ['title', TEXT],
  ['description', TEXT],
  ['icons', ICONS],
  ['_meta', META],
]);

/** That a call may become a task; there is none yet. */
export const wish: Place = new Map([...named(NUMBER, 'ttl ttlMs pollInterval pollIntervalMs')]);

const hint: Place = new Map([['name', TEXT]]);
const preferences: Place = new Map<string, Reader>([
  ['hints', listOf(objectOf(() => hint))],
  ...named(NUMBER, 'costPriority speedPriority intelligencePriority'),
]);
const toolChoice: Place = new Map([['mode', word('auto required none')]]);
/** What a server asks and says on the way. */
export const said: Place = new Map<string, Reader>([
  ['_meta', META_OF_TASK],
  ['task', objectOf(() => wish)],
  ['systemPrompt', TEXT],
  ['includeContext', word('none thisServer allServers')],
  ['modelPreferences', objectOf(() => preferences)],
  ['toolChoice', objectOf(() => toolChoice)],
  ...named(NUMBER, 'temperature maxTokens progress total'),
  ['stopSequences', listOf(TEXT)],
  ['mode', word('form url')],
  ['message', TEXT],
  ['requestedSchema', objectOf(() => form)],
  ['url', ADDRESS],
  ['level', word('debug info notice warning error critical alert emergency')],
  ['logger', TEXT],
  ['data', TEXT],
  ['reason', TEXT],
]);

const QUESTIONS: ReadonlyMap<string, Place> = new Map<string, Place>([
  [
    'sampling/createMessage',
    new Map<string, Reader>([...said, ['messages', listOf(objectOf(() => turn))], ['tools', listOf(objectOf(() => tool))]]),
  ],
  ['elicitation/create', new Map<string, Reader>([...said, ['elicitationId', idWhere(({ mode }) => mode === 'url')]])],
  ['roots/list', said],
]);

export function questionOf(method: string): Place | undefined {
  return QUESTIONS.get(method);
}

const METHOD = formed(/^[a-z]{1,32}(?:\/[a-zA-Z]{1,32}){0,3}$/);
const ASKED: Reader = {
  read: (value, path, parts, parent) => {
    const asked = (typeof parent.method === 'string' ? questionOf(parent.method) : undefined) ?? said;
    objectOf(() => asked).read(value, path, parts, parent);
  },
};
const question: Place = new Map<string, Reader>([
  ['method', METHOD],
  ['params', ASKED],
]);
/** In an answer that asks back, or a task that waits for answers (2026-07-28): their names are given back with the answers. */
export const QUESTIONS_OF_ANSWER = recordOf(
  objectOf(() => question),
  'ids',
);
