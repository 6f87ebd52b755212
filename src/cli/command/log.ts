// Commands about the audit log: show, follow, export, verify.
// Data only: actions are loaded when they run. Never put a secret, or anything that looks like one, into an example.
import type { CommandSpec } from '../command.ts';
import { evidenceCommands } from './evidence.ts';

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
        summary: 'Write the log as JSON lines, for keeping and for `verify`',
        needs: 'gateway',
        options: [
          { flags: '--from <seq>', help: 'first entry' },
          { flags: '--to <seq>', help: 'last entry' },
          { flags: '-o, --output <file>', help: 'a new file instead of standard output' },
        ],
        examples: [['log export -o log.jsonl', 'all of it']],
        load: async () => (await import('../action/log.ts')).exportLogAction,
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
    usage: 'verify [source]',
    group: 'Log:',
    summary: 'Verify an exported log: chain, hashes, and the rules that decisions, outcomes and revisions keep',
    details:
      'The source is a file, - for standard input, or the URL of an export. Needs neither the gateway nor the database for a file.\n\n' +
      'Exits with 0 when the log is sound, 1 when it is broken (it says the first bad entry, the rule, what was expected and what was found), 2 when it cannot be told.',
    needs: 'gateway',
    options: [
      { flags: '--org <name>', help: 'the organization the log must belong to' },
      { flags: '--expect <seq:hash>', help: 'an entry that must be in the log, from an earlier verification or a receipt' },
      { flags: '--checkpoint <file>', help: 'a checkpoint, or an anchor file with one a line, that the log must agree with' },
      { flags: '--key <key>', help: 'verifier key that must have signed the checkpoints; may be given several times', repeat: 'one' },
      { flags: '--proof <file>', help: 'check the proof of one call instead of a log; - for standard input' },
      { flags: '--partial', help: 'accept a log that starts later than its first entry' },
    ],
    examples: [
      ['verify log.jsonl', 'a file'],
      ['verify log.jsonl --checkpoint today.checkpoint --key sallyport/default+1a2b3c4d+AY…', 'nothing was changed since that day'],
      ['verify --proof call.proof.json --key sallyport/default+1a2b3c4d+AY…', 'one call'],
      ['verify http://127.0.0.1:7861/api/v1/log/export', 'what the running gateway exports'],
    ],
    load: async () => (await import('../action/verify.ts')).verifyAction,
  },
  ...evidenceCommands,
];
