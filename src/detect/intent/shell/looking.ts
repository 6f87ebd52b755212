// Commands that look until a flag says otherwise: `ss -K`, `dmesg -C`, `exiftool -all=`, and what prints secrets: `set`, `export -p`, `echo $TOKEN`.
// Looks at words only; undefined leaves the command to the tables.
import { type Finding, finding } from '../verdict.ts';
import type { ShellCommand } from './script.ts';

type Rule = readonly [names: string, flag: RegExp, intent: Finding['intent']];

const RULES: readonly Rule[] = [
  ['arp', /^(?:-d|--delete)$/, 'destructive'],
  ['arp', /^(?:-s|--set)$/, 'write'],
  ['route', /^(?:del|delete|flush)$/, 'destructive'],
  ['route', /^(?:add|change)$/, 'write'],
  ['ss', /^(?:-[a-zA-Z]*K[a-zA-Z]*|--kill)$/, 'destructive'],
  ['dmesg', /^(?:-[a-zA-Z]*[cC][a-zA-Z]*|--clear|--read-clear)$/, 'destructive'],
  ['nvidia-smi', /^(?:-r|--gpu-reset)$/, 'destructive'],
  ['exiftool', /^-all=$|^-delete_original!?$/, 'destructive'],
  ['exiftool', /^-[A-Z][\w:*-]*[+^<-]?=|^-overwrite_original/, 'write'],
  ['tree iconv shuf base64 pylint eslint xmllint', /^(?:-o|--output(?:-file)?(?:=.*)?)$/, 'write'],
  ['eslint ruff', /^(?:--fix|--unsafe-fixes)$/, 'write'],
  ['nmap', /^-o[NXGAS]$/, 'write'],
  ['semgrep', /^--autofix$/, 'write'],
  ['mypy', /^--install-types$/, 'write'],
  ['passwd', /^(?:-[dlLe]|--delete|--lock|--expire)$/, 'destructive'],
  ['usermod', /^(?:-L|--lock|-aG|-Ga)$/, 'destructive'],
  ['gpasswd', /^(?:-d|--delete)$/, 'destructive'],
  ['modprobe', /^(?:-[a-z]*r|--remove)$/, 'destructive'],
  ['zip', /^(?:-[a-zA-Z0-9]*[md]|--move|--delete)$/, 'destructive'],
  ['ar', /^-?[abcfilopqrtuvxDNOPSTUV]*d[a-zA-Z]*$/, 'destructive'],
  ['tar', /^--(?:remove-files|delete)$/, 'destructive'],
  ['umount swapoff', /^(?:-[a-z]*[afl][a-z]*|--all|--force|--lazy)$/, 'destructive'],
  ['tmux', /^kill-(?:server|session|window|pane)$/, 'destructive'],
  ['screen', /^(?:quit|kill)$/, 'destructive'],
  ['mvn gradle gradlew bazel sbt ant meson ninja', /^:?(?:\S*:)?(?:clean|distclean|uninstall)$/, 'destructive'],
  ['chmod', /^0?000$/, 'destructive'],
];

const BY_NAME = new Map<string, (readonly [RegExp, Finding['intent']])[]>();
for (const [names, flag, intent] of RULES)
  for (const name of names.split(' ')) BY_NAME.set(name, [...(BY_NAME.get(name) ?? []), [flag, intent]]);

/** Of flags that change the class, the first rule that holds. */
export function changedByFlag(name: string, texts: readonly string[]): Finding | undefined {
  for (const [flag, intent] of BY_NAME.get(name) ?? [])
    if (texts.some((text) => flag.test(text))) return finding(intent, `${name} with a flag that does more than look`);
  // `uniq in out`, `xxd -r in out`: the second operand is written.
  const operands = texts.filter((text) => !text.startsWith('-'));
  if (name === 'xxd' && texts.includes('-r') && operands.length > 1) return finding('write', 'xxd into a file');
  if (name === 'ruff' && texts[0] === 'format' && !texts.some((text) => /^--(?:check|diff)$/.test(text)))
    return finding('write', 'ruff format');
  if (name === 'hash' && texts.includes('-p')) return finding('destructive', 'puts a program under the name of another', false);
  if (name === 'fc' && !texts.some((text) => /^-[nr]*l/.test(text))) return finding('destructive', 'runs a command of the past', false);
  return printsAll(name, texts);
}

/** `set`, `declare -x` and `export -p` print the whole environment. */
function printsAll(name: string, texts: readonly string[]): Finding | undefined {
  const isBare =
    name === 'set'
      ? texts.length === 0
      : /^(?:declare|typeset|export|readonly)$/.test(name) && texts.every((text) => /^-[xp]+$/.test(text));
  if (isBare) return finding('exfiltrative', 'prints the environment');
  return name === 'getent' && /^g?shadow$/.test(texts[0] ?? '') ? finding('exfiltrative', 'prints hashes of passwords') : undefined;
}

const SECRET_VARIABLE =
  /\$(?:\{)?\w*(?:TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIALS?)(?:_ID|_VALUE)?(?![\w:]|\}?\w|:?\+)(?!:?\+)/i;

/** `echo $TOKEN` whose output is shown: not one that feeds another command or a file. */
export function showsSecret(name: string, command: ShellCommand, isLast: boolean): boolean {
  return (
    /^(?:echo|printf|print)$/.test(name) &&
    isLast &&
    !command.redirects.some(({ sign }) => sign.includes('>')) &&
    command.words.some(({ text, literal }) => !literal && SECRET_VARIABLE.test(text))
  );
}
