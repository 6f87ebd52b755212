// Commands about what people allow in advance, and about who decides in whose place. Parts of `approval`.
// Data only: actions are loaded when they run. Never put a secret, or anything that looks like one, into an example.
import type { CommandSpec } from '../command.ts';

export const grantCommand: CommandSpec = {
  usage: 'grant',
  summary: 'Standing grants: calls that fit one run without a ticket',
  needs: 'nothing',
  commands: [
    {
      usage: 'create [name]',
      summary: 'Allow an agent a tool in advance, within a condition, until a day',
      details:
        'It answers only rules that hold, and only calls that you could approve one by one: the reviewers and the quorum of the rule apply, and nobody grants their own. Where a rule takes more people, others confirm it.',
      needs: 'gateway',
      options: [
        { flags: '--agent <name>', help: 'who may' },
        { flags: '--user <name>', help: 'only in calls made for this user' },
        { flags: '--tool <server/name>', help: 'which tool of which server, by its very name' },
        { flags: '--when <cel>', help: 'only while this holds, as in rules: args.amount <= 100' },
        { flags: '--until <when>', help: 'when it ends: an instant, or a time from now such as 5d' },
        { flags: '--from <when>', help: 'when it begins; now unless given' },
        { flags: '--max-uses <n>', help: 'so many calls at most, over all gateways' },
        {
          flags: '--rule <policy/rule>',
          help: 'only what this rule holds; may be repeated. Needed for holds of content and risk',
          repeat: 'one',
        },
        { flags: '--review <when>', help: 'when somebody asks whether it is still wanted; needed beyond 90 days' },
        { flags: '--pin', help: 'only while the definition of the tool is the one of now' },
        { flags: '--reason <text>', help: 'why; kept in the log' },
      ],
      examples: [
        [
          'approval grant create --agent refund-bot --tool billing/create_refund --when "args.amount <= 100" --until 5d --reason "support week"',
          'small refunds, this week',
        ],
      ],
      load: async () => (await import('../action/grants.ts')).createGrantAction,
    },
    {
      usage: 'list',
      summary: 'Show standing grants: state, uses, who stands for them, which are overdue for a look',
      needs: 'gateway',
      examples: [['approval grant list', 'all of them']],
      load: async () => (await import('../action/grants.ts')).listGrantsAction,
    },
    {
      usage: 'confirm <name>',
      summary: 'Stand for a grant that somebody else wrote',
      needs: 'gateway',
      examples: [['approval grant confirm refund-bot-create_refund', 'where the rule takes two people']],
      load: async () => (await import('../action/grants.ts')).confirmGrantAction,
    },
    {
      usage: 'revoke <name>',
      summary: 'End a standing grant at once',
      needs: 'gateway',
      examples: [['approval grant revoke refund-bot-create_refund', 'the next call that a rule holds waits again']],
      load: async () => (await import('../action/grants.ts')).revokeGrantAction,
    },
  ],
};

export const delegateCommand: CommandSpec = {
  usage: 'delegate',
  summary: 'Who decides in whose place, and until when',
  needs: 'nothing',
  commands: [
    {
      usage: 'to <user>',
      summary: 'Hand over your own deciding for a time',
      details: 'No more than you may do yourself, not handed on, one vote for both of you.',
      needs: 'gateway',
      options: [
        { flags: '--until <when>', help: 'when it ends: an instant, or a time from now such as 14d' },
        { flags: '--since <when>', help: 'when it begins; now unless given' },
        { flags: '--from <user>', help: 'role admin: hand over for somebody else' },
        { flags: '--reason <text>', help: 'why; kept in the log' },
      ],
      examples: [['approval delegate to ben --until 14d --reason "on holiday"', 'ben decides in your place']],
      load: async () => (await import('../action/grants.ts')).delegateAction,
    },
    {
      usage: 'list',
      summary: 'Show delegations',
      needs: 'gateway',
      examples: [['approval delegate list', 'those of now, before and later']],
      load: async () => (await import('../action/grants.ts')).listDelegationsAction,
    },
    {
      usage: 'end <name>',
      summary: 'End a delegation from or to you',
      needs: 'gateway',
      examples: [['approval delegate end ada-to-ben', 'back from holiday']],
      load: async () => (await import('../action/grants.ts')).endDelegationAction,
    },
  ],
};
