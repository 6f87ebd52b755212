// Commands about who may do what and stopping it: tokens, freezes, keys.
// Data only: actions are loaded when they run. Never put a secret, or anything that looks like one, into an example.
import type { CommandSpec } from '../command.ts';

export const accessCommands: readonly CommandSpec[] = [
  {
    usage: 'token',
    group: 'Access:',
    summary: 'Tokens of agents',
    needs: 'nothing',
    commands: [
      {
        usage: 'create [agent]',
        summary: 'Make a token for an agent',
        details: 'The token is the only thing on standard output. It is stored as a hash and never shown again.',
        needs: 'gateway',
        options: [
          { flags: '--agent <name>', help: 'the agent, instead of the argument' },
          { flags: '--name <name>', help: 'name of the token; made from that of the agent unless given' },
          { flags: '--expires <when>', help: 'after a time (90m, 24h, 30d) or at an instant (2027-01-31T00:00:00Z)' },
          { flags: '--user <name>', help: 'the person the agent acts for' },
          { flags: '--environment <name>', help: 'instead of the environment of the agent' },
          { flags: '--networks, --network <cidr>', help: 'only from these networks, e.g. 10.0.0.0/8', repeat: 'list' },
          { flags: '--rate <n/time>', help: 'at most so many calls in a time, e.g. 60/1m' },
          { flags: '--concurrency <n>', help: 'at most so many calls at once' },
          { flags: '--quota <n/time>', help: 'at most so many calls in a long time, e.g. 1000/1d' },
          { flags: '--servers, --server <globs>', help: 'only these servers', repeat: 'list' },
          { flags: '--tools, --tool <globs>', help: 'only these tools', repeat: 'list' },
          { flags: '--prompts, --prompt <globs>', help: 'only these prompts', repeat: 'list' },
          { flags: '--resources, --resource <globs>', help: 'only these resources; may be repeated', repeat: 'one' },
          { flags: '--methods, --method <globs>', help: 'only these methods', repeat: 'list' },
        ],
        examples: [
          ['token create support-bot --expires 30d', 'for thirty days'],
          ['token create support-bot --servers tickets --tools "get_*,list_*"', 'for reading tickets only'],
        ],
        load: async () => (await import('../action/tokens.ts')).createTokenAction,
      },
      {
        usage: 'list',
        summary: 'Show the tokens, without their value',
        needs: 'gateway',
        options: [
          { flags: '--agent <name>', help: 'only those of this agent' },
          { flags: '--expiring <time>', help: 'only those that end within this time, e.g. 7d' },
          { flags: '--unused <time>', help: 'only those that were not used for this time, e.g. 30d; with --expiring, either is enough' },
        ],
        examples: [
          ['token list', 'names, agents, expiry, last use'],
          ['token list --expiring 7d --unused 30d', 'what needs care'],
        ],
        load: async () => (await import('../action/tokens.ts')).listTokensAction,
      },
      {
        usage: 'revoke <name>',
        summary: 'Revoke a token; calls under way are stopped',
        needs: 'gateway',
        examples: [['token revoke support-bot-2', 'at once, for good']],
        load: async () => (await import('../action/tokens.ts')).revokeTokenAction,
      },
      {
        usage: 'rotate <name>',
        summary: 'Make another token with the same rights; the old one ends at once, or after an overlap',
        needs: 'gateway',
        options: [
          { flags: '--overlap <time>', help: 'how long the old token still works, e.g. 1h' },
          { flags: '--expires <when>', help: 'end of the new token; that of the old one unless given' },
        ],
        examples: [
          ['token rotate support-bot', 'the new token is the only thing on standard output'],
          ['token rotate support-bot --overlap 1h', 'the old one works for another hour'],
        ],
        load: async () => (await import('../action/tokens.ts')).rotateTokenAction,
      },
    ],
  },
  {
    usage: 'freeze [name]',
    group: 'Access:',
    summary: 'Stop agents at once: the next call is denied, calls under way are stopped',
    needs: 'gateway',
    options: [
      { flags: '--everyone', help: 'all agents' },
      { flags: '--agent <name>', help: 'one agent' },
      { flags: '--class <name>', help: 'one class of agents' },
      { flags: '--server <name>', help: 'one server, for everybody' },
      { flags: '--token <name>', help: 'one token, by its name' },
      { flags: '--reason <text>', help: 'why; agents are shown it' },
      { flags: '--until <when>', help: 'ends by itself: after a time (90m, 24h) or at an instant' },
    ],
    examples: [
      ['freeze --agent support-bot --reason "looking into it"', 'one agent'],
      ['freeze incident-7 --everyone --reason "incident 7" --until 2h', 'everything, for two hours at most'],
    ],
    load: async () => (await import('../action/freezes.ts')).freezeAction,
  },
  {
    usage: 'unfreeze <name>',
    group: 'Access:',
    summary: 'Lift a freeze',
    needs: 'gateway',
    examples: [['unfreeze incident-7', 'names are shown by `get freezes`']],
    load: async () => (await import('../action/freezes.ts')).unfreezeAction,
  },
];
