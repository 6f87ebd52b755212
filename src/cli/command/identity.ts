// Commands about organizations and effective permissions.
// Data only: actions are loaded when they run. Never put a secret, or anything that looks like one, into an example.
import type { CommandSpec } from '../command.ts';

export const identityCommands: readonly CommandSpec[] = [
  {
    usage: 'org',
    group: 'Access:',
    summary: 'Organizations of the gateway',
    needs: 'nothing',
    commands: [
      {
        usage: 'create <name>',
        summary: 'Make an organization and its first operator',
        details:
          'Needs an operator token with the right `organizations`, which the first operator of a gateway has. The token of the new operator goes into the file operator.NAME.token (mode 0600) in the data directory; `--org NAME` works with it.',
        needs: 'gateway',
        options: [
          { flags: '--title <text>', help: 'name for people' },
          { flags: '--owner <text>', help: 'who answers for it' },
          { flags: '--contact <text>', help: 'whom people ask for access' },
        ],
        examples: [['org create payments --owner "Payments team"', 'with its own objects, tokens, operators, log and keys']],
        load: async () => (await import('../action/organizations.ts')).createOrganizationAction,
      },
      {
        usage: 'list',
        summary: 'Show the organizations: the own one, or all with the right to',
        needs: 'gateway',
        examples: [['org list', 'names, one per line']],
        load: async () => (await import('../action/organizations.ts')).listOrganizationsAction,
      },
    ],
  },
  {
    usage: 'access',
    group: 'Access:',
    summary: 'Who may use what, by the rules in force',
    needs: 'nothing',
    commands: [
      {
        usage: 'who <server> [capability]',
        summary: 'Show every agent and token, and whether it may use this',
        details: 'The capability is a tool unless --prompt or --resource is given. Asked of the rules that calls are judged by.',
        needs: 'gateway',
        options: [
          { flags: '--prompt', help: 'the capability is a prompt' },
          { flags: '--resource', help: 'the capability is a resource URI' },
          { flags: '--all', help: 'those who may not, too, and why' },
        ],
        examples: [
          ['access who payments create_refund', 'who may call a tool'],
          ['access who payments', 'who may use anything of a server'],
        ],
        load: async () => (await import('../action/access.ts')).whoAction,
      },
      {
        usage: 'what',
        summary: 'Show everything an agent, or a token, may use',
        details: 'Over the tools, prompts and resources the gateway knows of, and those that rules name.',
        needs: 'gateway',
        options: [
          { flags: '--agent <name>', help: 'the agent, with a token that narrows nothing' },
          { flags: '--token <name>', help: 'a token, by its name' },
          { flags: '--server <name>', help: 'only of this server' },
          { flags: '--all', help: 'what it may not, too, and why' },
        ],
        examples: [['access what --agent support-bot', 'what an agent may call']],
        load: async () => (await import('../action/access.ts')).whatAction,
      },
    ],
  },
];
