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
        options: [{ flags: '--agent <name>', help: 'only those of this agent' }],
        examples: [['token list', 'names, agents, expiry, last use']],
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
        summary: 'Revoke a token and make another one with the same rights, in one change',
        needs: 'gateway',
        examples: [['token rotate support-bot', 'the new token is the only thing on standard output']],
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
