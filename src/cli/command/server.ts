// Commands about servers and their definitions: adding one, reviewing what it states, approving and rejecting.
// Data only: actions are loaded when they run. Never put a secret, or anything that looks like one, into an example.
import type { CommandSpec, OptionSpec } from '../command.ts';

const ONLY: OptionSpec = {
  flags: '--only <names>',
  help: 'only these tools, prompts and templates; comma-separated or repeated',
  repeat: 'list',
};

export const serverCommands: readonly CommandSpec[] = [
  {
    usage: 'server',
    group: 'Objects:',
    summary: 'Servers and what they state: nothing of a server is callable before somebody approved it',
    needs: 'nothing',
    commands: [
      {
        usage: 'list',
        summary: 'Show all servers: how they are, why they failed last, and how much of them is approved',
        details:
          'Asks no server. States: up, failing, resting (left alone for a while after failures), trial, unused (nothing asked for it since the gateway started), disabled.',
        needs: 'gateway',
        examples: [['server list', 'one line each, then what is wrong and what to do']],
        load: async () => (await import('../action/server-list.ts')).listServersAction,
      },
      {
        usage: 'add <name>',
        summary: 'Register a server, read what it states, and show it for review',
        details:
          'The server stays closed until `server approve`, unless --trust is given. For credentials, working directory and the rest use an object file.',
        needs: 'gateway',
        options: [
          { flags: '--server-url <url>', help: 'streamable HTTP endpoint of the server' },
          { flags: '--sse', help: 'with --server-url: it speaks the older HTTP+SSE' },
          { flags: '--run <command>', help: 'program of a stdio server' },
          { flags: '--arg <text>', help: 'argument of that program; may be repeated', repeat: 'one', blank: true },
          { flags: '--trust', help: 'use definitions as the server states them, without approval' },
        ],
        examples: [
          ['server add tickets --server-url https://tickets.example.com/mcp', 'register and review'],
          ['server add files --run npx --arg=-y --arg @modelcontextprotocol/server-filesystem --arg /srv/files', 'a stdio server'],
        ],
        load: async () => (await import('../action/servers.ts')).addServerAction,
      },
      {
        usage: 'review <name>',
        summary: 'Read what a server states now and show it against what was approved',
        needs: 'gateway',
        options: [
          { flags: '--cached', help: 'what the gateway saw last, without reading it anew' },
          { flags: '--all', help: 'approved definitions too' },
          { flags: '--exit-code', help: 'exit with 1 when something is not approved' },
        ],
        examples: [['server review tickets', 'new, changed, renamed and vanished definitions, with their differences']],
        load: async () => (await import('../action/servers.ts')).reviewServerAction,
      },
      {
        usage: 'approve <name>',
        summary: 'Approve what a server states: all of it, or some of it',
        details:
          'Reads the server first. Fails when it states something else by then than what --digest (from `server review`) was made of.',
        needs: 'gateway',
        options: [
          ONLY,
          { flags: '--digest <hex>', help: 'exactly what `server review` showed under this digest' },
          { flags: '--keep-old', help: 'with --only: earlier definitions of the same names stay approved' },
          {
            flags: '--despite-findings',
            help: 'approve definitions that have findings, too: poisoned texts, look-alikes of other servers',
          },
          { flags: '--owner <text>', help: 'who answers for this server' },
          { flags: '--risk <level>', help: 'how much harm misuse could do', choices: ['low', 'medium', 'high', 'critical'] },
          { flags: '--environment <name>', help: 'where it runs' },
          { flags: '--policy <name>', help: 'the policy written for it' },
        ],
        examples: [
          ['server approve tickets', 'everything it states now'],
          ['server approve tickets --only search_tickets,get_ticket', 'two tools'],
        ],
        load: async () => (await import('../action/servers.ts')).approveServerAction,
      },
      {
        usage: 'reject <name>',
        summary: 'Reject definitions as they are now: they stay quarantined and are not asked about again',
        needs: 'gateway',
        options: [ONLY],
        examples: [['server reject tickets --only delete_all', 'one tool']],
        load: async () => (await import('../action/servers.ts')).rejectServerAction,
      },
    ],
  },
];
