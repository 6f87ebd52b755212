// A policy to start from, as commented YAML: reading is allowed, writing is held for a person, what destroys or sends out is denied until somebody
// names it. Least privilege; a person reads and edits it before it is applied.
import type { Intent } from '../../call.ts';

/** Tools named in one policy. */
export const MAX_STARTER_TOOLS = 5_000;
const MAX_COMMENT_CHARS = 90;

export interface StarterTool {
  server: string;
  tool: string;
  intent: Intent;
  category: string | undefined;
  description: string | undefined;
}

const GROUPS: readonly { intent: Intent; effect: 'allow' | 'hold' | 'deny'; says: string }[] = [
  {
    intent: 'destructive',
    effect: 'deny',
    says: 'What destroys, pays or cannot be undone: denied. Move what is needed to a rule of its own, with bounds.',
  },
  { intent: 'exfiltrative', effect: 'deny', says: 'What sends data out: denied. Allow it to named recipients.' },
  { intent: 'write', effect: 'hold', says: 'What writes: a person says yes to each call. Allow what is harmless.' },
  { intent: 'read', effect: 'allow', says: 'What reads: allowed.' },
];

/** `unread`: servers whose tools are not known yet. */
export function starterText(tools: readonly StarterTool[], agent: string | undefined, unread: readonly string[] = []): string {
  const named = tools.slice(0, MAX_STARTER_TOOLS);
  const lines = [
    '# A policy to start from: the tools that are registered, by what they do as far as their definitions tell.',
    '# Rules are asked in order, the first that matches decides, and what no rule names is denied: a tool that appears later is, too.',
    '# Read it, edit it, and try it: sallyport policy lint FILE; sallyport policy simulate --policy FILE',
    ...unread.map(
      (server) =>
        `# NOT IN HERE: server ${quoted(server)}: what it has is not known yet, so all of it is denied. Read it: sallyport server review ${server}`,
    ),
    'kind: policy',
    `metadata: { name: ${agent === undefined ? 'starter' : `starter-${agent}`.slice(0, 63)} }`,
    'spec:',
    ...(agent === undefined ? [] : ['  tier: agent', `  agent: ${quoted(agent)}`]),
  ];
  if (named.length === 0) return [...lines, '  rules: [] # No tool is registered, or no server was read yet.', ''].join('\n');
  lines.push('  rules:');
  for (const { intent, effect, says } of GROUPS) {
    const ofIntent = named.filter((tool) => tool.intent === intent);
    if (ofIntent.length === 0) continue;
    lines.push(`    # ${says}`);
    for (const server of [...new Set(ofIntent.map((tool) => tool.server))].sort()) {
      const here = ofIntent.filter((tool) => tool.server === server).sort((a, b) => (a.tool < b.tool ? -1 : 1));
      lines.push(
        `    - name: ${ruleName(`${intent}-${server}`)}`,
        '      match:',
        `        server: [${quoted(globText(server))}]`,
        '        tool:',
      );
      for (const one of here) lines.push(`          - ${quoted(globText(one.tool))}${comment(one)}`);
      lines.push(`      effect: ${effect}`);
    }
  }
  if (tools.length > named.length) lines.push(`    # ${tools.length - named.length} more tools are left out: they are denied.`);
  return `${lines.join('\n')}\n`;
}

function comment({ category, description }: StarterTool): string {
  const text = [category, description?.replace(/[^\p{L}\p{N}\p{P}\p{S} ]+/gu, ' ')].filter((part) => part !== undefined).join('; ');
  return text === '' ? '' : ` # ${text.slice(0, MAX_COMMENT_CHARS).trim()}`;
}

export function ruleName(text: string): string {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
    .replace(/-+$/, '');
  return name === '' ? 'rule' : name;
}

/** JSON text is YAML. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** A name as a glob that matches it: `*` and `?` in it match themselves, and little else. */
export function globText(name: string): string {
  return name.replaceAll('*', '?');
}
