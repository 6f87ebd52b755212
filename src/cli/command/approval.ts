// Commands about calls that wait for a person.
// Data only: actions are loaded when they run. Never put a secret, or anything that looks like one, into an example.
import type { CommandSpec, OptionSpec } from '../command.ts';
import { delegateCommand, grantCommand } from './grant.ts';

const FILTER: readonly OptionSpec[] = [
  { flags: '--agent <name>', help: 'only calls of this agent' },
  { flags: '--user <name>', help: 'only calls made for this user' },
  { flags: '--server <name>', help: 'only calls to this server' },
  { flags: '--tool <name>', help: 'only calls of this tool' },
  { flags: '--rule <policy/rule>', help: 'only calls that this rule holds' },
];
const MORE_FILTER: readonly OptionSpec[] = [
  { flags: '--intent <intent>', help: 'only calls of this intent', choices: ['read', 'write', 'destructive', 'exfiltrative'] },
  { flags: '--min-risk <n>', help: 'only calls of at least this risk, 0 to 100' },
  { flags: '--before <instant>', help: 'only calls that were asked for before this' },
  { flags: '--claimed-by <operator>', help: 'only tickets this reviewer works on' },
];
const FORCE: OptionSpec = { flags: '--force', help: 'also when somebody else works on it' };
const PREVIEW: OptionSpec = { flags: '--preview <token>', help: 'with a filter: decide exactly what the dry run showed' };
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
          ...MORE_FILTER,
          { flags: '--state <state>', help: 'open, approved, refused, consumed, expired, revoked, drained, superseded or withdrawn' },
          { flags: '--limit <n>', help: 'at most so many, up to 1000; 100 unless given' },
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
        options: [...FILTER, ...MORE_FILTER, COMMENT, DIGEST, DRY_RUN, PREVIEW],
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
        options: [...FILTER, ...MORE_FILTER, COMMENT, DIGEST, DRY_RUN, PREVIEW],
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
        usage: 'claim <ticket>',
        summary: 'Say that you work on a ticket, for a quarter of an hour',
        details: 'For other reviewers to see. It locks nobody out.',
        needs: 'gateway',
        options: [FORCE],
        examples: [['approval claim appr_01', 'before looking into it']],
        load: async () => (await import('../action/approvals.ts')).claimAction,
      },
      {
        usage: 'unclaim <ticket>',
        summary: 'Leave a ticket to others',
        needs: 'gateway',
        options: [FORCE],
        examples: [['approval unclaim appr_01', 'somebody else should look at it']],
        load: async () => (await import('../action/approvals.ts')).unclaimAction,
      },
      grantCommand,
      delegateCommand,
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
