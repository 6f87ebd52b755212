// Lines of a program that are commands of a shell, whatever language it is said to be in: magics of notebooks (`!rm x`, `%%bash`), whole shell
// scripts, single commands between others. A program without any is left alone. Linear time; the lines are bounded.
import { plainCommand } from './shell/command.ts';
import { subcommand } from './shell/subcommand.ts';
import { type Finding, finding, join } from './verdict.ts';

export interface CommandInner {
  shell(text: string): Finding;
  sql(text: string): Finding;
}

/** Lines of one program that are looked at. */
const MAX_LINES = 2_000;
/** Commands among them that are judged. */
const MAX_COMMANDS = 50;

export interface WithoutCommands {
  /** What is left of the program. */
  rest: string;
  /** What the commands do; undefined when there are none. */
  found: Finding | undefined;
}

/** `isPython`: a notebook may be meant. */
export function takeCommands(text: string, isPython: boolean, inner: CommandInner): WithoutCommands {
  return take(text, isPython, inner, 0);
}

function take(text: string, isPython: boolean, inner: CommandInner, depth: number): WithoutCommands {
  if (SCRIPT.test(text)) return { rest: '', found: inner.shell(text) };
  const cell = isPython ? cellMagic(text, inner, depth) : undefined;
  if (cell) return cell;
  const lines = text.split('\n');
  if (lines.length > MAX_LINES) return { rest: text, found: finding('destructive', 'more lines than are looked at', false) };
  let found: Finding | undefined;
  let count = 0;
  const rest = lines.filter((line) => {
    const command = (isPython ? lineMagic(line) : undefined) ?? (isCommandLine(line) ? line : undefined);
    if (command === undefined) return true;
    if (command !== '') found = join(found, ++count > MAX_COMMANDS ? TOO_MANY : judged(command, inner));
    return false;
  });
  return { rest: count === 0 && rest.length === lines.length ? text : rest.join('\n'), found };
}

const TOO_MANY = finding('destructive', 'too many commands', false);

/** Cells in a cell that are looked into. */
const MAX_CELLS = 8;

/** Only shells are written like this. */
const SCRIPT =
  /^\s*#!\s*\S*(?:\/|\benv\s+)(?:ba|z|da|k|fi)?sh\b|(?:^|[\n;])[ \t]{0,64}(?:(?:for\s+\w+\s+in\s[^\n:]{1,400}|(?:while|until|if)\s[^\n:]{1,400});\s*(?:do|then)\b|(?:if|while|until|elif)\s+(?:!\s+)?\[{1,2}\s|while\s+read\b|(?:fi|esac|done)[ \t]{0,64}(?:[;\n|&>]|$)|set\s+-[euxo]+\b)/;

function judged(command: string, inner: CommandInner): Finding {
  return command.startsWith(OPAQUE) ? finding('destructive', 'runs what is not seen', false) : inner.shell(command);
}

/** Stands for a command that is not in the text. */
const OPAQUE = '\u0000';

const CELL = /^\s*%%(\w+)([^\n]*)\n?/;

/** A cell that is all in another language. */
function cellMagic(text: string, inner: CommandInner, depth: number): WithoutCommands | undefined {
  const match = CELL.exec(text);
  if (!match) return undefined;
  const body = text.slice(match[0].length);
  const [, name = ''] = match;
  if (/^(?:bash|sh|zsh|script|system|sx|cmd|powershell)$/.test(name)) return { rest: '', found: inner.shell(body) };
  if (name === 'sql') return { rest: '', found: inner.sql(body) };
  if (/^(?:writefile|file)$/.test(name)) return { rest: '', found: finding('write', 'writes a file') };
  if (/^(?:time|timeit|capture|prun|memit|mprun)$/.test(name))
    return depth < MAX_CELLS ? take(body, true, inner, depth + 1) : { rest: '', found: TOO_MANY };
  if (/^(?:markdown|latex|html|svg)$/.test(name)) return { rest: '', found: finding('read', 'shows a text') };
  return { rest: body, found: finding('destructive', 'a cell in a language that is not known', false) };
}

const QUIET =
  /^(?:time|timeit|matplotlib|who|whos|who_ls|pwd|ls|lsmagic|cd|config|autoreload|precision|pylab|history|hist|cat|head|less|more|psearch|pinfo|pdoc|psource|quickref|memit|load_ext|reload_ext|display)$/;

/** The command of a line for the notebook; empty when it does nothing, undefined when it is code. */
function lineMagic(line: string): string | undefined {
  const shell = /^\s*(?:[\w, ]{1,80}=\s*)?!{1,2}\s*(\S.*)$/.exec(line)?.[1];
  if (shell !== undefined) return shell;
  const match = /^\s*(?:[\w, ]{1,80}=\s*)?%{1,2}([a-z_]\w*)[ \t]*(.*)$/.exec(line);
  if (!match) return undefined;
  const [, name = '', rest = ''] = match;
  if (/^(?:time|timeit|prun)$/.test(name)) return rest === '' ? '' : undefined;
  if (QUIET.test(name)) return '';
  if (/^(?:pip|pip3|conda|mamba)$/.test(name)) return `${name} ${rest}`;
  return /^(?:system|sx|sc|bash|sh)$/.test(name) ? rest : OPAQUE;
}

/** Words of shells that begin statements elsewhere. */
const ALSO_CODE = new Set(
  'del return export set let type print open import from exit raise assert global nonlocal yield await async const var new throw case break continue pass class def function if else for while with try do in is not and or local declare readonly true false time look file code start copy move format test wait help split join patch batch at read eval exec trap hash last date sum w who a x y z'.split(
    ' ',
  ),
);
const ALSO_COMMAND =
  /^(?:sudo|doas|nohup|timeout|bash|sh|zsh|curl|wget|git|ssh|nc|ncat|socat|rsync|xargs|psql|mysql|sqlite3|redis-cli|mongosh|python3?|node|perl|ruby|php)$/;

/** A known command with something behind it that no operator of a program is. */
function isCommandLine(line: string): boolean {
  const match = /^\s{0,64}(?:[A-Z_]{1,40}=\S{0,200} )?(?:\.?\/[\w./-]{0,80}\/)?([\w.+-]{1,40})[ \t]+(\S.*)$/.exec(line);
  if (!match) return /^\s{0,64}(?:sudo|reboot|shutdown|poweroff|halt)\s*$/.test(line);
  const [, word = '', rest = ''] = match;
  if (/^(?:del|erase|rd|format|copy|move|type|start)$/i.test(word)) return /^\/[a-z?]\b/i.test(rest);
  if (
    ALSO_CODE.has(word) ||
    /^(?:[=:(),.[\]]|[-+*/%<>|&^!]=|[-+*/%|&^]\s|[<>]=?\s[\w(]+\s*[:)]|(?:in|is|and|or|not|if|for|as|of|instanceof)\b)/.test(rest)
  )
    return false;
  if (/^[A-Z][a-z]+-[A-Z][A-Za-z]+$/.test(word)) return true;
  return ALSO_COMMAND.test(word) || plainCommand(word) !== undefined || subcommand(word, []) !== undefined;
}
