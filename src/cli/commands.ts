// Every command of the command line as data. Help, docs/cli.md and the parser are made from this table; actions are loaded when they run.
// Never put a secret, or anything that looks like one, into an example.
import { access } from './access-commands.ts';
import type { CommandSpec, OptionSpec } from './command.ts';

const FILES: OptionSpec = {
  flags: '-f, --file <path>',
  help: 'file, folder (read in full, *.yaml, *.yml and *.json) or - for standard input; may be repeated',
  repeat: 'one',
};
const KINDS =
  'Kinds: server, agent, class, team, user, role, token, policy, freeze, secret, operator, organization; the plural is understood, too.';

const run: readonly CommandSpec[] = [
  {
    usage: 'start',
    group: 'Gateway:',
    summary: 'Quick start: two sample servers, an agent with a token, a policy, and the gateway',
    details: 'Needs a checkout. A second start keeps everything. `npm start` builds and does this.',
    needs: 'settings',
    examples: [['start', 'set up, print how to connect clients, and serve']],
    load: async () => (await import('./action/run-gateway.ts')).startAction,
  },
  {
    usage: 'serve',
    group: 'Gateway:',
    summary: 'Run the gateway until it is told to stop',
    details: 'SIGINT and SIGTERM let calls under way end; a second signal ends at once.',
    needs: 'settings',
    options: [
      { flags: '--json-ready', help: 'print one JSON line with the URLs when it listens' },
      {
        flags: '--upstream <name=url>',
        help: 'conformance profile only: a server to register; `name=sse:url` for HTTP+SSE; may be repeated',
        repeat: 'one',
      },
    ],
    examples: [
      ['serve', 'embedded database in .sallyport, agents on port 7860, operators on port 7861'],
      ['serve --config gateway.yaml --listen 127.0.0.1:8000', 'settings from a file, another port for agents'],
    ],
    load: async () => (await import('./action/run-gateway.ts')).serveAction,
  },
  {
    usage: 'init',
    group: 'Gateway:',
    summary: 'Make the data directory, the organization, the master key and the first operator token',
    details: 'The token goes into the file operator.token (mode 0600) in the data directory. What is there already stays as it is.',
    needs: 'settings',
    examples: [
      ['init', 'in .sallyport'],
      ['init --data /var/lib/sallyport', 'somewhere else'],
    ],
    load: async () => (await import('./action/init.ts')).initAction,
  },
  {
    usage: 'doctor',
    group: 'Gateway:',
    summary: 'Check everything a gateway needs, and say what to do about what is wrong',
    needs: 'settings',
    options: [{ flags: '--url <url>', help: 'admin URL of the gateway to look at (SALLYPORT_ADMIN_URL)' }],
    examples: [['doctor', 'each line: ok, warn or fail, with the next step']],
    load: async () => (await import('./action/doctor.ts')).doctorAction,
  },
];

const objects: readonly CommandSpec[] = [
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
    load: async () => (await import('./action/apply.ts')).applyAction,
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
    load: async () => (await import('./action/apply.ts')).diffAction,
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
    load: async () => (await import('./action/objects.ts')).getAction,
  },
  {
    usage: 'history <kind> <name>',
    group: 'Objects:',
    summary: 'Show the versions of an object, newest first',
    needs: 'gateway',
    options: [{ flags: '--limit <n>', help: 'at most so many; 50 unless given' }],
    examples: [['history policy quickstart', 'who changed it, and when']],
    load: async () => (await import('./action/objects.ts')).historyAction,
  },
  {
    usage: 'rollback <kind> <name>',
    group: 'Objects:',
    summary: 'Write an older version of an object again, as a new revision',
    needs: 'gateway',
    options: [
      { flags: '--to <revision>', help: 'revision to go back to, from `history`' },
      { flags: '--dry-run', help: 'say what would change, and change nothing' },
    ],
    examples: [['rollback policy quickstart --to 3', 'as it was at revision 3']],
    load: async () => (await import('./action/objects.ts')).rollbackAction,
  },
  {
    usage: 'delete <kind> <name>',
    group: 'Objects:',
    summary: 'Delete an object',
    needs: 'gateway',
    options: [{ flags: '--revision <n>', help: 'only when it is at this revision' }],
    examples: [['delete server tickets', 'agents cannot reach it from the next call on']],
    load: async () => (await import('./action/objects.ts')).deleteAction,
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
    load: async () => (await import('./action/objects.ts')).exportAction,
  },
  {
    usage: 'schema',
    group: 'Objects:',
    summary: 'Print the JSON Schema of object files, for editors',
    needs: 'nothing',
    examples: [['schema > sallyport.schema.json', 'for the YAML extension of an editor']],
    load: async () => (await import('./action/schema.ts')).schemaAction,
  },
];

const log: readonly CommandSpec[] = [
  {
    usage: 'log',
    group: 'Log:',
    summary: 'The audit log',
    needs: 'nothing',
    commands: [
      {
        usage: 'show [call]',
        summary: 'Show entries: those of a call, one by its number, or the newest',
        needs: 'gateway',
        options: [
          { flags: '--values', help: 'the full values behind the commitments too, of one entry or call; role reviewer' },
          { flags: '--limit <n>', help: 'at most so many; 20 unless given' },
          { flags: '--to <seq>', help: 'back from this entry' },
          { flags: '--agent <name>', help: 'only decisions about this agent' },
          { flags: '--server <name>', help: 'only decisions about this server' },
          { flags: '--tool <name>', help: 'only decisions about this tool' },
          { flags: '--effect <effect>', help: 'only decisions with this effect', choices: ['allow', 'deny', 'hold'] },
          { flags: '--type <type>', help: 'only entries of this type', choices: ['decision', 'outcome', 'object', 'signin', 'system'] },
        ],
        examples: [
          ['log show', 'the newest entries'],
          ['log show 42 --values', 'entry 42 with the full arguments'],
          ['log show --effect deny --agent support-bot', 'what an agent was refused'],
        ],
        load: async () => (await import('./action/log.ts')).showLogAction,
      },
      {
        usage: 'tail',
        summary: 'Follow the log until Ctrl-C',
        details: 'Goes on after an interruption where it was. With `--json`, one entry per line as in an export.',
        needs: 'gateway',
        options: [{ flags: '--from <seq>', help: 'from this entry on, instead of only what comes' }],
        examples: [['log tail', 'every decision as it is made']],
        load: async () => (await import('./action/log.ts')).tailLogAction,
      },
      {
        usage: 'export',
        summary: 'Write the log as JSON lines, for keeping and for `verify`',
        needs: 'gateway',
        options: [
          { flags: '--from <seq>', help: 'first entry' },
          { flags: '--to <seq>', help: 'last entry' },
          { flags: '-o, --output <file>', help: 'a new file instead of standard output' },
        ],
        examples: [['log export -o log.jsonl', 'all of it']],
        load: async () => (await import('./action/log.ts')).exportLogAction,
      },
    ],
  },
  {
    usage: 'verify <source>',
    group: 'Log:',
    summary: 'Verify an exported log: chain, hashes, and the rules that decisions, outcomes and revisions keep',
    details:
      'The source is a file, - for standard input, or the URL of an export. Needs neither the gateway nor the database for a file.\n\n' +
      'Exits with 0 when the log is sound, 1 when it is broken (it says the first bad entry, the rule, what was expected and what was found), 2 when it cannot be told.',
    needs: 'gateway',
    options: [
      { flags: '--org <name>', help: 'the organization the log must belong to' },
      { flags: '--expect <seq:hash>', help: 'an entry that must be in the log, from an earlier verification or a receipt' },
      { flags: '--partial', help: 'accept a log that starts later than its first entry' },
    ],
    examples: [
      ['verify log.jsonl', 'a file'],
      ['verify http://127.0.0.1:7861/api/v1/log/export', 'what the running gateway exports'],
    ],
    load: async () => (await import('./action/verify.ts')).verifyAction,
  },
];

const data: readonly CommandSpec[] = [
  {
    usage: 'backup <path>',
    group: 'Data:',
    summary: 'Write a backup to a new file, while the gateway runs or not',
    details: 'It holds objects, log and wrapped keys, but not the master key: keep that one elsewhere.',
    needs: 'store',
    examples: [['backup sallyport.backup', 'mode 0600; refuses a file that exists']],
    load: async () => (await import('./action/backup.ts')).backupAction,
  },
  {
    usage: 'restore <path>',
    group: 'Data:',
    summary: 'Restore a backup into an empty data directory or database',
    details: 'Every log in the backup is verified first. The master key of the backed-up gateway must be put back by hand.',
    needs: 'store',
    examples: [['restore sallyport.backup --data /var/lib/sallyport', 'then put master.key there, and serve']],
    load: async () => (await import('./action/backup.ts')).restoreAction,
  },
  {
    usage: 'key',
    group: 'Data:',
    summary: 'Keys of the vault',
    needs: 'nothing',
    commands: [
      {
        usage: 'rotate [which]',
        summary: 'Take a new key into use: `data` (what is sealed from now on) or `master` (what wraps the data keys)',
        details:
          '`data` goes through the running gateway. `master` works on the data directory while no gateway runs on it: it makes a new key file, wraps every data key\n' +
          'anew, and only then replaces the old file. It can be repeated after a crash.',
        needs: 'gateway',
        examples: [
          ['key rotate', 'a new data key'],
          ['key rotate master', 'a new master key, gateway stopped'],
        ],
        load: async () => (await import('./action/keys.ts')).rotateKeyAction,
      },
    ],
  },
];

export const commands: readonly CommandSpec[] = [...run, ...objects, ...access, ...log, ...data];
