// Commands about forwards: where the log is sent as it grows.
// Data only: actions are loaded when they run. Never put a secret, or anything that looks like one, into an example.
import type { CommandSpec } from '../command.ts';

export const forwardCommands: readonly CommandSpec[] = [
  {
    usage: 'forward',
    group: 'Log:',
    summary: 'Where the log is sent as it grows',
    needs: 'nothing',
    commands: [
      {
        usage: 'list',
        summary: 'Show the forwards, and how far each has come',
        needs: 'gateway',
        examples: [['forward list', 'lag, losses and the last failure of each']],
        load: async () => (await import('../action/forwards.ts')).listForwardsAction,
      },
      {
        usage: 'show <name>',
        summary: 'Show one forward; exits with 1 while it fails or has lost something',
        needs: 'gateway',
        examples: [['forward show siem', 'everything about it']],
        load: async () => (await import('../action/forwards.ts')).showForwardAction,
      },
      {
        usage: 'test <name>',
        summary: 'Send one marked test record through a forward now, and say what became of it',
        details:
          'It is event forward-test with number 0, and no entry of the log. The place of the forward stays as it is; a disabled one is tried too.',
        needs: 'gateway',
        examples: [['forward test siem', 'does its target take a record?']],
        load: async () => (await import('../action/forwards.ts')).testForwardAction,
      },
    ],
  },
];
