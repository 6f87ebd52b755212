// Commands about evidence for others: packs for a period.
// Data only: actions are loaded when they run. Never put a secret, or anything that looks like one, into an example.
import type { CommandSpec } from '../command.ts';

export const evidenceCommands: readonly CommandSpec[] = [
  {
    usage: 'evidence',
    group: 'Log:',
    summary: 'Evidence for auditors',
    needs: 'nothing',
    commands: [
      {
        usage: 'pack',
        summary: 'Write an evidence pack for a period: a page, the same as JSON, and proofs of what they name',
        details:
          'Each statement is computed from the log and the objects in force, and leads to entries that are proved; what is missing is listed as a gap.\n' +
          'A pack supports an assessment; it is none.',
        needs: 'gateway',
        options: [
          { flags: '--framework <name>', help: 'what it is laid out by', choices: ['eu-ai-act', 'soc2', 'iso27001'] },
          { flags: '--from <time>', help: 'begin of the period, for example 90d or 2026-01-01T00:00:00Z' },
          { flags: '--to <time>', help: 'end of the period; now unless given' },
          { flags: '--out <dir>', help: 'a new directory for it' },
        ],
        examples: [['evidence pack --framework soc2 --from 90d --out soc2-2026-q3', 'then open index.html']],
        load: async () => (await import('../action/evidence-pack.ts')).evidencePackAction,
      },
    ],
  },
];
