// Reads simple shell texts in one pass: words, quotes, pipes, lists, redirections, literal here-documents. Whatever is more than that
// (substitutions, groups, loops, functions) makes it give up: the tree parser reads those. Linear time.
import { MAX_COMMANDS, type Redirect, type ShellCommand, type ShellScript, type ShellWord } from './script.ts';

/** Words that open or close compound commands. */
const COMPOUND = new Set([
  'if',
  'then',
  'else',
  'elif',
  'fi',
  'for',
  'while',
  'until',
  'do',
  'done',
  'case',
  'esac',
  'select',
  'function',
  'coproc',
  '{',
  '}',
  '[[',
  '!',
  'time',
]);

interface Lexer {
  readonly text: string;
  at: number;
  pipelines: ShellCommand[][];
  pipeline: ShellCommand[];
  command: ShellCommand;
  commands: number;
  /** Here-documents whose body begins after this line. */
  pending: { end: string; raw: boolean }[];
  /** Where the next word goes, when it belongs to a redirection. */
  redirect: Redirect | undefined;
}

/** Undefined: not simple. */
export function simpleScript(text: string): ShellScript | undefined {
  const lexer: Lexer = { text, at: 0, pipelines: [], pipeline: [], command: emptyCommand(), commands: 0, pending: [], redirect: undefined };
  while (lexer.at < text.length) if (!step(lexer)) return undefined;
  if (lexer.redirect || lexer.pending.length > 0) return undefined;
  // The last command may be compound, too: `time rm x`.
  if (!endPipeline(lexer)) return undefined;
  return lexer.commands > MAX_COMMANDS ? undefined : { pipelines: lexer.pipelines, whole: true };
}

function emptyCommand(): ShellCommand {
  return { words: [], redirects: [], assigns: false, assigned: [] };
}

/** False: give up. */
function step(lexer: Lexer): boolean {
  const { text } = lexer;
  const char = text[lexer.at] as string;
  switch (char) {
    case ' ':
    case '\t':
    case '\r':
      lexer.at++;
      return true;
    case '\n':
      lexer.at++;
      return endLine(lexer);
    case ';':
      lexer.at++;
      return text[lexer.at] !== ';' && endPipeline(lexer);
    case '#':
      while (lexer.at < text.length && text[lexer.at] !== '\n') lexer.at++;
      return true;
    case '|':
    case '&':
      return operator(lexer, char);
    case '>':
    case '<':
      return redirection(lexer, '');
    case '(':
    case ')':
      return false;
    default:
      return word(lexer);
  }
}

function operator(lexer: Lexer, char: string): boolean {
  const next = lexer.text[lexer.at + 1];
  if (char === '&' && next === '>') return redirection(lexer, '&');
  if (next === char) {
    lexer.at += 2;
    return endPipeline(lexer);
  }
  lexer.at += char === '|' && next === '&' ? 2 : 1;
  return char === '|' ? endCommand(lexer) : endPipeline(lexer);
}

function redirection(lexer: Lexer, prefix: string): boolean {
  const { text } = lexer;
  if (lexer.redirect) return false;
  if (prefix !== '') lexer.at++;
  const sign = /^(?:<<<|<<-|<<|<>|<&|>>|>&|>\||<|>)/.exec(text.slice(lexer.at, lexer.at + 3))?.[0] ?? '>';
  lexer.at += sign.length;
  if (text[lexer.at] === '(') return false;
  if (sign === '<<' || sign === '<<-') return hereDocument(lexer);
  lexer.redirect = { sign: prefix + sign, target: { text: '', literal: true } };
  return true;
}

function hereDocument(lexer: Lexer): boolean {
  const match = /^[ \t]*(?:'([^'\n]{1,64})'|"([^"\n]{1,64})"|\\?([A-Za-z_][A-Za-z0-9_]{0,63}))/.exec(
    lexer.text.slice(lexer.at, lexer.at + 140),
  );
  if (!match) return false;
  lexer.at += match[0].length;
  const plain = match[3] !== undefined && !match[0].includes('\\');
  lexer.pending.push({ end: match[1] ?? match[2] ?? match[3] ?? '', raw: !plain });
  lexer.command.redirects.push({ sign: '<<', target: { text: '', literal: true } });
  return true;
}

/** Bodies of here-documents stand between this line and the next command. */
function endLine(lexer: Lexer): boolean {
  for (const { end, raw } of lexer.pending.splice(0)) {
    const from = lexer.at;
    let to = from;
    for (;;) {
      const stop = lexer.text.indexOf('\n', to);
      const line = lexer.text.slice(to, stop < 0 ? undefined : stop);
      if (line.trim() === end) {
        lexer.at = stop < 0 ? lexer.text.length : stop + 1;
        break;
      }
      if (stop < 0) return false;
      to = stop + 1;
    }
    const body = lexer.text.slice(from, to);
    if (!raw && /\$\(|`|\$\{/.test(body)) return false;
    const redirect = lexer.command.redirects.findLast(({ sign }) => sign === '<<');
    if (redirect) redirect.target = { text: body, literal: true };
  }
  return endPipeline(lexer);
}

function endCommand(lexer: Lexer): boolean {
  if (lexer.redirect) return false;
  const { command } = lexer;
  if (command.words.length > 0 || command.redirects.length > 0 || command.assigns) {
    if (COMPOUND.has(command.words[0]?.text ?? '')) return false;
    lexer.pipeline.push(command);
    lexer.commands++;
  }
  lexer.command = emptyCommand();
  return true;
}

function endPipeline(lexer: Lexer): boolean {
  if (lexer.pending.length > 0) return false;
  if (!endCommand(lexer)) return false;
  if (lexer.pipeline.length > 0) lexer.pipelines.push(lexer.pipeline);
  lexer.pipeline = [];
  return true;
}

function word(lexer: Lexer): boolean {
  const { text } = lexer;
  const parts: string[] = [];
  let literal = true;
  let quoted = false;
  for (;;) {
    const char = text[lexer.at];
    if (char === undefined || /[ \t\r\n;|&<>()]/.test(char)) break;
    if (char === '`' || (char === '$' && /[({'"]/.test(text[lexer.at + 1] ?? ''))) return false;
    if (char === "'") {
      const end = text.indexOf("'", lexer.at + 1);
      if (end < 0) return false;
      parts.push(text.slice(lexer.at + 1, end));
      lexer.at = end + 1;
      quoted = true;
    } else if (char === '"') {
      const inside = doubleQuoted(lexer, parts);
      if (inside === undefined) return false;
      literal &&= inside;
      quoted = true;
    } else if (char === '\\') {
      const next = text[lexer.at + 1];
      if (next !== undefined && next !== '\n') parts.push(next);
      lexer.at += 2;
    } else {
      if (char === '$' && /[A-Za-z_0-9@*?#!$]/.test(text[lexer.at + 1] ?? '')) literal = false;
      parts.push(char);
      lexer.at++;
    }
  }
  return place(lexer, { text: parts.join(''), literal }, quoted);
}

/** Was the content literal? Undefined: give up. */
function doubleQuoted(lexer: Lexer, parts: string[]): boolean | undefined {
  const { text } = lexer;
  let literal = true;
  lexer.at++;
  for (;;) {
    const char = text[lexer.at];
    if (char === undefined || char === '`' || (char === '$' && /[({]/.test(text[lexer.at + 1] ?? ''))) return undefined;
    lexer.at++;
    if (char === '"') return literal;
    if (char === '\\' && /[$`"\\\n]/.test(text[lexer.at] ?? '')) {
      parts.push(text[lexer.at] as string);
      lexer.at++;
      continue;
    }
    if (char === '$' && /[A-Za-z_0-9@*?#!$]/.test(text[lexer.at] ?? '')) literal = false;
    parts.push(char);
  }
}

function place(lexer: Lexer, found: ShellWord, quoted: boolean): boolean {
  const { command } = lexer;
  if (lexer.redirect) {
    lexer.redirect.target = found;
    command.redirects.push(lexer.redirect);
    lexer.redirect = undefined;
    return true;
  }
  const next = lexer.text[lexer.at];
  // `2>file`: the number belongs to the redirection.
  if (!quoted && (next === '>' || next === '<') && /^\d$/.test(found.text)) return redirection(lexer, '') && mark(lexer, found.text);
  if (command.words.length === 0 && /^[A-Za-z_][A-Za-z0-9_]*\+?=/.test(found.text)) {
    command.assigns = true;
    command.assigned.push(found.text);
    return true;
  }
  command.words.push(found);
  return true;
}

function mark(lexer: Lexer, descriptor: string): boolean {
  if (lexer.redirect) lexer.redirect.sign = descriptor + lexer.redirect.sign;
  return true;
}
