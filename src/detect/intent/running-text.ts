// Finds the arguments that are run (SQL, shell, code, requests, database commands) and has them judged.
// `decides`: they are all that the tool does, so that a whole understanding may lower the verdict of the tool.
import { isObject, type Json } from '../../lib/json.ts';
import { parseJson } from '../../mcp/parse-json.ts';
import { type Argument, type ArgumentList, isWhole, ROLE, stringsOf } from './argument.ts';
import { analyseGraphql } from './graphql.ts';
import { HEADER_KEY, headersOf } from './http-header.ts';
import { type Languages, languageOf } from './language.ts';
import { analyseMongoCommand, analysePipeline, isEmptyFilter, scripts } from './mongo.ts';
import type { Language, ToolProfile } from './profile.ts';
import { analyseRedis } from './redis.ts';
import { type Finding, finding, join } from './verdict.ts';

export interface Ran {
  signal: string;
  path: string;
  found: Finding;
  decides: boolean;
}

export function runningTexts(tool: ToolProfile, list: ArgumentList, languages: Languages): Ran[] {
  const ran: Ran[] = [];
  const request = list.roles & ROLE.request ? httpRequest(tool, list, languages) : undefined;
  if (request) ran.push(request);
  const command = (list.roles & ROLE.command ? databaseCommand(tool, list) : undefined) ?? commandLine(tool, list, languages);
  if (command) ran.push(command);
  if (!isOpen(tool) && !(list.roles & ROLE.text)) return ran;
  let chars = 0;
  for (const argument of list.all) {
    if (argument.path === command?.path || argument.key === 'args' || (request && BODY_KEY.test(argument.key))) continue;
    chars += charsOf(argument.value);
    if (ran.length >= MAX_TEXTS || chars > MAX_TEXT_CHARS || !isWhole(argument.value)) {
      // What is not looked at is not understood.
      if (isOpen(tool)) ran.push({ signal: 'arguments', path: argument.path, found: TOO_MUCH, decides: true });
      break;
    }
    if (!(argument.roles & ROLE.text) && !isOpen(tool)) continue;
    const one = textArgument(tool, argument, list, languages);
    if (one) ran.push(one);
  }
  return ran;
}

const TOO_MUCH = finding('destructive', 'more text than is looked at', false);

function charsOf(value: Json): number {
  if (typeof value === 'string') return value.length;
  return Array.isArray(value) ? stringsOf(value).reduce((sum, text) => sum + text.length, 0) : 0;
}

/** Arguments of one call that are judged as texts. */
const MAX_TEXTS = 32;
/** UTF-16 units of all of them together; what is more is not understood. */
export const MAX_TEXT_CHARS = 131_072;

const SQL_KEY = /^(?:sql|sqlquery|sqlstatement|statement|statements|sqltext|soql|rawsql|querysql|sqlcommand|cql)$/;
const CODE_KEY =
  /^(?:code|script|sourcecode|pythoncode|javascript|js|jscode|snippet|python|program|function|expression|expr|pagefunction|source|cells?|cellsource|cellcode|cellcontent|codeblock|pycode|pythonscript|scriptcontent|scripttext)$/;
const QUERY_KEY =
  /^(?:query|queries|q|statement|cypher|cypherquery|gremlin|graphql|gql|mutation|document|body|text|input|command|payload|operation)$/;
const CYPHER_KEY = /^(?:cypher|cypherquery|opencypher)$/;

function textArgument(tool: ToolProfile, { key, path, value }: Argument, list: ArgumentList, languages: Languages): Ran | undefined {
  if (isObject(value) || typeof value === 'number' || typeof value === 'boolean' || value === null) return undefined;
  const texts = stringsOf(value);
  if (texts.length === 0) return undefined;
  // In a tool that runs things, whatever looks like a statement is taken for one, wherever it stands.
  const language = languageFor(tool, key, texts[0] ?? '', list) ?? (isOpen(tool) ? languageOf(texts[0] ?? '') : undefined);
  if (!language) return undefined;
  let found: Finding | undefined;
  for (const text of texts) {
    const one =
      language === 'graphql'
        ? analyseGraphql(text, operationName(list))
        : languages.text(language, text, language === 'code' ? codeLanguage(tool, list) : (dialectOf(list) ?? tool.executor?.dialect));
    found = join(found, one);
  }
  if (!found) return undefined;
  return { signal: language, path, found, decides: isOpen(tool) && isStated(tool, path) };
}

const RUN_WORD = /^(?:run|exec|execute|eval|evaluate|invoke|spawn|launch|interpreter|sandbox|repl|query|process|submit|perform|call|do)$/;
/** Keys of what is written, more often than of what is run. */
const PROSE_KEY = /^(?:text|body|document|payload|input)$/;

function languageFor(tool: ToolProfile, key: string, text: string, list: ArgumentList): Language | undefined {
  const own = tool.executor?.language;
  if (SQL_KEY.test(key)) return languageOf(text) ?? 'sql';
  if (CYPHER_KEY.test(key)) return 'cypher';
  const runs = own === undefined && !tool.hasSchema && (tool.openName || tool.words.some((word) => RUN_WORD.test(word)));
  if (CODE_KEY.test(key) && (own === 'code' || own === 'any' || runs || tool.words.includes('evaluate'))) return 'code';
  if (!QUERY_KEY.test(key)) return undefined;
  // A tool whose name says that it writes, sends or translates keeps what it is told; it runs nothing of it.
  if (own === undefined && PROSE_KEY.test(key) && !tool.openName && !tool.words.some((word) => RUN_WORD.test(word))) return undefined;
  if (own === 'any' || own === undefined || own === 'http') {
    const seen = languageOf(text);
    // Words that only look like a statement are common in searches: there it takes a whole one.
    return (
      seen ?? (own === 'any' && key === 'command' ? 'shell' : own === 'any' && (key === 'code' || key === 'script') ? 'code' : undefined)
    );
  }
  if (own === 'code') return key === 'input' || key === 'text' || key === 'command' || key === 'expression' ? 'code' : undefined;
  if (own === 'shell') return key === 'input' || key === 'command' ? 'shell' : undefined;
  if (own === 'elasticsearch') return languageOf(text);
  return key === 'query' ||
    key === 'queries' ||
    key === 'q' ||
    key === 'statement' ||
    key === 'document' ||
    key === 'gremlin' ||
    key === 'graphql' ||
    key === 'mutation' ||
    key === 'command'
    ? withoutCommandObject(own, list)
    : languageOf(text);
}

function withoutCommandObject(language: Language, list: ArgumentList): Language | undefined {
  return language === 'redis' && list.all.some(({ key }) => key === 'args') ? undefined : language;
}

/** An argument that the schema does not state cannot be what the tool runs. */
function isStated(tool: ToolProfile, path: string): boolean {
  return !tool.hasSchema || tool.properties.has(path.slice(1).split('/')[0] ?? '');
}

/** A tool that does what it is told: its own class is only an upper bound. */
export function isOpen(tool: ToolProfile): boolean {
  return tool.executor !== undefined && !tool.executor.readOnly;
}

function operationName(list: ArgumentList): string | undefined {
  const value = list.all.find(({ key }) => key === 'operationname')?.value;
  return typeof value === 'string' ? value : undefined;
}

function dialectOf(list: ArgumentList): string | undefined {
  const value = list.all.find(({ key }) => /^(?:dialect|dbtype|databasetype|engine|driver|sqldialect)$/.test(key))?.value;
  return typeof value === 'string' ? value.toLowerCase() : undefined;
}

function codeLanguage(tool: ToolProfile, list: ArgumentList): string | undefined {
  const value = list.all.find(({ key }) => /^(?:language|lang|runtime|kernel|interpreter)$/.test(key))?.value;
  if (typeof value === 'string') return value;
  if (tool.words.some((word) => /^(?:browser|page|puppeteer|playwright|javascript|js|node)$/.test(word))) return 'javascript';
  return tool.executor?.dialect;
}

const LINE_KEY =
  /^(?:command|cmd|clicommand|shellcommand|commandline|cmdline|bash|powershell|commands|shell|script|shellscript|argv|executable|exe|program|binary|cmdstring|commandstring|cmdtext|commandtext|rawcommand|run|keys|line|lines)$/;
const CLIENTS = new Set(
  'kubectl git docker helm aws gcloud az gh terraform npm psql systemctl curl wget podman oc tofu pulumi heroku vercel flyctl doctl wrangler rclone'.split(
    ' ',
  ),
);

/** A command with its arguments: one text, a list of words, or both apart. */
function commandLine(tool: ToolProfile, list: ArgumentList, languages: Languages): Ran | undefined {
  const open = isOpen(tool);
  const language = tool.executor?.language;
  // A tool that is called like a program and is given words for it.
  if (!open) return tool.words.length === 1 && clientOf(tool) !== undefined ? argumentsAlone(tool, list, languages) : undefined;
  if (language !== 'shell' && language !== 'any' && language !== 'http') return undefined;
  const command = list.all.find(({ key, value }) => LINE_KEY.test(key) && (typeof value === 'string' || Array.isArray(value)));
  if (!command) return argumentsAlone(tool, list, languages);
  const rest = list.all.find(
    ({ key, path, value }) =>
      /^(?:args|arguments|argv|flags|params|parameters)$/.test(key) &&
      path !== command.path &&
      (typeof value === 'string' || Array.isArray(value)),
  );
  const client = clientOf(tool);
  const found = lineFinding(command.value, rest?.value, client, list, languages);
  return { signal: 'shell', path: command.path, found, decides: true };
}

/** `docker_exec` runs in a container what is not a command of docker. */
function clientOf(tool: ToolProfile): string | undefined {
  return tool.words.includes('exec') ? undefined : tool.words.find((word) => CLIENTS.has(word));
}

const ARGS_KEY = /^(?:args|arguments)$/;

/** The words of a command, without a key for the first of them. */
function argumentsAlone(tool: ToolProfile, list: ArgumentList, languages: Languages): Ran | undefined {
  const args = list.all.find(
    ({ key, value, depth }) => ARGS_KEY.test(key) && depth === 0 && (Array.isArray(value) || (!isOpen(tool) && typeof value === 'string')),
  );
  const client = clientOf(tool);
  if (!args || (client === undefined && !tool.words.includes('exec'))) return undefined;
  const found = isWhole(args.value)
    ? languages.shell(
        [...(client ? [client] : []), ...(typeof args.value === 'string' ? [args.value] : stringsOf(args.value).map(quoted))].join(' '),
      )
    : TOO_MUCH;
  return { signal: 'shell', path: args.path, found, decides: isOpen(tool) };
}

function lineFinding(command: Json, rest: Json | undefined, client: string | undefined, list: ArgumentList, languages: Languages): Finding {
  const words = rest === undefined ? [] : typeof rest === 'string' ? [rest] : stringsOf(rest).map(quoted);
  if (!isWhole(command) || (rest !== undefined && !isWhole(rest))) return TOO_MUCH;
  if (Array.isArray(command)) {
    const parts = stringsOf(command);
    // A list is either the words of one command or several whole commands.
    if (parts.some((part) => /\s/.test(part)) && !parts.some((part) => part.startsWith('-'))) {
      let found: Finding | undefined;
      for (const part of parts) found = join(found, languages.shell(part));
      return found ?? finding('destructive', 'no command', false);
    }
    return languages.shell([...parts.map(quoted), ...words].join(' '));
  }
  const text = String(command);
  const sub = list.all.find(({ key }) => key === 'subcommand')?.value;
  const full = [text, typeof sub === 'string' ? sub : '', ...words].filter((part) => part !== '').join(' ');
  const first = /^\s*(\S+)/.exec(full)?.[1] ?? '';
  return languages.shell(client && first !== client && !CLIENTS.has(first) ? `${client} ${full}` : full);
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

const COMMAND_KEY = /^(?:command|cmd|commandname)$/;
const PIPELINE_KEY = /^pipeline$/;
const FILTER_KEY = /^(?:filter|where|selector|criteria|match)$/;

/** Commands of Redis and MongoDB, and what comes with MongoDB's own tools. */
function databaseCommand(tool: ToolProfile, list: ArgumentList): Ran | undefined {
  const command = list.all.find(({ key, depth }) => COMMAND_KEY.test(key) && depth <= 1);
  const isRedis = tool.executor?.language === 'redis' || tool.words.some((word) => word === 'redis' || word === 'valkey');
  if (command && isRedis && (typeof command.value === 'string' || Array.isArray(command.value))) {
    const rest = list.all.find(({ key }) => key === 'args' || key === 'arguments' || key === 'params');
    if (!isWhole(command.value) || (rest && !isWhole(rest.value)))
      return { signal: 'redis', path: command.path, found: TOO_MUCH, decides: true };
    const words = [
      ...stringsOf(command.value),
      ...(Array.isArray(rest?.value) ? rest.value.map(String) : typeof rest?.value === 'string' ? rest.value.split(/\s+/) : []),
    ];
    return { signal: 'redis', path: command.path, found: analyseRedis(words[0] ?? '', words.slice(1)), decides: true };
  }
  if (command && isObject(command.value))
    return { signal: 'mongo', path: command.path, found: analyseMongoCommand(command.value), decides: true };
  return documents(tool, list);
}

/** Pipelines and filters as arguments of their own. */
function documents(tool: ToolProfile, list: ArgumentList): Ran | undefined {
  const pipeline = list.all.find(({ key, value }) => PIPELINE_KEY.test(key) && Array.isArray(value));
  if (pipeline)
    return {
      signal: 'mongo',
      path: pipeline.path,
      found: analysePipeline(pipeline.value as Json[]),
      decides: tool.words.includes('aggregate'),
    };
  const filter = list.all.find(({ key, depth }) => FILTER_KEY.test(key) && depth <= 1);
  if (!filter) return undefined;
  const many =
    tool.words.some((word) => /^(?:many|all|bulk|batch|rows|records|documents|items|multi|mass)$/.test(word)) ||
    list.all.some(({ key }) => key === 'update' || key === 'multi');
  if (
    many &&
    tool.words.some((word) => /^(?:update|modify|edit|patch|set|replace|change|upsert)$/.test(word)) &&
    isEmptyFilter(filter.value)
  )
    return { signal: 'mongo', path: filter.path, found: finding('destructive', 'changes everything: the filter is empty'), decides: false };
  return isObject(filter.value) ? { signal: 'mongo', path: filter.path, found: scripts(filter.value), decides: false } : undefined;
}

const URL_KEY = /^(?:url|uri|endpoint|path|urlpath|requesturl|apipath|route|href|link)$/;

/** A request in parts: method, address, headers, body. */
function httpRequest(tool: ToolProfile, list: ArgumentList, languages: Languages): Ran | undefined {
  const method = list.all.find(
    ({ key, value }) =>
      (METHOD_KEY.test(key) || (key === 'type' && HTTP_TYPE.test(String(value)))) &&
      typeof value === 'string' &&
      /^[a-z]{3,9}$/i.test(value) &&
      HTTP.test(value),
  );
  const url = list.all.find(({ key, value }) => URL_KEY.test(key) && typeof value === 'string');
  if (!url && method) return methodAlone(method, languages);
  if (!url) return rawRequest(tool, list, languages);
  const fetches = tool.words.some((word) => /^(?:http|fetch|request|curl|navigate|goto|scrape|crawl|browse)$/.test(word));
  if (!url || (!method && !fetches)) return undefined;
  const text = String(url.value);
  if (!method && !/^(?:[a-z][a-z0-9+.-]*:|\/)/i.test(text)) return undefined;
  if (/^(?:javascript|data|vbscript):/i.test(text))
    return { signal: 'code', path: url.path, found: languages.code(text.replace(/^\w+:/, ''), 'javascript'), decides: false };
  const read = list.all.filter(({ key }) => HEADER_KEY.test(key)).map(({ value }) => headersOf(value));
  const headers = read.flatMap((one) => one.list);
  const body = list.all.find(({ key }) => /^(?:body|data|json|payload|requestbody|form|content)$/.test(key))?.value;
  const request = { method: method ? String(method.value) : '', url: text, headers, body: bodyOf(body) };
  const elastic = tool.words.some((word) => /^(?:es|elastic|elasticsearch|opensearch)$/.test(word));
  const seen = elastic ? languages.elasticsearch(request.method, text, request.body) : languages.http(request);
  const found = read.every(({ whole }) => whole) ? seen : join(seen, TOO_MUCH);
  return {
    signal: elastic ? 'elasticsearch' : 'http',
    path: url.path,
    found,
    decides: decidesAlone(tool, fetches || elastic),
  };
}

const METHOD_KEY = /^(?:method|httpmethod|verb|requestmethod)$/;
/** What some call the method. */
const HTTP_TYPE = /^(?:POST|PUT|PATCH|DELETE)$/;
const RAW_REQUEST_KEY = /^(?:raw|rawrequest|rawhttp|httprequest|request)$/;

/** A method of HTTP, and an address under a key that is not known, or in parts: it can only raise. */
function methodAlone(method: Argument, languages: Languages): Ran | undefined {
  const found = languages.http({ method: String(method.value), url: '', headers: [], body: undefined });
  return { signal: 'http', path: method.path, found, decides: false };
}

/** The text of a request as it goes over the line. */
function rawRequest(tool: ToolProfile, list: ArgumentList, languages: Languages): Ran | undefined {
  for (const { key, path, value } of list.all) {
    if (!RAW_REQUEST_KEY.test(key) || typeof value !== 'string' || value.length > MAX_BODY_CHARS) continue;
    const [head = '', ...body] = value.split(/\r?\n\r?\n/);
    const [first = '', ...headers] = head.split(/\r?\n/);
    const line = /^\s*([A-Z]{3,9})\s+(\S{1,2048})\s+HTTP\/\d/.exec(first);
    if (!line) continue;
    const read = headersOf(headers.join('\n'));
    const found = languages.http({ method: line[1] ?? '', url: line[2] ?? '', headers: read.list, body: bodyOf(body.join('\n\n')) });
    return { signal: 'http', path, found: read.whole ? found : join(found, TOO_MUCH), decides: decidesAlone(tool, true) };
  }
  return undefined;
}

/** A request says all that a tool for requests does; in a shell or a program it is one argument among others. */
function decidesAlone(tool: ToolProfile, isNamed: boolean): boolean {
  const language = tool.executor?.language;
  if (language !== undefined) return language === 'http' || language === 'any' || language === 'elasticsearch' || language === 'graphql';
  return isNamed || tool.intent === 'write';
}

const BODY_KEY = /^(?:body|data|json|payload|requestbody|form|content|method|url|path|headers)$/;

const HTTP =
  /^(?:get|head|options|post|put|patch|delete|query|purge|trace|connect|propfind|report|move|copy|mkcol|lock|unlock|merge|link|unlink|proppatch)$/i;
const MAX_BODY_CHARS = 65_536;

/** A body that is JSON in a text counts as what it says. */
function bodyOf(body: Json | undefined): Json | undefined {
  if (typeof body !== 'string' || body.length > MAX_BODY_CHARS || !/^\s*[[{]/.test(body)) return body;
  try {
    return parseJson(body);
  } catch {
    return body;
  }
}

/** Keys without which a text, a request, a command or documents are not looked for in a tool that runs nothing. */
export const TEXT_KEYS = [SQL_KEY, CYPHER_KEY, CODE_KEY, QUERY_KEY];
export const REQUEST_KEYS = [URL_KEY, METHOD_KEY, RAW_REQUEST_KEY];
export const COMMAND_KEYS = [COMMAND_KEY, PIPELINE_KEY, FILTER_KEY, ARGS_KEY];
