// Commands about notifications.
// Data only: actions are loaded when they run. Never put a secret, or anything that looks like one, into an example.
import type { CommandSpec } from '../command.ts';

export const notifyCommands: readonly CommandSpec[] = [
  {
    usage: 'webhook',
    group: 'Notifications:',
    summary: 'Notifications over every channel: try, list, deliver again',
    needs: 'nothing',
    commands: [
      {
        usage: 'test <subscription>',
        summary: 'Send a test event to a subscription now, and say what became of it',
        details: 'Goes past the queue, once. Works for every kind of channel.',
        needs: 'gateway',
        examples: [['webhook test security-alerts', 'does it get through?']],
        load: async () => (await import('../action/notifications.ts')).testSubscriptionAction,
      },
      {
        usage: 'deliveries',
        summary: 'Show what was delivered, what waits, and what was given up, newest first',
        needs: 'gateway',
        options: [
          { flags: '--status <status>', help: 'pending, delivered or dead', choices: ['pending', 'delivered', 'dead'] },
          { flags: '--subscription <name>', help: 'only of this subscription' },
          { flags: '--limit <n>', help: 'at most so many, up to 1000; 100 unless given' },
          { flags: '--before <id>', help: 'only older ones than this' },
        ],
        examples: [
          ['webhook deliveries --status dead', 'what was given up, and why'],
          ['webhook deliveries --subscription security-alerts --json', 'for a program'],
        ],
        load: async () => (await import('../action/notifications.ts')).listDeliveriesAction,
      },
      {
        usage: 'replay [id]',
        summary: 'Deliver one notification again, or everything that was given up',
        details: 'Receivers see the same event id as before, so that they can tell a repetition.',
        needs: 'gateway',
        options: [
          { flags: '--all-dead', help: 'everything that was given up' },
          { flags: '--subscription <name>', help: 'with --all-dead: only of this subscription' },
        ],
        examples: [
          ['webhook replay 4711', 'ids are shown by `webhook deliveries`'],
          ['webhook replay --all-dead --subscription security-alerts', 'after its endpoint is mended'],
        ],
        load: async () => (await import('../action/notifications.ts')).replayAction,
      },
    ],
  },
];
