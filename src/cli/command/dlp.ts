// Commands about DLP: profiles, trying it on a file, purging tokens.
// Data only: actions are loaded when they run. Never put a secret, or anything that looks like one, into an example.
import type { CommandSpec } from '../command.ts';

export const dlpCommands: readonly CommandSpec[] = [
  {
    usage: 'dlp',
    group: 'Rules:',
    summary: 'Sensitive data in what passes',
    needs: 'nothing',
    commands: [
      {
        usage: 'profile [name]',
        summary: 'List the shipped profiles, or print one as an object file to apply',
        needs: 'nothing',
        examples: [
          ['dlp profile', 'secrets-only, gdpr, pci, strict'],
          ['dlp profile secrets-only', 'a file for `apply -f -`'],
        ],
        load: async () => (await import('../action/dlp.ts')).dlpProfileAction,
      },
      {
        usage: 'scan <path>',
        summary: 'Say what would be found in a file (- for standard input): types and places, never values',
        needs: 'nothing',
        examples: [['dlp scan answer.json', 'by the code that looks at calls']],
        load: async () => (await import('../action/dlp.ts')).dlpScanAction,
      },
      {
        usage: 'purge <name>',
        summary: 'Make every token worthless that was made so far under this object of kind dlp',
        needs: 'gateway',
        examples: [['dlp purge gdpr', 'agents get new tokens when they read again']],
        load: async () => (await import('../action/dlp.ts')).dlpPurgeAction,
      },
    ],
  },
];
