// Commands about the audit log: show, follow, export, verify.
// Data only: actions are loaded when they run. Never put a secret, or anything that looks like one, into an example.
import type { CommandSpec, OptionSpec } from '../command.ts';
import { evidenceCommands } from './evidence.ts';
import { forwardCommands } from './forward.ts';
import { reportCommands } from './report.ts';

/** Which entries: the same for every command that reads the log for others. */
export const matchOptions: readonly OptionSpec[] = [
  { flags: '--since <time>', help: 'not older than so long (7d), or since an instant' },
  { flags: '--until <time>', help: 'before that' },
  { flags: '--type <types>', help: 'decision, outcome, object, signin, system' },
  { flags: '--event <events>', help: 'of system entries: gap, drift, incident, …' },
  { flags: '--agent <names>', help: 'about these agents' },
  { flags: '--user <names>', help: 'on behalf of these users' },
  { flags: '--server <names>', help: 'about these servers' },
  { flags: '--tool <names>', help: 'about these tools' },
  { flags: '--effect <effects>', help: 'allow, deny, hold' },
  { flags: '--rule <rules>', help: 'decided by these rules' },
  { flags: '--code <codes>', help: 'with these reason codes' },
];

export const logCommands: readonly CommandSpec[] = [
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
        load: async () => (await import('../action/log.ts')).showLogAction,
      },
      {
        usage: 'tail',
        summary: 'Follow the log until Ctrl-C',
        details: 'Goes on after an interruption where it was. With `--json`, one entry per line as in an export.',
        needs: 'gateway',
        options: [{ flags: '--from <seq>', help: 'from this entry on, instead of only what comes' }],
        examples: [['log tail', 'every decision as it is made']],
        load: async () => (await import('../action/log.ts')).tailLogAction,
      },
      {
        usage: 'export',
        summary: 'Write the log: as JSON lines, for keeping and for `verify`, or as another system reads it',
        details:
          'Filters take globs, several separated by commas; an outcome is written where its decision is. Values of arguments and results are never exported.\n\n' +
          'With `--continue` the file is gone on with where it ends, however the command ended before: nothing is missing and nothing is there twice. A file `<file>.cursor` remembers where that is.',
        needs: 'gateway',
        options: [
          {
            flags: '--format <format>',
            help: 'jsonl unless given; syslog is RFC 5424 with octet counting',
            choices: ['jsonl', 'ocsf', 'cef', 'syslog', 'otlp'],
          },
          { flags: '--from <seq>', help: 'first entry' },
          { flags: '--to <seq>', help: 'last entry' },
          ...matchOptions,
          { flags: '-o, --output <file>', help: 'a new file instead of standard output' },
          { flags: '--continue', help: 'go on with the file of an earlier export, or begin it' },
        ],
        examples: [
          ['log export -o log.jsonl', 'all of it'],
          ['log export --format ocsf --effect deny --since 7d -o denied.ocsf.jsonl', 'what was refused in a week'],
          ['log export --format cef -o siem.cef --continue', 'what came since the last time'],
        ],
        load: async () => (await import('../action/log-export.ts')).exportLogAction,
      },
      {
        usage: 'checkpoint',
        summary: 'Make a signed checkpoint of the log as it is now',
        details: 'Keep it where the gateway cannot change it: `verify --checkpoint` finds any later change of what it covers.',
        needs: 'gateway',
        options: [{ flags: '-o, --output <file>', help: 'a new file instead of standard output' }],
        examples: [['log checkpoint -o today.checkpoint', 'a note of a few lines']],
        load: async () => (await import('../action/evidence.ts')).checkpointAction,
      },
      {
        usage: 'anchor [name]',
        summary: 'Make a checkpoint and give it to the anchors now: time-stamp authorities, witnesses, buckets',
        details:
          'Anchors are objects of kind `anchor`; what each narrows stands in docs/threat-model.md. Exits with 1 when one of them fails.',
        needs: 'gateway',
        examples: [
          ['log anchor', 'all of them'],
          ['log anchor tsa', 'one'],
        ],
        load: async () => (await import('../action/evidence.ts')).anchorAction,
      },
      {
        usage: 'anchors',
        summary: 'List who vouches for checkpoints or keeps them, and how each is doing',
        needs: 'gateway',
        examples: [['log anchors', 'with the entries of the last checkpoint each had']],
        load: async () => (await import('../action/evidence.ts')).anchorsAction,
      },
      {
        usage: 'key [rotate]',
        summary: 'Show the public keys that checkpoints are checked with, or take a new one into use',
        needs: 'gateway',
        examples: [
          ['log key', 'oldest first; the last one signs'],
          ['log key rotate', 'a new key; role admin'],
        ],
        load: async () => (await import('../action/evidence.ts')).logKeyAction,
      },
      {
        usage: 'consistency <from> <to>',
        summary: 'Prove that the log of so many entries is the beginning of that of so many',
        needs: 'gateway',
        examples: [['log consistency 100 250', 'the hashes of RFC 9162 §2.1.4']],
        load: async () => (await import('../action/evidence.ts')).consistencyAction,
      },
      {
        usage: 'archive',
        summary: 'Write the oldest entries to a segment that verifies alone; with --remove, take them out of the database',
        details:
          'A segment ends at a multiple of 256 entries. --remove needs role admin and an object of kind retention with `archive`; entries with sealed values\n' +
          'left beside them, or under a legal hold, stay. The file is checked before anything is removed; from then on it is the only copy.',
        needs: 'gateway',
        options: [
          { flags: '--out <dir>', help: 'directory for the segment' },
          { flags: '--to <seq>', help: 'last entry, a multiple of 256; as many as possible unless given' },
          { flags: '--remove', help: 'take them out of the database' },
        ],
        examples: [
          ['log archive --out archive', 'a copy'],
          ['log archive --out archive --remove', 'by rule'],
        ],
        load: async () => (await import('../action/archive.ts')).archiveAction,
      },
      {
        usage: 'erase',
        summary: 'Delete the sealed arguments and results of a person, an agent, a token or a call; role admin',
        details:
          'Entries and chain stay as they are, and the log says what was deleted. What was asked for up to now is meant; reversible tokens of that person or\n' +
          'agent are worth nothing any more. What a legal hold keeps stays, and is counted. Without --yes it only counts. Backups still have what they had.',
        needs: 'gateway',
        options: [
          { flags: '--user <name>', help: 'calls made for this user; several are possible', repeat: 'list' },
          { flags: '--agent <name>', help: 'calls of this agent', repeat: 'list' },
          { flags: '--match-token <name>', help: 'calls made with the token of this name', repeat: 'list' },
          { flags: '--call <id>', help: 'this call, and what was asked for during it', repeat: 'list' },
          { flags: '--from <time>', help: 'only calls decided since then, for example 30d or 2026-01-31T00:00:00Z' },
          { flags: '--to <time>', help: 'only calls decided until then' },
          { flags: '--reason <text>', help: 'why; kept with the request' },
          { flags: '--yes', help: 'delete them' },
        ],
        examples: [
          ['log erase --user eva --reason "asked for erasure"', 'count first'],
          ['log erase --user eva --reason "asked for erasure" --yes', 'then delete'],
        ],
        load: async () => (await import('../action/erasures.ts')).eraseAction,
      },
      {
        usage: 'erasures',
        summary: 'Show the requests to delete values, and whether they are done',
        needs: 'gateway',
        examples: [['log erasures', 'completed: nothing is left of it']],
        load: async () => (await import('../action/erasures.ts')).listErasuresAction,
      },
    ],
  },
  {
    usage: 'proof <call>',
    group: 'Log:',
    summary: 'Prove one call: its entries, the policy and definition in force, and a signed checkpoint, in one file',
    needs: 'gateway',
    options: [{ flags: '-o, --output <file>', help: 'a new file instead of standard output' }],
    examples: [['proof call_01k… -o call.proof.json', 'check it anywhere with `verify --proof`']],
    load: async () => (await import('../action/evidence.ts')).proofAction,
  },
  {
    usage: 'verify [source...]',
    group: 'Log:',
    summary: 'Verify an exported log: chain, hashes, and the rules that decisions, outcomes and revisions keep',
    details:
      'The source is a file, - for standard input, or the URL of an export. Needs neither the gateway nor the database for a file. Segments of a log\n' +
      '(`log archive`) are verified alone, and several of them as one; an export that goes on from the last one may come last.\n\n' +
      'Exits with 0 when the log is sound, 1 when it is broken (it says the first bad entry, the rule, what was expected and what was found), 2 when it cannot be told.',
    needs: 'gateway',
    options: [
      { flags: '--org <name>', help: 'the organization the log must belong to' },
      { flags: '--expect <seq:hash>', help: 'an entry that must be in the log, from an earlier verification or a receipt' },
      { flags: '--checkpoint <file>', help: 'a checkpoint, or an anchor file with one a line, that the log must agree with' },
      { flags: '--key <key>', help: 'verifier key that must have signed the checkpoints; may be given several times', repeat: 'one' },
      {
        flags: '--anchor <file>',
        help: 'more checkpoints kept elsewhere: a file, or a folder of files of a bucket; may be given several times',
        repeat: 'one',
      },
      {
        flags: '--witness <key>',
        help: 'verifier key of a witness that must have cosigned a checkpoint; may be given several times',
        repeat: 'one',
      },
      {
        flags: '--tsa-ca <file>',
        help: 'certificates (PEM) that time stamps on checkpoints must lead to; may be given several times',
        repeat: 'one',
      },
      { flags: '--proof <file>', help: 'check the proof of one call instead of a log; - for standard input' },
      { flags: '--partial', help: 'accept a log that starts later than its first entry' },
    ],
    examples: [
      ['verify log.jsonl', 'a file'],
      ['verify archive/*.segment.jsonl --key sallyport/default+1a2b3c4d+AY…', 'segments, each alone and one after the other'],
      ['verify log.jsonl --checkpoint today.checkpoint --key sallyport/default+1a2b3c4d+AY…', 'nothing was changed since that day'],
      ['verify --proof call.proof.json --key sallyport/default+1a2b3c4d+AY…', 'one call'],
      ['verify http://127.0.0.1:7861/api/v1/log/export', 'what the running gateway exports'],
    ],
    load: async () => (await import('../action/verify.ts')).verifyAction,
  },
  ...forwardCommands,
  ...reportCommands,
  ...evidenceCommands,
];
