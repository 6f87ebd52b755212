// Commands about risk: what is remembered of calls, and trying other weights on the recorded ones.
// Data only: actions are loaded when they run. Never put a secret, or anything that looks like one, into an example.
import type { CommandSpec } from '../command.ts';

export const riskCommands: readonly CommandSpec[] = [
  {
    usage: 'risk',
    group: 'Rules:',
    summary: 'Risk of calls',
    needs: 'nothing',
    commands: [
      {
        usage: 'show',
        summary: 'Show what is remembered of an agent on a tool: the facts that rules and scores see',
        needs: 'gateway',
        options: [
          { flags: '--agent <name>', help: 'the agent' },
          { flags: '--server <name>', help: 'the server' },
          { flags: '--tool <name>', help: 'the tool, by the name the server gives it' },
        ],
        examples: [['risk show --agent support-bot --server billing --tool create_refund', 'calls, times, usual amounts']],
        load: async () => (await import('../action/risk.ts')).showRiskAction,
      },
      {
        usage: 'backtest',
        summary: 'Score the recorded calls under another risk profile, and compare',
        details: 'Changes nothing. Calls before the window build the history; the score of then is the one in the log.',
        needs: 'gateway',
        options: [
          { flags: '-f, --file <path>', help: 'YAML file with objects of kind risk' },
          { flags: '--last <time>', help: 'how far back calls count: 24h, 30d, or an instant; 30d unless given' },
        ],
        examples: [['risk backtest -f risk.yaml --last 7d', 'how many calls of last week it would log, hold or deny']],
        load: async () => (await import('../action/risk.ts')).backtestAction,
      },
    ],
  },
];
