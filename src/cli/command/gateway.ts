// Commands about running a gateway: start, serve, init, doctor.
// Data only: actions are loaded when they run. Never put a secret, or anything that looks like one, into an example.
import type { CommandSpec } from '../command.ts';

export const gatewayCommands: readonly CommandSpec[] = [
  {
    usage: 'start',
    group: 'Gateway:',
    summary: 'Quick start: two sample servers, an agent with a token, a policy, and the gateway',
    details: 'Needs a checkout. A second start keeps everything. `npm start` builds and does this.',
    needs: 'settings',
    examples: [['start', 'set up, print how to connect clients, and serve']],
    load: async () => (await import('../action/run-gateway.ts')).startAction,
  },
  {
    usage: 'serve',
    group: 'Gateway:',
    summary: 'Run the gateway until it is told to stop',
    details: 'SIGINT and SIGTERM let calls under way end; a second signal ends at once.',
    needs: 'settings',
    options: [
      { flags: '--json-ready', help: 'print one JSON line with the URLs when it listens' },
      {
        flags: '--upstream <name=url>',
        help: 'conformance profile only: a server to register; `name=sse:url` for HTTP+SSE; may be repeated',
        repeat: 'one',
      },
    ],
    examples: [
      ['serve', 'embedded database in .sallyport, agents on port 7860, operators on port 7861'],
      ['serve --config gateway.yaml --listen 127.0.0.1:8000', 'settings from a file, another port for agents'],
    ],
    load: async () => (await import('../action/run-gateway.ts')).serveAction,
  },
  {
    usage: 'init',
    group: 'Gateway:',
    summary: 'Make the data directory, the organization, the master key and the first operator token',
    details: 'The token goes into the file operator.token (mode 0600) in the data directory. What is there already stays as it is.',
    needs: 'settings',
    examples: [
      ['init', 'in .sallyport'],
      ['init --data /var/lib/sallyport', 'somewhere else'],
    ],
    load: async () => (await import('../action/init.ts')).initAction,
  },
  {
    usage: 'doctor',
    group: 'Gateway:',
    summary: 'Check everything a gateway needs, and say what to do about what is wrong',
    needs: 'settings',
    options: [{ flags: '--url <url>', help: 'admin URL of the gateway to look at (SALLYPORT_ADMIN_URL)' }],
    examples: [['doctor', 'each line: ok, warn or fail, with the next step']],
    load: async () => (await import('../action/doctor.ts')).doctorAction,
  },
  {
    usage: 'completion <shell>',
    group: 'Gateway:',
    summary: 'Print a script that completes commands and options in bash or zsh',
    needs: 'nothing',
    examples: [
      ['completion bash > ~/.local/share/bash-completion/completions/sallyport', 'bash, from the next shell on'],
      ['completion zsh >> ~/.zshrc', 'zsh, from the next shell on'],
    ],
    load: async () => (await import('../action/completion.ts')).completionAction,
  },
];
