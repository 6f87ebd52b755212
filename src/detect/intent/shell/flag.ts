// Commands whose flags change their class: `sed -i`, `kill -0`, `dd of=…`. Undefined leaves the command to the tables.
// Looks at words only.
import { type Finding, finding } from '../verdict.ts';

/** Index of the first word that is no flag; flags of `valued` have a value. */
export function firstWord(texts: readonly string[], valued: RegExp): number {
  let at = 0;
  while (at < texts.length && texts[at]?.startsWith('-')) at += valued.test(texts[at] ?? '') ? 2 : 1;
  return at;
}

type Judge = (texts: readonly string[], has: (pattern: RegExp) => boolean) => Finding | undefined;

/** Commands whose flags change their class. */
export function byArguments(name: string, texts: readonly string[]): Finding | undefined {
  return JUDGES.get(name)?.(texts, (pattern) => texts.some((text) => pattern.test(text)));
}

const JUDGES = new Map<string, Judge>();

function judges(names: string, judge: Judge): void {
  for (const name of names.split(' ')) JUDGES.set(name, judge);
}

function when(holds: boolean, intent: Finding['intent'], why: string): Finding | undefined {
  return holds ? finding(intent, why) : undefined;
}

const IN_PLACE = /^(?:-[a-zA-Z]*i|--in-place)/;

judges('sed', (texts, has) => {
  if (has(/^(?:-[nErsuz]*f|--file(?:=.*)?)$/)) return finding('destructive', 'sed of a program that is not seen', false);
  const programs = texts.map((text) => text.replace(/^--expression=/, ''));
  const says = (pattern: RegExp): boolean => programs.some((text) => pattern.test(text));
  if (says(/(?:^|[;}\d/])[we]\s+\S|[/|#,][gimpM0-9]*e[gimpM0-9]*$|^e$/))
    return finding('destructive', 'sed that runs commands or writes files', false);
  return when(has(IN_PLACE), 'write', 'in-place edit');
});
judges('yq perl', (_, has) => when(has(IN_PLACE), 'write', 'in-place edit'));
judges('kill', (_, has) => when(has(/^-(?:0|l)$/), 'read', 'kill that only asks'));
judges('dd', (texts) => {
  const target = texts.find((text) => text.startsWith('of='))?.slice(3);
  if (target === undefined) return finding('read', 'dd to its output');
  if (texts.includes('if=/dev/null')) return finding('destructive', 'dd of nothing over a file');
  return finding(/^\/dev\/(?!null)/.test(target) ? 'destructive' : 'write', 'dd');
});
judges('tar', (_, has) =>
  has(/^--(?:checkpoint-action|to-command|use-compress-program)/)
    ? finding('destructive', 'tar that runs commands')
    : when(has(/^-?[a-zA-Z]*t[a-zA-Z]*$|^--list$/) && !has(/^-?[a-zA-Z]*[cx][a-zA-Z]*$/), 'read', 'lists an archive'),
);
judges('unzip', (_, has) => when(has(/^-[lvZtp]$/), 'read', 'lists an archive'));
judges('7z 7za', (texts) =>
  texts[0] === 'd'
    ? finding('destructive', 'takes files out of an archive')
    : when(/^(?:l|t|i|h|b)$/.test(texts[0] ?? ''), 'read', 'lists an archive'),
);
judges('gpg', (_, has) => {
  if (has(/^--export-secret/)) return finding('exfiltrative', 'prints secret keys');
  if (has(/^--delete/)) return finding('destructive', 'deletes keys');
  return when(has(/^(?:-k|-K|--list.*|--verify|--fingerprint)$/), 'read', 'gpg that only looks');
});
judges('sort', (_, has) => when(has(/^(?:-o|--output)/), 'write', 'sort into a file'));
judges('date', (_, has) => when(has(/^(?:-s|--set)/), 'write', 'sets the clock'));
judges('hostname', (texts, has) => when(texts.length > 0 && !has(/^-/), 'write', 'sets the name of the host'));
judges('ifconfig', (texts, has) =>
  when(texts.filter((text) => !text.startsWith('-')).length > 1, has(/^down$/) ? 'destructive' : 'write', 'configures an interface'),
);
judges('history', (_, has) => finding(has(/^-[cd]/) ? 'destructive' : 'read', 'the history of commands'));
judges('journalctl', (_, has) => finding(has(/^--vacuum|^--rotate/) ? 'destructive' : 'read', 'journalctl'));
judges('mount', (texts, has) => when(texts.length === 0 || has(/^-l$/), 'read', 'mount'));
judges('passwd', (_, has) => when(has(/^-S$/), 'read', 'passwd'));
judges('iptables ip6tables nft', (_, has) => {
  if (has(/^(?:-L|-S|--list|list)$/)) return finding('read', 'lists the rules of the firewall');
  const opens = has(/^(?:-F|-X|-D|--flush|flush|delete)$/) || has(/^ACCEPT$/);
  return finding(opens ? 'destructive' : 'write', 'changes the rules of the firewall');
});
judges('printenv env', (texts, has) =>
  finding(texts.length > 0 && !has(/TOKEN|KEY|SECRET|PASS/i) ? 'read' : 'exfiltrative', 'prints the environment'),
);
judges('chmod chown', (_, has) =>
  when(has(/^-[a-zA-Z]*R/) && has(/^(?:\/|~|\/(?:etc|usr|var|home))\/?$/), 'destructive', 'changes the rights of everything'),
);
judges('cp install', (texts) => when(texts.length > 1 && texts.at(-2) === '/dev/null', 'destructive', 'copies nothing over a file'));
judges('mv', (texts) => when(texts.at(-1) === '/dev/null', 'destructive', 'mv to nowhere'));
judges('truncate', (_, has) => when(!has(/^(?:-s|--size)=?0?$/) && !has(/^0$/), 'write', 'truncate'));
judges('make', (_, has) =>
  has(/^(?:-n|--dry-run|--just-print|--recon)$/)
    ? finding('read', 'make, dry run')
    : has(/^(?:clean|distclean|uninstall|destroy|purge|reset|drop.*|.*-?delete)$/)
      ? finding('destructive', 'make clean')
      : when(has(/^help$/), 'read', 'make help'),
);
// Tasks may say that they run in a check, too.
judges('ansible-playbook', (_, has) =>
  has(/^--(?:syntax-check|list-(?:tasks|hosts|tags)|version|help)$/)
    ? finding('read', 'a playbook that is only looked at')
    : when(has(/^(?:-C|--check)$/), 'write', 'a check of a playbook'),
);
judges('lvs vgs pvs', () => finding('read', 'lists volumes'));
judges('nginx', (texts) => when(texts.length === 1 && /^-[tTvV]$/.test(texts[0] ?? ''), 'read', 'nginx that only looks'));
judges('logrotate', (_, has) => finding(has(/^(?:-d|--debug)$/) ? 'read' : 'destructive', 'logrotate'));
judges('shutdown', (_, has) => when(has(/^-c$/), 'write', 'cancels a shutdown'));
judges('certutil', (_, has) => finding(has(/^-(?:urlcache|decode|encode|addstore)$/i) ? 'write' : 'read', 'certutil'));
judges('ssh-add', (_, has) => finding(has(/^-[dD]$/) ? 'destructive' : has(/^-l$/i) ? 'read' : 'write', 'ssh-add'));
