// Commands about limits: what is allowed, and what is used of it.
// Data only: actions are loaded when they run. Never put a secret, or anything that looks like one, into an example.
import type { CommandSpec } from '../command.ts';

export const limitCommands: readonly CommandSpec[] = [
  {
    usage: 'limit',
    group: 'Rules:',
    summary: 'Limits: rates, calls at once, quotas',
    needs: 'nothing',
    commands: [
      {
        usage: 'list',
        summary: 'Show the limits, those of tokens too, and what is used of them',
        needs: 'gateway',
        examples: [['limit list', 'each with its fullest count']],
        load: async () => (await import('../action/limits.ts')).listLimitsAction,
      },
      {
        usage: 'show <name>',
        summary: 'Show one limit and every count of it',
        details: 'Quotas are those of all gateways; calls at once are those of the gateway that answers.',
        needs: 'gateway',
        examples: [
          ['limit show refunds', 'who has used how much, and when there is room again'],
          ['limit show token/ci', 'the own limits of a token'],
        ],
        load: async () => (await import('../action/limits.ts')).showLimitAction,
      },
    ],
  },
];
