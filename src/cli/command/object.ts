// Commands about objects: apply, diff, get, history, rollback and the rest.
// Data only: actions are loaded when they run. Never put a secret, or anything that looks like one, into an example.
import type { CommandSpec, OptionSpec } from '../command.ts';

const FILES: OptionSpec = {
  flags: '-f, --file <path>',
  help: 'file, folder (read in full, *.yaml, *.yml and *.json) or - for standard input; may be repeated',
  repeat: 'one',
};
const KINDS =
  'Kinds: server, agent, class, team, user, role, token, policy, limit, freeze, risk, dlp, injection, flow, secret, snapshot, operator, organization; the plural is understood, too.';

export const objectCommands: readonly CommandSpec[] = [
  {
    usage: 'apply',
    group: 'Objects:',
    summary: 'Apply object files, all or nothing',
    details: 'Secrets given as `valueFrom` are read here, not on the gateway; files relative to the object file.',
    needs: 'gateway',
    options: [
      FILES,
      { flags: '--dry-run', help: 'say what would change, and change nothing' },
      {
        flags: '--prune [kinds]',
        help: 'delete what is not in the files: of these kinds, or of the kinds that are in the files (operators only when named)',
      },
    ],
    examples: [
      ['apply -f policy.yaml', 'one file'],
      ['apply -f objects/ --dry-run', 'what a folder would change'],
      ['apply -f objects/ --prune server,policy', 'a folder as the whole truth about servers and policies'],
    ],
    load: async () => (await import('../action/apply.ts')).applyAction,
  },
  {
    usage: 'diff',
    group: 'Objects:',
    summary: 'Show line by line what applying would change',
    needs: 'gateway',
    options: [
      FILES,
      { flags: '--exit-code', help: 'exit with 1 when there is a difference' },
      { flags: '--prune [kinds]', help: 'as in apply' },
    ],
    examples: [['diff -f objects/', 'a folder against what the gateway has']],
    load: async () => (await import('../action/apply.ts')).diffAction,
  },
  {
    usage: 'get <kind> [name]',
    group: 'Objects:',
    summary: 'Show objects',
    details: `${KINDS} \`all\` is everything. Secrets show only \`(sealed)\`.`,
    needs: 'gateway',
    options: [{ flags: '-o, --output <form>', help: 'form of the output', choices: ['table', 'yaml', 'json', 'name'] }],
    examples: [
      ['get servers', 'all servers, one per line'],
      ['get policy quickstart', 'one policy as YAML'],
      ['get agent -o json', 'all agents as JSON'],
    ],
    load: async () => (await import('../action/objects.ts')).getAction,
  },
  {
    usage: 'history <kind> <name>',
    group: 'Objects:',
    summary: 'Show the versions of an object, newest first',
    needs: 'gateway',
    options: [
      { flags: '--limit <n>', help: 'at most so many; 50 unless given' },
      { flags: '--diff', help: 'with what each version changed, line by line' },
    ],
    examples: [
      ['history policy quickstart', 'who changed it, and when'],
      ['history policy quickstart --diff', 'and what'],
    ],
    load: async () => (await import('../action/objects.ts')).historyAction,
  },
  {
    usage: 'rollback <kind> <name>',
    group: 'Objects:',
    summary: 'Write an older version of an object again, as a new revision',
    needs: 'gateway',
    options: [
      { flags: '--to <revision>', help: 'revision to go back to, from `history`; the version before the one in force unless given' },
      { flags: '--dry-run', help: 'say what would change, and change nothing' },
    ],
    examples: [
      ['rollback policy quickstart', 'as it was before its last change'],
      ['rollback policy quickstart --to 3', 'as it was at revision 3'],
    ],
    load: async () => (await import('../action/objects.ts')).rollbackAction,
  },
  {
    usage: 'delete <kind> <name>',
    group: 'Objects:',
    summary: 'Delete an object',
    needs: 'gateway',
    options: [{ flags: '--revision <n>', help: 'only when it is at this revision' }],
    examples: [['delete server tickets', 'agents cannot reach it from the next call on']],
    load: async () => (await import('../action/objects.ts')).deleteAction,
  },
  {
    usage: 'export',
    group: 'Objects:',
    summary: 'Write all objects as YAML that `apply` reads',
    needs: 'gateway',
    options: [
      { flags: '--kind <kinds>', help: 'only these kinds', repeat: 'list' },
      { flags: '--with-secrets', help: 'secrets as sealed envelopes, useless without the same keys; role admin' },
      { flags: '--revisions', help: 'with revisions, so that applying it again is refused where something has changed' },
      { flags: '-o, --output <file>', help: 'a new file instead of standard output' },
    ],
    examples: [['export -o objects.yaml', 'everything but the secrets']],
    load: async () => (await import('../action/objects.ts')).exportAction,
  },
  {
    usage: 'schema',
    group: 'Objects:',
    summary: 'Print the JSON Schema of object files, for editors',
    needs: 'nothing',
    examples: [['schema > sallyport.schema.json', 'for the YAML extension of an editor']],
    load: async () => (await import('../action/schema.ts')).schemaAction,
  },
];
