// Commands about calls that wait for a person.
// Data only: actions are loaded when they run. Never put a secret, or anything that looks like one, into an example.
import type { CommandSpec, OptionSpec } from '../command.ts';

const FILTER: readonly OptionSpec[] = [
  { flags: '--agent <name>', help: 'only calls of this agent' },
  { flags: '--user <name>', help: 'only calls made for this user' },
  { flags: '--server <name>', help: 'only calls to this server' },
  { flags: '--tool <name>', help: 'only calls of this tool' },
  { flags: '--rule <policy/rule>', help: 'only calls that this rule holds' },
];
const COMMENT: OptionSpec = { flags: '--comment <text>', help: 'why; kept in the log' };
const DRY_RUN: OptionSpec = { flags: '--dry-run', help: 'with a filter: only show what would be decided' };
const DIGEST: OptionSpec = { flags: '--digest <hex>', help: 'decide only if the ticket has this digest' };

export const approvalCommands: readonly CommandSpec[] = [
  {
    usage: 'approval',
    group: 'Approvals:',
    summary: 'Calls that wait for a person',
    needs: 'nothing',
    commands: [
      {
        usage: 'list',
        summary: 'Show the tickets that are live, newest first',
        needs: 'gateway',
        options: [
          ...FILTER,
          { flags: '--state <state>', help: 'open, approved, refused, consumed, expired, revoked, drained, superseded or withdrawn' },
          { flags: '--limit <n>', help: 'at most so many, up to 1000' },
        ],
        examples: [
          ['approval list --state open', 'what waits'],
          ['approval list --agent refund-bot --json', 'for a program'],
        ],
        load: async () => (await import('../action/approvals.ts')).listApprovalsAction,
      },
      {
        usage: 'show <ticket>',
        summary: 'Show what a call would do: arguments, findings, intent, risk, the rule, what the tool says it does',
        details: 'Needs role reviewer. That it was read is an entry of the log.',
        needs: 'gateway',
        examples: [['approval show appr_01', 'before deciding']],
        load: async () => (await import('../action/approvals.ts')).showApprovalAction,
      },
      {
        usage: 'approve [ticket]',
        summary: 'Approve a held call, or every open one that fits a filter',
        details: 'It runs once, when the agent makes the identical call again. The whole table is asked again then.',
        needs: 'gateway',
        options: [...FILTER, COMMENT, DIGEST, DRY_RUN],
        examples: [
          ['approval approve appr_01', 'one call'],
          [
            'approval approve --agent refund-bot --tool create_refund --comment "checked with finance" --dry-run',
            'see what would be approved',
          ],
        ],
        load: async () => (await import('../action/approvals.ts')).approveAction,
      },
      {
        usage: 'deny [ticket]',
        summary: 'Refuse a held call, or every open one that fits a filter; the agent is told why',
        needs: 'gateway',
        options: [...FILTER, COMMENT, DIGEST, DRY_RUN],
        examples: [['approval deny appr_01 --comment "wrong account"', 'the same call is not asked again until the ticket expires']],
        load: async () => (await import('../action/approvals.ts')).denyAction,
      },
      {
        usage: 'revoke <ticket>',
        summary: 'Take an approval back before it is used',
        needs: 'gateway',
        options: [COMMENT],
        examples: [['approval revoke appr_01 --comment "approved by mistake"', 'while the call did not come back yet']],
        load: async () => (await import('../action/approvals.ts')).revokeApprovalAction,
      },
      {
        usage: 'link <ticket>',
        summary: 'Print a short-lived link to the page of a ticket',
        details: 'Who opens it signs in with an operator token and decides there. The link alone opens nothing.',
        needs: 'gateway',
        examples: [['approval link appr_01', 'to send to whoever is to decide']],
        load: async () => (await import('../action/approvals.ts')).approvalLinkAction,
      },
      {
        usage: 'stats',
        summary: 'How many wait, since when, and how long deciding takes',
        needs: 'gateway',
        examples: [['approval stats', 'of the newest 10,000 tickets']],
        load: async () => (await import('../action/approvals.ts')).approvalStatsAction,
      },
    ],
  },
];
