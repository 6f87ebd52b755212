// Commands whose flags change their class: `sed -i`, `kill -0`, `dd of=…`. Undefined leaves the command to the tables.
// Looks at words only.
import { type Finding, finding } from '../verdict.ts';

/** Index of the first word that is no flag; flags of `valued` have a value. */
export function firstWord(texts: readonly string[], valued: RegExp): number {
  let at = 0;
  while (at < texts.length && texts[at]?.startsWith('-')) at += valued.test(texts[at] ?? '') ? 2 : 1;
  return at;
}

/** Commands whose flags change their class. */
export function byArguments(name: string, texts: readonly string[]): Finding | undefined {
  const has = (pattern: RegExp): boolean => texts.some((text) => pattern.test(text));
  const when = (holds: boolean, intent: Finding['intent'], why: string): Finding | undefined => (holds ? finding(intent, why) : undefined);
  switch (name) {
    case 'sed':
    case 'yq':
    case 'perl':
      if (name === 'sed' && has(/(?:^|[;}/\d])e(?:$|[ ;])/) && has(/\/e$/)) return finding('destructive', 'sed that runs commands');
      return when(has(/^(?:-[a-zA-Z]*i|--in-place)/), 'write', 'in-place edit');
    case 'kill':
      return when(has(/^-(?:0|l)$/), 'read', 'kill that only asks');
    case 'dd': {
      const target = texts.find((text) => text.startsWith('of='))?.slice(3);
      if (target === undefined) return finding('read', 'dd to its output');
      return finding(/^\/dev\/(?!null)/.test(target) ? 'destructive' : 'write', 'dd');
    }
    case 'tar':
      return (
        when(has(/^-?[a-zA-Z]*t[a-zA-Z]*$|^--list$/) && !has(/^-?[a-zA-Z]*[cx][a-zA-Z]*$/), 'read', 'lists an archive') ??
        when(has(/^--(?:checkpoint-action|to-command|use-compress-program)/), 'destructive', 'tar that runs commands')
      );
    case 'unzip':
    case '7z':
      return when(has(/^-[lvZtp]$|^l$/), 'read', 'lists an archive');
    case 'sort':
      return when(has(/^(?:-o|--output)/), 'write', 'sort into a file');
    case 'date':
      return when(has(/^(?:-s|--set)/), 'write', 'sets the clock');
    case 'hostname':
      return when(texts.length > 0 && !has(/^-/), 'write', 'sets the name of the host');
    case 'history':
      return when(has(/^-[cd]/), 'destructive', 'clears the history');
    case 'journalctl':
      return finding(has(/^--vacuum|^--rotate/) ? 'destructive' : 'read', 'journalctl');
    case 'mount':
    case 'passwd':
      return when(texts.length === 0 || has(/^-(?:l|S)$/), name === 'mount' || texts.length > 0 ? 'read' : 'write', name);
    case 'iptables':
    case 'ip6tables':
    case 'nft':
      return finding(
        has(/^(?:-L|-S|--list|list)$/) ? 'read' : has(/^(?:-F|-X|-D|--flush|flush|delete)$/) || has(/^ACCEPT$/) ? 'destructive' : 'write',
        name,
      );
    case 'printenv':
    case 'env':
      return finding(texts.length > 0 && !has(/TOKEN|KEY|SECRET|PASS/i) ? 'read' : 'exfiltrative', 'prints the environment');
    case 'chmod':
    case 'chown':
      return when(has(/^-[a-zA-Z]*R/) && has(/^(?:\/|~|\/(?:etc|usr|var|home))\/?$/), 'destructive', `${name} of everything`);
    case 'mv':
      return when(texts.at(-1) === '/dev/null', 'destructive', 'mv to nowhere');
    case 'truncate':
      return when(!has(/^(?:-s|--size)=?0?$/) && !has(/^0$/), 'write', 'truncate');
    case 'make':
      return (
        when(has(/^(?:clean|distclean|uninstall|destroy|purge|reset|drop.*|.*-?delete)$/), 'destructive', 'make clean') ??
        when(has(/^(?:-n|--dry-run|help)$/), 'read', 'make, dry run')
      );
    case 'shutdown':
      return when(has(/^-c$/), 'write', 'cancels a shutdown');
    case 'scp':
      return undefined;
    case 'certutil':
      return finding(has(/^-(?:urlcache|decode|encode|addstore)$/i) ? 'write' : 'read', 'certutil');
    case 'ssh-add':
      return finding(has(/^-[dD]$/) ? 'destructive' : has(/^-l$/i) ? 'read' : 'write', name);
    default:
      return undefined;
  }
}
