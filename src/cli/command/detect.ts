// Commands about what detectors make of data: labelled sets for their scorers.
// Data only: actions are loaded when they run. Never put a secret, or anything that looks like one, into an example.
import type { CommandSpec } from '../command.ts';

export const detectCommands: readonly CommandSpec[] = [
  {
    usage: 'scan <what>',
    group: 'Detection:',
    summary: 'Report what speaks against definitions: of a server, or of a file with the result of tools/list',
    details:
      'A file is looked at here, without a gateway: a list, one definition, results, responses or pages of them, a handshake. A server is looked at as the gateway reads it now, against the definitions of its other servers.',
    needs: 'gateway',
    options: [
      { flags: '--sarif', help: 'print the report as SARIF 2.1.0' },
      { flags: '--exit-code', help: 'exit with 1 when something was found' },
    ],
    examples: [
      ['scan tools.json', 'a file: {"tools": [...]}'],
      ['scan tickets --sarif', 'a server of the gateway, for a code scanning tool'],
    ],
    load: async () => (await import('../action/scan.ts')).scanAction,
  },
  {
    usage: 'detect',
    group: 'Detection:',
    summary: 'Detectors on labelled data',
    needs: 'nothing',
    commands: [
      {
        usage: 'eval',
        summary: 'Read a labelled set and write what the detectors say of each item, by the code that judges calls',
        details: 'The kind of the set (`tools`, `args`, …) stands in the file. Labels are not looked at. Needs no gateway.',
        needs: 'nothing',
        options: [
          { flags: '--set <path>', help: 'JSON file with the set' },
          { flags: '--out <path>', help: 'JSON file for the predictions' },
          { flags: '--blind', help: 'without the annotations that authors of tools give' },
        ],
        examples: [['detect eval --set tools.json --out predictions.json --blind', 'one prediction per item']],
        load: async () => (await import('../action/detect-eval.ts')).detectEvalAction,
      },
    ],
  },
];
