// What a pipeline of shell commands does. Wrappers (`sudo`, `xargs`, `bash -c`) are taken off and what they run is judged;
// interpreters and database clients are judged by the language of their argument. A command that is not known is not understood.
import { type Finding, finding, join } from '../verdict.ts';
import { databaseClient } from './client.ts';
import { isSecretPath, isSystemPath, plainCommand } from './command.ts';
import { byArguments, firstWord } from './flag.ts';
import { gitCommand } from './git.ts';
import { givenPrograms } from './given.ts';
import { changedByFlag, showsSecret } from './looking.ts';
import { isSource, networkCommand } from './network.ts';
import { encodedCommand, powershellCommand } from './powershell.ts';
import type { Inner, Redirect, ShellCommand, ShellWord } from './script.ts';
import { subcommand } from './subcommand.ts';

export function judgePipeline(commands: readonly ShellCommand[], inner: Inner): Finding {
  let found: Finding | undefined;
  for (let index = 0; index < commands.length; index++) {
    const command = commands[index] as ShellCommand;
    const piped = index > 0;
    found = join(found, judgeCommand(command.words, command, piped, inner, 0));
    found = join(found, redirects(command));
    if (showsSecret(baseName(command.words[0]?.text ?? ''), command, index === commands.length - 1))
      found = join(found, finding('exfiltrative', 'prints a secret variable'));
    const name = baseName(unwrapped(command.words)[0]?.text ?? '');
    const fed = piped || readsFile(command);
    if (piped && name === 'xargs' && command.words.some(({ text }) => isReader(text)) && namesSecrets(commands[0]))
      found = join(found, finding('exfiltrative', 'reads secret files'));
    if (
      fed &&
      RUNS_INPUT.test(name) &&
      (/^(?:at|batch)$/.test(name) ? !unwrapped(command.words).some(({ text }) => text === '-f') : runsInput(command))
    )
      found = join(found, finding('destructive', `runs what ${name} is given as input`));
    if (
      fed &&
      /^(?:ssh|curl|nc|ncat|netcat|socat|http|aws|gsutil|rclone|mail|openssl|telnet|sendmail|mutt)$/.test(name) &&
      sendsInput(name, command)
    ) {
      const from = unwrapped(commands[0]?.words ?? []);
      if (isSource(baseName(from[0]?.text ?? ''), from.slice(1)) || name !== 'ssh' || readsFile(command))
        found = join(found, finding('exfiltrative', `gives data to ${name}`));
    }
  }
  return found ?? finding('read', 'no command');
}

/** `find / -name id_rsa` says where they are; what is fed with it reads them. */
function namesSecrets(command: ShellCommand | undefined): boolean {
  return (
    /^(?:find|fd|locate|ls)$/.test(baseName(command?.words[0]?.text ?? '')) &&
    command?.words.some(({ text }) => isSecretPath(text)) === true
  );
}

/** `< file` and `<<< text` feed a command as a pipe does. */
function readsFile(command: ShellCommand): boolean {
  return command.redirects.some(({ sign }) => sign.endsWith('<') && sign !== '<<');
}

const RUNS_INPUT = /^(?:sh|bash|zsh|dash|ksh|fish|python[0-9.]*|perl|ruby|node|php|pwsh|powershell|iex|invoke-expression|source|at|batch)$/;

/** `bash script.sh` reads no commands from its input; `bash`, `bash -s` and `python -` do. */
function runsInput(command: ShellCommand): boolean {
  const words = unwrapped(command.words).slice(1);
  return !words.some(({ text }) => text === '-c' || text === '-e' || text === '-m' || (!text.startsWith('-') && text !== '-'));
}

function sendsInput(name: string, command: ShellCommand): boolean {
  const text = ` ${command.words.map((word) => word.text).join(' ')} `;
  if (name === 'curl') return /@-|-T -? ?|--upload-file -/.test(text);
  if (name === 'aws') return / s3 cp - /.test(text);
  if (name === 'gsutil' || name === 'rclone') return / cp - | rcat /.test(text);
  if (name === 'openssl') return / s_client /.test(text);
  return true;
}

function redirects(command: ShellCommand): Finding {
  let found: Finding = finding('read', 'no redirection');
  for (const { sign, target } of command.redirects) found = join(found, redirect(sign, target));
  // `> file`, `: > file`: nothing comes out, and nothing is left in the file.
  const isNothing = /^(?::|true|echo -n(?: )?|printf|cat \/dev\/null)?$/.test(command.words.map(({ text }) => text).join(' '));
  if (isNothing && found.intent === 'write' && command.redirects.some(({ sign }) => /^\d?>\|?$/.test(sign)))
    return join(found, finding('destructive', 'empties a file'));
  return found;
}

function redirect(sign: Redirect['sign'], { text, literal }: ShellWord): Finding {
  if (!sign.includes('>')) return isSecretPath(text) ? finding('exfiltrative', 'reads a secret file') : finding('read', 'input');
  if (/>&$/.test(sign) && /^[0-9-]+$/.test(text)) return finding('read', 'joins outputs');
  if (/^\/dev\/(?:null|stdout|stderr|tty|fd\/\d)$/.test(text) || /^(?:nul|\$null)$/i.test(text))
    return finding('read', 'output thrown away');
  if (/^\/dev\/(?:tcp|udp)\//.test(text)) return finding('exfiltrative', 'output to a network address');
  if (literal && isSystemPath(text)) return finding('destructive', 'writes over a file of the system');
  return finding('write', 'output to a file');
}

const WRAPPERS = new Map<string, RegExp>([
  ['sudo', /^-(?:u|g|h|p|C|T|D|R)$/],
  ['doas', /^-(?:u|C)$/],
  ['nohup', /^$/],
  ['time', /^-(?:f|o)$/],
  ['nice', /^-n$/],
  ['ionice', /^-(?:c|n|p)$/],
  ['stdbuf', /^-(?:i|o|e)$/],
  ['setsid', /^$/],
  ['exec', /^-a$/],
  ['command', /^$/],
  ['builtin', /^$/],
  ['busybox', /^$/],
  ['unbuffer', /^$/],
  ['caffeinate', /^-(?:t|w)$/],
  ['chronic', /^$/],
  ['proxychains', /^-f$/],
  ['torsocks', /^$/],
  ['strace', /^-(?:e|o|p|s)$/],
  ['ltrace', /^-(?:e|o|p|s|x|l)$/],
  ['dotenv', /^-e$/],
  ['!', /^$/],
]);
const MAX_WRAPPERS = 12;

/** Without `sudo -u x`, `env A=b`, `timeout 5` and the like in front. */
function unwrapped(words: readonly ShellWord[]): readonly ShellWord[] {
  let rest = words;
  for (let count = 0; count < MAX_WRAPPERS; count++) {
    const name = baseName(rest[0]?.text ?? '');
    const valued = WRAPPERS.get(name);
    if (!valued && name !== 'env' && name !== 'timeout' && name !== 'watch') return rest;
    let at = 1;
    while (at < rest.length && (rest[at]?.text.startsWith('-') || (name === 'env' && /^\w+=/.test(rest[at]?.text ?? ''))))
      at += valued?.test(rest[at]?.text ?? '') || (name === 'watch' && rest[at]?.text === '-n') ? 2 : 1;
    if (name === 'timeout') at++;
    if (at >= rest.length) return name === 'env' || (name === 'command' && rest[1]?.text === '-v') ? rest.slice(0, 1) : rest;
    if (name === 'command' && /^-[vV]$/.test(rest[1]?.text ?? '')) return [{ text: 'which', literal: true }];
    rest = rest.slice(at);
  }
  return rest;
}

const MAX_INNER = 6;

function judgeCommand(words: readonly ShellWord[], command: ShellCommand, piped: boolean, inner: Inner, level: number): Finding {
  const rest = unwrapped(words);
  const head = rest[0];
  if (!head) return givenPrograms('', [], command, inner) ?? finding('read', 'sets variables');
  if (!head.literal) return finding('destructive', 'the name of the command is made at run time', false);
  if (level > MAX_INNER) return finding('destructive', 'commands nested too deep', false);
  const name = baseName(head.text);
  const args = rest.slice(1);
  const texts = args.map(({ text }) => text);
  const own = ownCommand(name, args, command, piped, inner, level);
  const given = givenPrograms(name, texts, command, inner);
  return given ? join(own, given) : own;
}

/** What a command does that is given no other program to run. */
function ownCommand(name: string, args: readonly ShellWord[], command: ShellCommand, piped: boolean, inner: Inner, level: number): Finding {
  const texts = args.map(({ text }) => text);
  const nested = runsOther(name, args, texts, command, inner, level) ?? databaseClient(name, texts, command, inner);
  if (nested) return nested;
  if (
    args.length > 0 &&
    texts.every((text) => /^(?:--version|--help|-h|-V|-v|version|help)$/.test(text)) &&
    (!/^(?:rm|mv|kill)$/.test(name) || /^--/.test(texts[0] ?? ''))
  )
    return finding('read', `${name} --help`);
  if (name === 'git') return gitCommand(texts);
  return (
    networkCommand(name, command, args, piped, inner) ??
    changedByFlag(name, texts) ??
    byArguments(name, texts) ??
    powershellCommand(name, texts) ??
    subcommand(name, texts) ??
    plain(name, texts)
  );
}

function plain(name: string, texts: readonly string[]): Finding {
  const intent = plainCommand(name) ?? plainCommand(name.toLowerCase().replace(/\.exe$/, ''));
  if (!intent) return finding('destructive', `the command "${name.slice(0, 32)}" is not known`, false);
  if (
    intent === 'read' &&
    !/^(?:ls|stat|find|test|\[|file|dir|basename|dirname|readlink|realpath|echo|which|du|chmod)$/.test(name) &&
    texts.some(isSecretPath)
  )
    return finding('exfiltrative', 'reads a secret file');
  if (intent === 'write' && (name === 'cp' || name === 'tar' || name === 'zip') && texts.some(isSecretPath))
    return finding('exfiltrative', 'copies a secret file');
  // What is copied or linked stays where it is: only the place it goes to counts.
  const touched = /^(?:cp|ln|install)$/.test(name) ? texts.slice(-1) : texts;
  if (intent === 'write' && touched.some(isSystemPath) && /^(?:cp|mv|tee|ln|install|chmod|chown|sponge)$/.test(name))
    return finding('destructive', `${name} on a file of the system`);
  return finding(intent, `command ${name}`);
}

/** Commands that run another command, or a text in another language. */
function runsOther(
  name: string,
  args: readonly ShellWord[],
  texts: readonly string[],
  command: ShellCommand,
  inner: Inner,
  level: number,
): Finding | undefined {
  const run = (at: number): Finding =>
    at >= args.length ? finding('read', name) : judgeCommand(args.slice(at), command, false, inner, level + 1);
  const text = (at: number): Finding =>
    args[at]?.literal ? inner.shell(texts[at] ?? '') : finding('destructive', `${name} of a text made at run time`, false);
  if (/^(?:sh|bash|zsh|dash|ksh|fish|cmd|cmd\.exe)$/.test(name)) {
    const at = texts.findIndex((word) => /^-[a-z]*c$|^\/c$/i.test(word));
    if (at >= 0) return name.startsWith('cmd') ? inner.shell(texts.slice(at + 1).join(' ')) : text(at + 1);
    const here = command.redirects.find(({ sign }) => sign === '<<' || sign === '<<<')?.target;
    if (here?.literal) return inner.shell(here.text);
    return texts.some((word) => !word.startsWith('-'))
      ? finding('destructive', `${name} runs a script that is not seen`, false)
      : finding('read', name);
  }
  if (/^(?:powershell|pwsh)(?:\.exe)?$/i.test(name)) {
    const decoded = encodedCommand(texts);
    const at = texts.findIndex((word) => /^-c(?:ommand)?$/i.test(word));
    return decoded === undefined
      ? inner.shell(texts.slice(at + 1).join(' '))
      : join(finding('write', 'encoded command'), inner.shell(decoded));
  }
  const interpreter = INTERPRETERS.find(([pattern]) => pattern.test(name));
  if (interpreter) return interpret(interpreter[1], name, args, texts, command, inner);
  switch (name) {
    case 'eval':
      return args.every(({ literal }) => literal)
        ? inner.shell(texts.join(' '))
        : finding('destructive', 'eval of a text made at run time', false);
    case 'xargs':
    case 'parallel':
      return run(firstWord(texts, /^-(?:I|n|P|L|d|a|s|E|j|--max-args)$/));
    case 'find':
    case 'fd':
      return findCommand(args, texts, run);
    case 'ssh':
      return ssh(texts, inner);
    case 'su':
    case 'runuser':
      if (texts.includes('-c')) return text(texts.indexOf('-c') + 1);
      return name === 'runuser' && texts.includes('--') ? run(texts.indexOf('--') + 1) : finding('write', name);
    case 'docker':
    case 'podman':
    case 'kubectl':
    case 'oc':
    case 'docker-compose':
      return container(texts, run);
    case 'awk':
    case 'gawk':
      if (texts.some((word) => /^-[a-z]*f$|^--file\b/.test(word)))
        return finding('destructive', 'awk of a program that is not seen', false);
      return texts.some((word) => /\bsystem\s*\(|\|\s*"|print\s*>|getline/.test(word))
        ? finding('destructive', 'awk that runs commands', false)
        : undefined;
    case 'source':
    case '.':
      return finding('destructive', 'runs a script that is not seen', false);
    default:
      return /^\.{0,2}\//.test(args.length >= 0 && command.words.length > 0 ? (command.words[0]?.text ?? '') : '') &&
        plainCommand(name) === undefined &&
        !/^(?:git|curl|wget|kubectl|docker|helm)$/.test(name)
        ? finding('destructive', 'runs a program that is not known', false)
        : undefined;
  }
}

const INTERPRETERS: readonly (readonly [RegExp, string])[] = [
  [/^python[0-9.]*$/, 'python'],
  [/^(?:node|deno|bun|tsx|ts-node)$/, 'javascript'],
  [/^perl$/, 'perl'],
  [/^ruby$/, 'ruby'],
  [/^php$/, 'php'],
];

function interpret(
  language: string,
  name: string,
  args: readonly ShellWord[],
  texts: readonly string[],
  command: ShellCommand,
  inner: Inner,
): Finding | undefined {
  if (name === 'ruby' && texts[0] === '-run') return finding('exfiltrative', 'serves files');
  const at = texts.findIndex((word) => /^(?:-c|-e|--eval|-p|--print|-r|eval|-[nplai]*e)$/.test(word));
  if (at >= 0 && at + 1 < texts.length) {
    if (!args[at + 1]?.literal) return finding('destructive', `${name} runs a text made at run time`, false);
    const found = inner.code(texts[at + 1] ?? '', language);
    return texts.some((word) => /^-[a-z]*i/.test(word)) && language !== 'python' ? join(found, finding('write', 'in-place edit')) : found;
  }
  const here = command.redirects.find(({ sign }) => sign === '<<' || sign === '<<<')?.target;
  if (here?.literal) return inner.code(here.text, language);
  if (texts[0] === '-m') return module(texts);
  if (/^(?:bun|deno)$/.test(name) && texts[0] !== 'run') return undefined;
  if (texts.length === 0 || texts.every((word) => /^(?:--version|-V|-v|--help|-h)$/.test(word))) return finding('read', name);
  return finding('destructive', `${name} runs a script that is not seen`, false);
}

function module(texts: readonly string[]): Finding {
  const name = texts[1] ?? '';
  if (/^(?:json\.tool|this|timeit|site|sysconfig|platform|calendar|pydoc|ast|dis|tokenize)$/.test(name))
    return finding('read', `python -m ${name}`);
  if (/^(?:http\.server|smtpd|ftplib)$/.test(name)) return finding('exfiltrative', 'serves files');
  if (/^(?:pip|pip3)$/.test(name)) return subcommand('pip', texts.slice(2)) ?? finding('write', 'pip');
  return /^(?:venv|pytest|unittest|build|compileall|black|isort|mypy|flake8|coverage|zipfile|ensurepip)$/.test(name)
    ? finding('write', `python -m ${name}`)
    : finding('destructive', 'a module whose effect is not known', false);
}

function findCommand(args: readonly ShellWord[], texts: readonly string[], run: (at: number) => Finding): Finding {
  let found: Finding = finding('read', 'find');
  for (let at = 0; at < args.length; at++) {
    const text = texts[at];
    if (text === '-delete') found = join(found, finding('destructive', 'find -delete'));
    else if (/^-(?:fprint0?|fprintf|fls)$/.test(text ?? ''))
      found = join(found, finding(isSystemPath(texts[at + 1] ?? '') ? 'destructive' : 'write', 'find that writes a file'));
    else if (/^(?:-exec|-execdir|-ok|-okdir|-x|-X|--exec|--exec-batch)$/.test(text ?? '')) {
      found = join(found, run(at + 1));
      if (isReader(texts[at + 1]) && texts.slice(0, at).some(isSecretPath))
        found = join(found, finding('exfiltrative', 'reads secret files'));
    }
  }
  return found;
}

function ssh(texts: readonly string[], inner: Inner): Finding {
  const at = firstWord(texts, /^-(?:i|p|l|o|F|L|R|D|J|b|c|E|e|m|W|w)$/);
  if (texts.some((text) => /^-[a-zA-Z]*R/.test(text))) return finding('exfiltrative', 'ssh with a remote forward');
  const remote = texts.slice(at + 1);
  return remote.length === 0
    ? finding('write', 'ssh session', false)
    : join(finding('write', 'command on another host'), inner.shell(remote.join(' ')));
}

function container(texts: readonly string[], run: (at: number) => Finding): Finding | undefined {
  const at = texts.indexOf('exec');
  if (at < 0 || at > 3) return undefined;
  const dashes = texts.indexOf('--', at);
  if (dashes > 0) return run(dashes + 1);
  let next = at + 1;
  while (next < texts.length && texts[next]?.startsWith('-'))
    next += /^-(?:e|u|w|n|c|--env|--user|--workdir)$/.test(texts[next] ?? '') ? 2 : 1;
  return run(next + 1);
}

/** Prints what is in a file. */
function isReader(name: string | undefined): boolean {
  return /^(?:cat|bat|less|more|head|tail|nl|tac|xxd|od|hexdump|strings|base64|grep|egrep|awk|sed|cp)$/.test(baseName(name ?? ''));
}

export function baseName(text: string): string {
  const slash = Math.max(text.lastIndexOf('/'), text.lastIndexOf('\\'));
  const name = slash >= 0 ? text.slice(slash + 1) : text;
  return name === '' ? text : name;
}
