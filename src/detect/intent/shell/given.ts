// Programs that a command is given to run: by an option (`rg --pre x`, `tar -I x`), a variable (`PAGER=x git log`), or as text (`trap 'x' EXIT`).
// Each is judged as a command line of its own. Looks at words only.
import { type Finding, finding, join } from '../verdict.ts';
import type { Inner, ShellCommand } from './script.ts';

/** Options whose value is a program; the value stands joined, or is the next word. */
const OPTIONS: readonly (readonly [names: RegExp, option: RegExp])[] = [
  [/^rg$/, /^--(?:pre|hostname-bin)(?:=(.*))?$/s],
  [/^sort$/, /^--compress-program(?:=(.*))?$/s],
  [/^split$/, /^--filter(?:=(.*))?$/s],
  [/^(?:bat|batcat|delta)$/, /^--pager(?:=(.*))?$/s],
  [/^man$/, /^(?:-P|--pager(?:=(.*))?)$/s],
  [/^zip$/, /^-TT()?$/],
  [/^tar$/, /^(?:-I|--use-compress-program(?:=(.*))?|--rsh-command(?:=(.*))?)$/s],
  [/^wget2?$/, /^--use-askpass(?:=(.*))?$/s],
  [/^rsync$/, /^(?:-e|--rsh(?:=(.*))?|--rsync-path(?:=(.*))?)$/s],
  [/^(?:scp|sftp)$/, /^-S()?$/],
  [/^git$/, /^(?:--(?:upload-pack|receive-pack|exec|open-files-in-pager)(?:=(.*))?|-O(?=\S)(.*))$/s],
  [/^(?:less|more|vim?|nvim|view)$/, /^\+!(.*)$/s],
  [/^(?:vim?|nvim|view|ex)$/, /^:?!(.*)$/s],
  [/^gcloud$/, /^--command(?:=(.*))?$/s],
  [/^az$/, /^--scripts(?:=(.*))?$/s],
];

/** Variables that name a program, and those that put code into every program. */
const PROGRAM_VARIABLE =
  /^(?:PAGER|GIT_PAGER|MANPAGER|EDITOR|VISUAL|GIT_EDITOR|GIT_SEQUENCE_EDITOR|GIT_SSH|GIT_SSH_COMMAND|GIT_EXTERNAL_DIFF|GIT_ASKPASS|SSH_ASKPASS|LESSOPEN|PROMPT_COMMAND|BROWSER)=(.*)$/s;
const CODE_VARIABLE =
  /^(?:LD_PRELOAD|LD_AUDIT|DYLD_INSERT_LIBRARIES|BASH_ENV|PERL5OPT|RUBYOPT|PYTHONSTARTUP|GIT_CONFIG_\w+)=.|^NODE_OPTIONS=.*--?(?:r\b|require|import)/s;

/** The rest is a command of its own; a script of the project is judged by what runs it. */
const RUNS_REST = /^(?:poetry|pipenv|pdm|rye|hatch|uv) run$|^(?:npm|pnpm|yarn) (?:exec|dlx|x)$/;

/** Undefined: the command is given no program. */
export function givenPrograms(name: string, texts: readonly string[], command: ShellCommand, inner: Inner): Finding | undefined {
  let found = byVariables(command, inner);
  for (const [names, option] of OPTIONS) {
    if (!names.test(name)) continue;
    for (const [at, text] of texts.entries()) {
      const match = option.exec(text);
      if (!match) continue;
      const program = match.slice(1).find((part) => part !== undefined && part !== '') ?? texts[at + 1] ?? '';
      if (!isQuiet(program)) found = join(found, program === '' ? finding('read', name) : inner.shell(program));
    }
  }
  const said = byText(name, texts, inner);
  return said ? join(found, said) : found;
}

/** A bare `ssh` with options stands for a connection that the command makes anyway. */
function isQuiet(program: string): boolean {
  return (
    /^ssh(?: -(?:[46CqTx]+|[ilp] ?\S+|o ?"?(?:StrictHostKeyChecking|UserKnownHostsFile|ConnectTimeout|BatchMode)[= ]\S+))*$/.test(
      program,
    ) || /^(?:less|more|cat|delta|bat)(?: -[\w-]+)*$|^(?:never|auto|always)$/.test(program)
  );
}

function byVariables(command: ShellCommand, inner: Inner): Finding | undefined {
  let found: Finding | undefined;
  const head = command.words[0]?.text ?? '';
  const named = /^(?:env|export|declare|typeset|sudo)$/.test(head) ? command.words.map(({ text }) => text) : [];
  for (const text of [...command.assigned, ...named]) {
    if (CODE_VARIABLE.test(text)) found = join(found, finding('destructive', 'puts code into what is run', false));
    const program = PROGRAM_VARIABLE.exec(text)?.[1];
    if (program !== undefined && program !== '' && !isQuiet(program)) found = join(found, inner.shell(program));
  }
  return found;
}

/** `alias x='…'`, `trap '…' EXIT`, `git submodule foreach '…'`, `tmux send-keys '…' Enter`. */
function byText(name: string, texts: readonly string[], inner: Inner): Finding | undefined {
  if (name === 'alias') {
    let found: Finding | undefined;
    for (const text of texts) if (text.includes('=')) found = join(found, inner.shell(text.slice(text.indexOf('=') + 1)));
    return found;
  }
  if (name === 'trap' && texts.length > 1 && !/^-|^\d*$/.test(texts[0] ?? '')) return inner.shell(texts[0] ?? '');
  if (name === 'git' && texts[0] === 'bisect' && texts[1] === 'run') return inner.shell(texts.slice(2).join(' '));
  if (name === 'git' && texts[0] === 'submodule' && texts[1] === 'foreach')
    return inner.shell(
      texts
        .slice(2)
        .filter((text) => !text.startsWith('--'))
        .join(' '),
    );
  const dashes = texts.indexOf('--');
  if (RUNS_REST.test(`${name} ${texts[0]}`)) {
    const seen = inner.shell(texts.slice(texts[1] === '--' ? 2 : 1).join(' '));
    return seen.whole ? seen : undefined;
  }
  if (name === 'kubectl' && /^(?:run|debug)$/.test(texts[0] ?? '') && dashes > 0) return inner.shell(texts.slice(dashes + 1).join(' '));
  if (name === 'tmux' && texts[0] === 'send-keys')
    return inner.shell(
      texts
        .slice(1)
        .filter((text, at, all) => !/^-|^(?:Enter|C-m|C-c|Escape)$/.test(text) && !/^-t$/.test(all[at - 1] ?? ''))
        .join(' '),
    );
  if (name === 'aws' && texts[0] === 'ssm' && texts[1] === 'send-command') {
    const said = texts
      .find((text) => text.startsWith('commands='))
      ?.slice(9)
      .replace(/^\[?["']?/, '')
      .replace(/["']?\]?$/, '');
    return said === undefined ? finding('destructive', 'a document that is not seen', false) : inner.shell(said);
  }
  return undefined;
}
