// Commands about operators, organizations and effective permissions.
// Data only: actions are loaded when they run. Never put a secret, or anything that looks like one, into an example.
import type { CommandSpec } from '../command.ts';

export const identityCommands: readonly CommandSpec[] = [
  {
    usage: 'operator',
    group: 'Access:',
    summary: 'People and programs on the admin side',
    needs: 'nothing',
    commands: [
      {
        usage: 'create <name>',
        summary: 'Make an operator and its token',
        details:
          'The token is the only thing on standard output. It is stored as a hash and never shown again. Roles, each with what those before it may: viewer (looks), reviewer (decides about held calls and definitions), operator (objects, tokens, freezes), admin (operators and keys). Needs role admin.',
        needs: 'gateway',
        options: [
          { flags: '--role <role>', help: 'viewer, reviewer, operator or admin' },
          { flags: '--user <name>', help: 'the user object of the person it belongs to: rules about who approves know people by it' },
          { flags: '--expires <when>', help: 'after a time (90m, 24h, 30d) or at an instant (2027-01-31T00:00:00Z)' },
          { flags: '--organizations', help: 'with the right to make organizations, for who has it' },
        ],
        examples: [
          ['operator create ada --role reviewer --user ada@example.com', 'somebody who approves'],
          ['operator create prometheus --role viewer --expires 365d', 'a program that reads metrics'],
        ],
        load: async () => (await import('../action/operators.ts')).createOperatorAction,
      },
      {
        usage: 'list',
        summary: 'Show the operators, without their token',
        needs: 'gateway',
        examples: [['operator list', 'names, roles, people, what is left of them']],
        load: async () => (await import('../action/operators.ts')).listOperatorsAction,
      },
      {
        usage: 'revoke <name>',
        summary: 'Revoke an operator',
        needs: 'gateway',
        examples: [['operator revoke ada', 'at once, for good']],
        load: async () => (await import('../action/operators.ts')).revokeOperatorAction,
      },
      {
        usage: 'recover',
        summary: 'Make a new operator of role admin on the machine of the gateway, when every token of one is lost',
        details:
          'Works on the database itself, so it takes who may read and write it, and the master key; with the embedded database the gateway must be stopped. The token goes into the file operator.token (mode 0600) in the data directory. It stands in the log like every other change.',
        needs: 'store',
        examples: [['operator recover --data /var/lib/sallyport', 'gateway stopped']],
        load: async () => (await import('../action/operators.ts')).recoverOperatorAction,
      },
    ],
  },
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
