// What messages of any kind are made of: blocks of content, contents of resources, icons, annotations, `_meta`. Which messages have them, and which of their
// members go unread only there, say message-answer.ts, message-question.ts and message-place.ts.
import { isObject } from '../lib/json.ts';
import { ID } from './message-id.ts';
import { ADDRESS, BYTES, formed, listOf, NUMBER, objectOf, type Place, type Reader, TEXT, word } from './part-reader.ts';

/** A number is no media type. */
export const MIME = formed(/^(?!(?:\D*\d){5})[a-z]{1,16}\/[a-z0-9.+-]{1,64}(?:; ?charset=[a-zA-Z0-9-]{1,16})?$/);
export const TIME = formed(/^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?$/);
/** Names a resource: an agent asks for it with exactly this. Data in the place of a name is not one. */
export const URI: Reader = {
  skips: (value) => typeof value === 'string' && /^(?!data:)[a-z][a-z0-9+.-]*:[^\s<>"]*$/i.test(value),
  read: ADDRESS.read,
};
export const ROLE = word('user assistant');
/** Trace context (W3C): ids only. */
const TRACE = formed(/^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/);

const icon: Place = new Map<string, Reader>([
  ['src', ADDRESS],
  ['mimeType', MIME],
  ['sizes', listOf(formed(/^(?:any|\d{1,5}x\d{1,5}(?: \d{1,5}x\d{1,5}){0,8})$/))],
  ['theme', word('light dark')],
]);
export const ICONS = listOf(objectOf(() => icon));

const annotations: Place = new Map<string, Reader>([
  ['audience', listOf(ROLE)],
  ['priority', NUMBER],
  ['lastModified', TIME],
]);
export const ANNOTATIONS = objectOf(() => annotations);

/** A program says its name and version in every message: nothing to read in a plain name without digits. */
export const implementation: Place = new Map<string, Reader>([
  ['name', formed(/^[A-Za-z][A-Za-z_./ -]{0,47}$/)],
  ['title', formed(/^[A-Za-z][A-Za-z_./ -]{0,47}$/)],
  ['version', formed(/^(?!\d{3}\.\d\d\.\d{4}$)v?\d{1,4}\.\d{1,3}(?:\.\d{1,4})?(?:-(?:alpha|beta|rc)\.?\d{0,3})?$/)],
  ['icons', ICONS],
]);

/** `_meta` of answers and of what is in them. */
const meta: Place = new Map<string, Reader>([
  ['io.modelcontextprotocol/serverInfo', objectOf(() => implementation)],
  ['traceparent', TRACE],
]);
export const META = objectOf(() => meta);
/** Of every answer. */
export const every: readonly [string, Reader][] = [
  ['_meta', META],
  ['resultType', word('complete input_required task')],
  ['cacheScope', word('public private')],
];
const relatedTask: Place = new Map<string, Reader>([['taskId', ID]]);
/** Of what belongs to a task (2025-11-25): its result, and what is asked and said on the way. */
export const metaOfTask: Place = new Map<string, Reader>([...meta, ['io.modelcontextprotocol/related-task', objectOf(() => relatedTask)]]);
export const META_OF_TASK = objectOf(() => metaOfTask);

export const contents: Place = new Map<string, Reader>([
  ['uri', URI],
  ['mimeType', MIME],
  ['text', TEXT],
  ['blob', BYTES],
  ['annotations', ANNOTATIONS],
  ['_meta', META],
]);

/** Base64 beside a media type; a server may say anything else under that name. */
const DATA: Reader = {
  read: (value, path, parts, parent) => (typeof parent.mimeType === 'string' ? BYTES : TEXT).read(value, path, parts, parent),
};

const block: Place = new Map<string, Reader>([
  ['type', word('text image audio resource resource_link')],
  ['text', TEXT],
  ['data', DATA],
  ['mimeType', MIME],
  ['resource', objectOf(() => contents)],
  ['uri', URI],
  ['name', TEXT],
  ['title', TEXT],
  ['description', TEXT],
  ['size', NUMBER],
  ['icons', ICONS],
  ['annotations', ANNOTATIONS],
  ['_meta', META],
]);
const BLOCK = objectOf(() => block);
export const BLOCKS = listOf(BLOCK);
/** In sampling (2025-11-25): a model names one of the tools that it was shown, and what came of it names that. */
const use: Place = new Map<string, Reader>([...block, ['type', word('tool_use')], ['id', ID], ['name', ID], ['input', TEXT]]);
const used: Place = new Map<string, Reader>([
  ...block,
  ['type', word('tool_result')],
  ['toolUseId', ID],
  ['content', BLOCKS],
  ['structuredContent', TEXT],
  ['isError', NUMBER],
]);
const USE = objectOf(() => use);
const USED = objectOf(() => used);
const TURN: Reader = {
  read: (value, path, parts, parent) => {
    const type = isObject(value) ? value.type : undefined;
    (type === 'tool_use' ? USE : type === 'tool_result' ? USED : BLOCK).read(value, path, parts, parent);
  },
};
export const TURNS = listOf(TURN);

export const message: Place = new Map<string, Reader>([
  ['role', ROLE],
  ['content', BLOCKS],
  ['_meta', META],
]);
export const turn: Place = new Map<string, Reader>([...message, ['content', TURNS]]);
