// A shell text as an argument: what does running it do? Simple texts are read by our lexer, all others by the tree-sitter grammar.
// Never throws; what no reader accepted whole is said to be not whole.
import { withoutInvisible } from '../invisible.ts';
import { type Finding, finding, join } from '../verdict.ts';
import { judgePipeline } from './judge.ts';
import { simpleScript } from './lexer.ts';
import { type Inner, MAX_SHELL_CHARS, MAX_TREE_CHARS, type ShellScript } from './script.ts';
import { type ParseBash, treeScript } from './tree.ts';

export function analyseShell(text: string, parse: ParseBash | undefined, inner: Inner): Finding {
  if (text.length > MAX_SHELL_CHARS) return finding('destructive', 'too long to be understood', false);
  const { text: plain, hidden } = withoutInvisible(text);
  const script = simpleScript(plain) ?? treeOf(plain, parse);
  if (!script) return finding('destructive', 'not understood', false);
  let found: Finding | undefined;
  for (const pipeline of script.pipelines) found = join(found, judgePipeline(pipeline, inner));
  found ??= finding('read', 'no command');
  return script.whole && !hidden ? found : { ...found, whole: false };
}

function treeOf(text: string, parse: ParseBash | undefined): ShellScript | undefined {
  return text.length > MAX_TREE_CHARS ? undefined : parse?.(text, treeScript);
}
