// Commands about passkeys of reviewers.
// Data only: actions are loaded when they run. Never put a secret, or anything that looks like one, into an example.
import type { CommandSpec } from '../command.ts';

export const passkeyCommands: readonly CommandSpec[] = [
  {
    usage: 'passkey',
    group: 'Approvals:',
    summary: 'Passkeys of reviewers, for approvals that take one',
    needs: 'nothing',
    commands: [
      {
        usage: 'invite <user>',
        summary: 'Print a link on which this user registers one passkey',
        details: 'Needs role admin. The link is good once and for a day; who opens it signs in as an operator that is linked to the user.',
        needs: 'gateway',
        examples: [['passkey invite ada', 'to send to her']],
        load: async () => (await import('../action/passkeys.ts')).invitePasskeyAction,
      },
      {
        usage: 'list',
        summary: 'Show passkeys: whose, for which host, registered and last used when',
        needs: 'gateway',
        options: [{ flags: '--user <name>', help: 'only of this user' }],
        examples: [['passkey list --user ada', 'hers']],
        load: async () => (await import('../action/passkeys.ts')).listPasskeysAction,
      },
      {
        usage: 'remove <name>',
        summary: 'Remove a passkey: your own, or any for role admin',
        details: 'It approves nothing any more, and cannot be brought back. What it signed stays verifiable.',
        needs: 'gateway',
        examples: [['passkey remove ada-2', 'a key that was lost']],
        load: async () => (await import('../action/passkeys.ts')).removePasskeyAction,
      },
    ],
  },
];
