// `git` by its subcommand and flags. Force, discard and delete are destructive; what only shows, reads.
import { type Finding, finding } from '../verdict.ts';

const READ = new Set(
  'status log diff show blame shortlog describe rev-parse rev-list ls-files ls-tree ls-remote grep reflog cat-file name-rev whatchanged cherry count-objects fsck var version help diff-tree merge-base for-each-ref show-ref range-diff verify-commit verify-tag bugreport check-ignore'.split(
    ' ',
  ),
);
const WRITE = new Set(
  'add commit merge cherry-pick clone fetch pull init mv revert am apply tag branch switch checkout restore remote config stash submodule worktree notes bisect push bundle archive format-patch gc repack maintenance sparse-checkout lfs request-pull send-email sw co ci'.split(
    ' ',
  ),
);

export function gitCommand(words: readonly string[]): Finding {
  let at = 0;
  while (words[at]?.startsWith('-')) {
    // `-c alias.x='!cmd'`, `-c core.sshCommand=…`: configuration that runs commands.
    if (
      words[at] === '-c' &&
      /^(?:alias\.|core\.(?:sshCommand|pager|editor|fsmonitor|hooksPath)|credential\.|diff\.external|protocol\.ext)/i.test(
        words[at + 1] ?? '',
      )
    )
      return finding('destructive', 'git configured to run a command');
    at += words[at] === '-C' || words[at] === '-c' || words[at] === '--git-dir' || words[at] === '--work-tree' ? 2 : 1;
  }
  const sub = words[at] ?? '';
  const rest = words.slice(at + 1);
  const has = (...flags: string[]): boolean =>
    rest.some((word) => flags.includes(word) || flags.some((flag) => flag.startsWith('--') && word.startsWith(`${flag}=`)));
  const short = (letter: string): boolean => rest.some((word) => new RegExp(`^-[a-zA-Z]*${letter}[a-zA-Z]*$`).test(word));
  if (sub === '' || READ.has(sub))
    return sub === 'reflog' && /^(?:expire|delete)$/.test(rest[0] ?? '')
      ? finding('destructive', 'git reflog expire')
      : finding('read', `git ${sub}`);
  switch (sub) {
    case 'push':
      return push(rest, has, short);
    case 'reset':
      return has('--hard', '--merge', '--keep') ? finding('destructive', 'git reset --hard') : finding('write', 'git reset');
    case 'clean':
      return has('--dry-run') || short('n') ? finding('read', 'git clean, dry run') : finding('destructive', 'git clean');
    case 'checkout':
    case 'co':
      return has('--', '--force', '.') || rest[0] === '.' || short('f')
        ? finding('destructive', 'git checkout that discards changes')
        : finding('write', 'git checkout');
    case 'restore':
      return has('--staged') && !has('--worktree') ? finding('write', 'git restore --staged') : finding('destructive', 'git restore');
    case 'switch':
      return has('--discard-changes', '--force') || short('f')
        ? finding('destructive', 'git switch that discards changes')
        : finding('write', 'git switch');
    case 'branch':
      if (has('--delete', '-D', '-d') || short('D') || short('d')) return finding('destructive', 'git branch -d');
      return rest.every((word) =>
        /^(?:-a|-r|-v|-vv|--list|--all|--show-current|--merged|--no-merged|--contains|--sort.*|--format.*)$/.test(word),
      ) || has('--list', '--show-current')
        ? finding('read', 'git branch')
        : finding('write', 'git branch');
    case 'tag':
      if (has('-d', '--delete')) return finding('destructive', 'git tag -d');
      return rest.length === 0 || has('-l', '--list', '-n', '-v', '--verify', '--contains')
        ? finding('read', 'git tag')
        : finding('write', 'git tag');
    case 'stash':
      return stash(rest[0]);
    case 'remote':
      return remote(rest[0]);
    case 'config':
      return config(rest, has);
    case 'rebase':
      return has('--abort', '--continue', '--skip', '--quit') ? finding('write', 'git rebase') : finding('destructive', 'git rebase');
    case 'rm':
    case 'filter-branch':
    case 'filter-repo':
    case 'prune':
    case 'update-ref':
    case 'replace':
      return has('--cached') && sub === 'rm'
        ? finding('write', 'git rm --cached')
        : has('--dry-run') || (sub === 'rm' && short('n'))
          ? finding('read', 'git rm, dry run')
          : finding('destructive', `git ${sub}`);
    case 'worktree':
    case 'submodule':
    case 'notes':
    case 'bisect':
      return rest[0] === undefined || /^(?:list|status|show|log|summary|view)$/.test(rest[0])
        ? finding('read', `git ${sub}`)
        : finding(/^(?:remove|prune|deinit|rm)$/.test(rest[0]) ? 'destructive' : 'write', `git ${sub} ${rest[0].slice(0, 16)}`);
    case 'gc':
      return has('--prune') ? finding('destructive', 'git gc --prune') : finding('write', 'git gc');
    case 'commit':
      return finding('write', 'git commit');
    case 'send-email':
      return finding('exfiltrative', 'git send-email');
    default:
      return WRITE.has(sub) ? finding('write', `git ${sub}`) : finding('destructive', 'an unknown git command', false);
  }
}

function push(rest: readonly string[], has: (...flags: string[]) => boolean, short: (letter: string) => boolean): Finding {
  if (has('--dry-run') || short('n')) return finding('read', 'git push, dry run');
  const refs = rest.filter((word) => !word.startsWith('-'));
  if (has('--force', '--force-with-lease', '--mirror', '--delete', '--prune', '--force-if-includes') || short('f') || short('d'))
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

function config(rest: readonly string[], has: (...flags: string[]) => boolean): Finding {
  if (
    has('--get', '--list', '-l', '--get-all', '--get-regexp', '--show-origin', 'get', 'list') ||
    rest.filter((word) => !word.startsWith('-')).length === 1
  )
    return finding('read', 'git config');
  return has('--unset', '--unset-all', '--remove-section') ? finding('destructive', 'git config --unset') : finding('write', 'git config');
}
