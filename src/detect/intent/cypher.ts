// Cypher and Gremlin as arguments. Cypher is split into words with strings, comments and quoted names set aside; its clauses decide.
import type { Intent } from '../../call.ts';
import { codeText } from './code-text.ts';
import { type Finding, finding, join } from './verdict.ts';

/** UTF-16 units of one query. */
export const MAX_CYPHER_CHARS = 65_536;
const MAX_NESTING = 3;
/** Strings of one query that are judged as statements. */
const MAX_STRINGS = 20;

const CLAUSE: ReadonlyMap<string, Intent> = new Map<string, Intent>([
  ['create', 'write'],
  ['merge', 'write'],
  ['insert', 'write'],
  ['set', 'write'],
  ['foreach', 'write'],
  ['grant', 'write'],
  ['alter', 'write'],
  ['rename', 'write'],
  ['start', 'write'],
  ['enable', 'write'],
  ['remove', 'write'],
  ['delete', 'destructive'],
  ['detach', 'destructive'],
  ['drop', 'destructive'],
  ['revoke', 'destructive'],
  ['deny', 'destructive'],
  ['stop', 'destructive'],
  ['terminate', 'destructive'],
  ['dryrun', 'read'],
]);
const HEADS = new Set(
  'match optional return with unwind call load create merge set delete detach remove foreach show explain profile use start drop grant revoke deny alter rename where order limit skip union cypher begin commit rollback enable terminate stop dryrun using finish insert let filter for'.split(
    ' ',
  ),
);

export function analyseCypher(text: string, level = 0): Finding {
  if (text.length > MAX_CYPHER_CHARS) return finding('destructive', 'too long to be understood', false, 'database');
  const { plain, strings, clean } = setAside(text);
  const words = plain.toLowerCase().match(/[\p{L}_$][\p{L}\p{N}_.$]*|[^\s\p{L}\p{N}_]/gu) ?? [];
  if (!HEADS.has(words[0] ?? '')) return finding('destructive', 'not a Cypher statement', words.length === 0, 'database');
  if (words[0] === 'explain') return finding('read', 'EXPLAIN', clean, 'database');
  const run = runStrings(strings, level);
  let found: Finding = finding('read', 'reading clauses', clean, 'database');
  for (let index = 0; index < words.length; index++) found = join(found, clause(words, index, run));
  return limit(words) ? join(found, finding('exfiltrative', 'asks for very many rows', true, 'database')) : found;
}

function clause(words: readonly string[], index: number, run: () => Finding | undefined): Finding {
  const word = words[index] as string;
  const before = words[index - 1];
  const none = finding('read', 'reading clauses', true, 'database');
  if (word === 'load' && words[index + 1] === 'csv') return finding('write', 'LOAD CSV', true, 'database');
  if (word === 'call' && /^[\p{L}_]/u.test(words[index + 1] ?? '')) return procedure(words[index + 1] ?? '', run);
  if (/^apoc\.|^db\.|^dbms\.|^gds\./.test(word) && words[index + 1] === '(' && before !== 'call') return procedure(word, run);
  // A property, label, parameter or map key of that name.
  if (before === '.' || before === ':' || before === '$' || before === '|' || words[index + 1] === ':' || words[index + 1] === '(')
    return word === 'foreach' && before !== '.'
      ? finding('write', 'FOREACH', true, 'database')
      : CLAUSE.has(word) && words[index + 1] === '(' && before !== '.' && before !== ':'
        ? finding(CLAUSE.get(word) as Intent, word.toUpperCase(), true, 'database')
        : none;
  const intent = CLAUSE.get(word);
  return intent && intent !== 'read' ? finding(intent, word.toUpperCase(), true, 'database') : none;
}

/** Statements in the strings of a query, judged once, when a procedure runs them. */
function runStrings(strings: readonly string[], level: number): () => Finding | undefined {
  let judged = false;
  let found: Finding | undefined;
  return () => {
    if (judged) return found;
    judged = true;
    for (const text of strings.slice(0, MAX_STRINGS))
      if (/^\s*(?:match|create|merge|call|unwind|with|delete|detach|return|load|optional)\b/i.test(text))
        found = join(
          found,
          level < MAX_NESTING ? analyseCypher(text, level + 1) : finding('destructive', 'nested too deep', false, 'database'),
        );
    return found;
  };
}

function procedure(name: string, run: () => Finding | undefined): Finding {
  const says = (intent: Intent, whole = true): Finding => finding(intent, `procedure ${name.slice(0, 48)}`, whole, 'database');
  if (/^apoc\.(?:export|log|es|mail)\./.test(name)) return says('exfiltrative');
  if (/^apoc\.(?:cypher|periodic|do|when|case|trigger|custom|ttl|systemdb)\b/.test(name)) {
    const own = says(/^apoc\.(?:trigger|custom|systemdb)/.test(name) ? 'write' : 'read');
    const inner = run();
    return inner ? join(own, inner) : /list|status|show/.test(name) ? own : { ...says('destructive'), whole: false };
  }
  if (/^apoc\.(?:load|import)\./.test(name)) return says(/import/.test(name) ? 'write' : 'read');
  if (/^apoc\.(?:create|merge|refactor|lock|atomic|schema\.assert|graph|model|generate)\b/.test(name))
    return says(/delete|assert/.test(name) ? 'destructive' : 'write');
  if (/^apoc\.(?:nodes\.delete|util\.sleep)/.test(name)) return says(name.includes('delete') ? 'destructive' : 'read');
  if (/^apoc\./.test(name)) return says('read');
  if (/^gds\./.test(name))
    return says(
      /\.(?:write|mutate|project|drop|delete|export|train)\b/.test(name) ? (/drop|delete/.test(name) ? 'destructive' : 'write') : 'read',
    );
  if (
    /^(?:db\.(?:labels|relationshiptypes|propertykeys|schema|indexes|constraints|info|ping|index\.(?:fulltext|vector)\.query\w*|awaitindex\w*|stats)|dbms\.(?:components|list\w*|procedures|functions|info|showcurrentuser|queryjmx|cluster\.\w+)|tx\.getmetadata)/.test(
      name,
    )
  )
    return says('read');
  if (/^(?:db|dbms)\./.test(name)) return says(/create|set|add|resample/.test(name) ? 'write' : 'destructive');
  return says('destructive', false);
}

function limit(words: readonly string[]): boolean {
  const at = words.lastIndexOf('limit');
  return (
    at >= 0 &&
    /^\d/.test(words[at + 1] ?? '') &&
    Number(
      words
        .slice(at + 1, at + 12)
        .join('')
        .match(/^\d+/)?.[0] ?? 0,
    ) >= 10_000
  );
}

/** Strings, comments and quoted names replaced by nothing that could be a clause. */
function setAside(text: string): { plain: string; strings: string[]; clean: boolean } {
  const strings: string[] = [];
  let clean = true;
  const plain = text
    .normalize('NFKC')
    .replace(/\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*|"(?:\\.|[^"\\])*(?:"|$)|'(?:\\.|[^'\\])*(?:'|$)|`(?:[^`]|``)*(?:`|$)/g, (part) => {
      const first = part[0] as string;
      if (first === '/') {
        if (part.startsWith('/*') && !part.endsWith('*/')) clean = false;
        return ' ';
      }
      if (part.length < 2 || !part.endsWith(first)) clean = false;
      if (first !== '`') strings.push(part.slice(1, -1));
      return first === '`' ? ' x_ ' : ' 0 ';
    });
  return { plain, strings, clean };
}

/** Gremlin: steps that change the graph. Lambdas and scripts are not understood. */
export function analyseGremlin(text: string): Finding {
  if (text.length > MAX_CYPHER_CHARS) return finding('destructive', 'too long to be understood', false, 'database');
  const plain = codeText(text, 'javascript').bare;
  if (/\bdrop\s*\(/.test(plain)) return finding('destructive', 'drop()', true, 'database');
  if (/\{|\bSystem\b|\bRuntime\b|\bnew\s|;|\bimport\b|\bclass\b/.test(plain))
    return finding('destructive', 'a script, not a traversal', false, 'database');
  if (/\b(?:addV|addE|property|mergeV|mergeE)\s*\(/.test(plain)) return finding('write', 'traversal that writes', true, 'database');
  if (/\bio\s*\(/.test(plain)) return finding(/\bwrite\s*\(/.test(plain) ? 'exfiltrative' : 'write', 'io()', true, 'database');
  return /^\s*(?:g|__)\s*\./.test(plain)
    ? finding('read', 'traversal that reads', true, 'database')
    : finding('destructive', 'not a traversal', false, 'database');
}
