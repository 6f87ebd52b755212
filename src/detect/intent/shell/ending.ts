// Command lines whose verb only changes something, and whose options, numbers or bodies end it: `--replicas=0`, `apply --prune`, `"Action": "DELETE"`.
// Looks at words only.
import { type Finding, finding } from '../verdict.ts';

const OPTION = /^--(?:prune|accept-data-loss|force-reset|delete-branch|purge|destroy|wipe|remove-orphans|allow-destructive)$/;
/** Nothing is left running. */
const TO_ZERO =
  / (?:--(?:replicas|desired-count|desired-capacity|num-nodes|max-size|min-count|node-count|instance-count)[= ]0) |"(?:replicas|desiredCount|DesiredCapacity)"\s*:\s*0\b/;
const BODY =
  /"(?:Action|action|op|method)"\s*:\s*"(?:DELETE|delete|Delete)"|"DeleteRequest"\s*:|\bmutation\b[^"']{0,40}\{\s*(?:\w{1,40}\s*:\s*)?(?:delete|remove|archive|close|revoke)[A-Z]/;
const SCRIPT = /^(?:clean|reset|drop|destroy|purge|wipe|nuke|uninstall|teardown)(?:[:_-].*)?$|[:_-](?:drop|reset|destroy|purge|wipe|nuke)$/;
const LINE = new Map<string, RegExp>([
  ['ip', / down | (?:neigh|route|addr|rule) (?:flush|del|delete) | netns (?:del|delete) /],
  ['vault', / (?:sys\/seal|sys\/revoke|sys\/leases\/revoke\S*) /],
  ['npm', / run(?:-script)? /],
]);

/** Undefined: nothing ends, as far as is seen. `tool`: whose rules the command follows. */
export function ends(tool: string, words: readonly string[]): Finding | undefined {
  const text = ` ${words.join(' ')} `;
  if (words.some((word) => OPTION.test(word))) return finding('destructive', `${tool} with an option that removes`);
  if (TO_ZERO.test(text) || (/ scale /.test(text) && words.some((word) => /^[\w./-]+=0$/.test(word))))
    return finding('destructive', 'scale to zero');
  if (words.some((word) => BODY.test(word))) return finding('destructive', `${tool} with a body that deletes`);
  if (LINE.get(tool)?.test(text) !== true) return undefined;
  if (tool === 'npm' && !SCRIPT.test(words[words.findIndex((word) => /^run(?:-script)?$/.test(word)) + 1] ?? '')) return undefined;
  return finding('destructive', `${tool} that ends something`);
}
