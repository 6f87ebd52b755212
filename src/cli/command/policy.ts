// Commands about policies as they work: the final list of rules, and the cases a policy carries.
// Data only: actions are loaded when they run. Never put a secret, or anything that looks like one, into an example.
import type { CommandSpec } from '../command.ts';
import { approvalCommands } from './approval.ts';
import { notifyCommands } from './notify.ts';
import { passkeyCommands } from './passkey.ts';

export const policyCommands: readonly CommandSpec[] = [
  {
    usage: 'explain [call]',
    group: 'Policies:',
    summary: 'Show why a call was decided as it was: rules asked, what they saw, near misses',
    details:
      'A recorded call is judged again under the rules that were in force then; values of arguments are shown to role reviewer. ' +
      'With --what-if, a call that was not made is judged under the rules of now.',
    needs: 'gateway',
    options: [{ flags: '--what-if <file>', help: 'a call in YAML or JSON, as `given` of a case' }],
    examples: [
      ['explain call_01ab', 'why this call came out so'],
      ['explain --what-if call.yaml', 'how a call would come out'],
    ],
    load: async () => (await import('../action/explain.ts')).explainAction,
  },
  {
    usage: 'policy',
    group: 'Policies:',
    summary: 'Policies as they work together',
    needs: 'nothing',
    commands: [
      {
        usage: 'show',
        summary: 'Show the rules of all policies in the order in which they are asked',
        details: 'The first rule that matches decides. Without a match the answer is no.',
        needs: 'gateway',
        options: [
          { flags: '--effective', help: 'only the rules that can apply to the agent; needs --agent' },
          { flags: '--agent <name>', help: 'the agent whose calls are asked about' },
          { flags: '--server <name>', help: 'only rules that can be about this server' },
          { flags: '--teams <names>', help: 'teams the agent is taken to be in', repeat: 'list' },
          { flags: '--roles <names>', help: 'roles the agent is taken to have', repeat: 'list' },
          { flags: '--user <name>', help: 'the user the agent is taken to act for' },
        ],
        examples: [
          ['policy show', 'everything, in order'],
          ['policy show --effective --agent support-bot', 'the final list for one agent'],
        ],
        load: async () => (await import('../action/policy.ts')).showPolicyAction,
      },
      {
        usage: 'test <files...>',
        summary: 'Run the cases of policy files, without a gateway',
        details:
          'Reads files and folders as `apply` does; tags come from server objects among them. Exits with 1 when a case fails or a condition is wrong. ' +
          'What only the gateway knows (the schemas of tools) is checked by `apply --dry-run`.',
        needs: 'nothing',
        examples: [['policy test policy.yaml', 'one line for each case that fails, and how many passed']],
        load: async () => (await import('../action/policy.ts')).testPolicyAction,
      },
      {
        usage: 'lint [policies]',
        summary: 'Show what looks wrong: unreachable, shadowed, contradictory rules, tools without a rule, broad permissions',
        details:
          'Of the policies in force, of a control revision, or of a file. Each problem comes with a call as an example. Exits with 1 when there is one.',
        needs: 'gateway',
        examples: [
          ['policy lint', 'of what is in force'],
          ['policy lint policy.yaml', 'of a file, with the servers and tools that are registered'],
        ],
        load: async () => (await import('../action/rehearse.ts')).lintPolicyAction,
      },
      {
        usage: 'diff <before> <after>',
        summary: 'Show calls that two sets of policies decide differently',
        details:
          'Each is a file, a control revision, or `now`. Calls are tried that rules, registered names and the literals of conditions suggest; ' +
          'when none comes out differently, it says how many were tried. Exits with 1 when one does.',
        needs: 'gateway',
        examples: [['policy diff now policy.yaml', 'what would come out differently with the policies of this file alone']],
        load: async () => (await import('../action/rehearse.ts')).diffPolicyAction,
      },
      {
        usage: 'simulate',
        summary: 'Decide the recorded calls again under other policies, and show what comes out differently',
        details:
          'The policies of the file join those in force, and replace those of the same name. Changes nothing. Newly allowed destructive calls stand first. ' +
          'When the rules change meanwhile, it says that the result is stale. Exits with 1 when a decision changes.',
        needs: 'gateway',
        options: [
          { flags: '--policy <file>', help: 'YAML file with objects of kind policy' },
          { flags: '--last <time>', help: 'how far back calls count: 24h, 30d, or an instant; 30d unless given' },
          { flags: '--alone', help: 'the policies of the file are all there are' },
        ],
        examples: [['policy simulate --policy policy.yaml --last 30d', 'what would have come out differently this month']],
        load: async () => (await import('../action/simulate.ts')).simulateAction,
      },
      {
        usage: 'shadow',
        summary: 'Show what policies of mode shadow would have decided otherwise',
        details: 'A policy with `mode: shadow` decides nothing. What it would change is counted, and written to the log once a minute.',
        needs: 'gateway',
        options: [{ flags: '--last <time>', help: 'how far back: 24h, 30d, or an instant; 7d unless given' }],
        examples: [['policy shadow --last 24h', 'the differences of the last day, most frequent first']],
        load: async () => (await import('../action/shadow.ts')).shadowAction,
      },
      {
        usage: 'init',
        summary: 'Write a least-privilege policy to start from, over the tools that are registered',
        details:
          'Tools are grouped by what their definitions say they do: reading is allowed, writing is held, the rest denied. Prints YAML; changes nothing.',
        needs: 'gateway',
        options: [{ flags: '--agent <name>', help: 'for this agent only' }],
        examples: [['policy init > policy.yaml', 'a commented policy to edit']],
        load: async () => (await import('../action/shadow.ts')).initPolicyAction,
      },
      {
        usage: 'learn',
        summary: 'Propose a policy from recorded traffic: tools that were used, within the numbers and folders that were seen',
        details: 'Only calls that were let through count. Prints YAML with counts in comments; changes nothing.',
        needs: 'gateway',
        options: [
          { flags: '--last <time>', help: 'how far back: 24h, 30d, or an instant; 7d unless given' },
          { flags: '--agent <name>', help: 'of this agent only' },
        ],
        examples: [['policy learn --last 7d > learned.yaml', 'a proposal to round and to simulate']],
        load: async () => (await import('../action/shadow.ts')).learnPolicyAction,
      },
    ],
  },
  ...approvalCommands,
  ...passkeyCommands,
  ...notifyCommands,
];
