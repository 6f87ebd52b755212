// `git` by its subcommand and flags. Force, discard and delete are destructive; what only shows, reads.
import { type Finding, finding } from '../verdict.ts';
import { isSystemPath } from './command.ts';

const READ = new Set(
  'status log diff show blame shortlog describe rev-parse rev-list ls-files ls-tree ls-remote grep cat-file name-rev whatchanged cherry count-objects fsck var version help diff-tree merge-base for-each-ref show-ref range-diff verify-commit verify-tag bugreport check-ignore'.split(
    ' ',
  ),
);
const WRITE = new Set(
  'add commit merge cherry-pick clone fetch pull init mv revert am apply tag branch switch checkout restore remote config stash submodule worktree notes bisect push bundle archive format-patch gc repack maintenance sparse-checkout lfs request-pull send-email sw co ci'.split(
    ' ',
  ),
);

/** The words after the subcommand, and what is asked of them. */
class Flags {
  readonly words: readonly string[];

  constructor(words: readonly string[]) {
    this.words = words;
  }

  has(...flags: string[]): boolean {
    return this.words.some((word) => flags.includes(word) || flags.some((flag) => flag.startsWith('--') && word.startsWith(`${flag}=`)));
  }

  /** A letter among joined short flags: `-fd` has `f`. */
  short(letter: string): boolean {
    return this.words.some((word) => /^-[a-zA-Z]+$/.test(word) && word.includes(letter));
  }

  /** Behind `--` stand paths, and behind `-e` and `-o` a value; a later `--no-dry-run` takes it back. */
  isDry(letter?: string): boolean {
    const end = this.words.indexOf('--');
    const own = end < 0 ? this.words : this.words.slice(0, end);
    if (own.some((word) => word.startsWith('--no-d'))) return false;
    return own.some(
      (word) => word === '--dry-run' || (letter !== undefined && (/^-[a-zA-Z]+$/.exec(word)?.[0].split(/[eo]/)[0] ?? '').includes(letter)),
    );
  }
}

export function gitCommand(words: readonly string[]): Finding {
  let at = 0;
  while (words[at]?.startsWith('-')) {
    // `-c alias.x='!cmd'`, `-c core.sshCommand=…`: configuration that runs commands.
    if (words[at] === '-c' && RUNNING_CONFIG.test(words[at + 1] ?? '')) return finding('destructive', 'git configured to run a command');
    at += words[at] === '-C' || words[at] === '-c' || words[at] === '--git-dir' || words[at] === '--work-tree' ? 2 : 1;
  }
  const sub = words[at] ?? '';
  const flags = new Flags(words.slice(at + 1));
  const into = flags.words.find((word) => word.startsWith('--output='))?.slice(9);
  if (into !== undefined && isSystemPath(into)) return finding('destructive', 'writes over a file of the system');
  const special = SPECIAL.get(sub)?.(flags, sub);
  if (special) return special;
  if (sub === '' || READ.has(sub)) return finding(flags.has('--output') ? 'write' : 'read', `git ${sub}`);
  return WRITE.has(sub) ? finding('write', `git ${sub}`) : finding('destructive', 'an unknown git command', false);
}

const RUNNING_CONFIG = /^(?:alias\.|core\.(?:sshCommand|pager|editor|fsmonitor|hooksPath)|credential\.|diff\.external|protocol\.ext)/i;

type Judge = (flags: Flags, sub: string) => Finding;

const SPECIAL = new Map<string, Judge>();

function judges(subs: string, judge: Judge): void {
  for (const sub of subs.split(' ')) SPECIAL.set(sub, judge);
}

judges('push', push);
judges('stash', ({ words }) => stash(words[0]));
judges('remote', ({ words }) => remote(words[0]));
judges('config', config);
judges('branch', branch);
judges('tag', tag);
judges('reflog', ({ words }) =>
  /^(?:expire|delete)$/.test(words[0] ?? '') ? finding('destructive', 'git reflog expire') : finding('read', 'git reflog'),
);
judges('reset', (flags) =>
  flags.has('--hard', '--merge', '--keep') ? finding('destructive', 'git reset --hard') : finding('write', 'git reset'),
);
judges('clean', (flags) => (flags.isDry('n') ? finding('read', 'git clean, dry run') : finding('destructive', 'git clean')));
judges('checkout co', (flags) =>
  flags.has('--', '--force', '.') || flags.short('f')
    ? finding('destructive', 'git checkout that discards changes')
    : finding('write', 'git checkout'),
);
judges('restore', (flags) =>
  flags.has('--staged') && !flags.has('--worktree') ? finding('write', 'git restore --staged') : finding('destructive', 'git restore'),
);
judges('switch sw', (flags) =>
  flags.has('--discard-changes', '--force') || flags.short('f')
    ? finding('destructive', 'git switch that discards changes')
    : finding('write', 'git switch'),
);
judges('rebase', (flags) =>
  flags.has('--abort', '--continue', '--skip', '--quit') ? finding('write', 'git rebase') : finding('destructive', 'git rebase'),
);
judges('rm', (flags) => {
  if (flags.isDry('n')) return finding('read', 'git rm, dry run');
  return flags.has('--cached') ? finding('write', 'git rm --cached') : finding('destructive', 'git rm');
});
judges('filter-branch filter-repo prune update-ref replace', (flags, sub) =>
  flags.isDry() ? finding('read', `git ${sub}, dry run`) : finding('destructive', `git ${sub}`),
);
judges('worktree submodule notes bisect', ({ words: [first] }, sub) => {
  if (first === undefined || /^(?:list|status|show|log|summary|view)$/.test(first)) return finding('read', `git ${sub}`);
  return finding(/^(?:remove|prune|deinit|rm)$/.test(first) ? 'destructive' : 'write', `git ${sub} ${first.slice(0, 16)}`);
});
judges('lfs', ({ words: [first] }) => {
  if (/^(?:ls-files|status|env|version|locks)$/.test(first ?? '')) return finding('read', 'git lfs');
  return finding(first === 'prune' ? 'destructive' : 'write', 'git lfs');
});
judges('gc', (flags) => (flags.has('--prune') ? finding('destructive', 'git gc --prune') : finding('write', 'git gc')));
judges('send-email', () => finding('exfiltrative', 'git send-email'));

const LISTING = /^(?:-a|-r|-v|-vv|--list|--all|--show-current|--merged|--no-merged|--contains|--sort.*|--format.*)$/;

function branch(flags: Flags): Finding {
  if (flags.has('--delete', '--force') || flags.words.some((word) => /^-[a-z]*[DdMCf]/.test(word)))
    return finding('destructive', 'git branch that deletes or overwrites');
  return flags.words.every((word) => LISTING.test(word)) || flags.has('--list', '--show-current')
    ? finding('read', 'git branch')
    : finding('write', 'git branch');
}

function tag(flags: Flags): Finding {
  if (flags.has('-d', '--delete')) return finding('destructive', 'git tag -d');
  return flags.words.length === 0 || flags.has('-l', '--list', '-n', '-v', '--verify', '--contains')
    ? finding('read', 'git tag')
    : finding('write', 'git tag');
}

function push(flags: Flags): Finding {
  if (flags.isDry('n')) return finding('read', 'git push, dry run');
  const refs = flags.words.filter((word) => !word.startsWith('-'));
  if (
    flags.has('--force', '--force-with-lease', '--mirror', '--delete', '--prune', '--force-if-includes') ||
    flags.short('f') ||
    flags.short('d')
  )
    return finding('destructive', 'git push that overwrites or deletes');
  if (refs.slice(1).some((ref) => ref.startsWith('+') || ref.startsWith(':')))
    return finding('destructive', 'git push with a forcing refspec');
  if (/^(?:https?:\/\/|git@|ssh:\/\/)/.test(refs[0] ?? '')) return finding('exfiltrative', 'git push to an address');
  return finding('write', 'git push');
}

function stash(sub: string | undefined): Finding {
  if (sub === 'list' || sub === 'show') return finding('read', `git stash ${sub}`);
  return /^(?:drop|clear)$/.test(sub ?? '') ? finding('destructive', `git stash ${sub}`) : finding('write', 'git stash');
}

function remote(sub: string | undefined): Finding {
  if (sub === undefined || /^(?:-v|show|get-url|--verbose)$/.test(sub)) return finding('read', 'git remote');
  return /^(?:remove|rm|prune)$/.test(sub) ? finding('destructive', 'git remote remove') : finding('write', 'git remote');
}

function config(flags: Flags): Finding {
  if (flags.has('--unset', '--unset-all', '--remove-section')) return finding('destructive', 'git config --unset');
  if (
    flags.has('--get', '--list', '-l', '--get-all', '--get-regexp', '--show-origin', 'get', 'list') ||
    flags.words.filter((word) => !word.startsWith('-')).length === 1
  )
    return finding('read', 'git config');
  return finding('write', 'git config');
}
