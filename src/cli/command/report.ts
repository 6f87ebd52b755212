// Commands that say what the log says over a period.
// Data only: actions are loaded when they run. Never put a secret, or anything that looks like one, into an example.
import type { ReportName } from '../../admin/contract.ts';
import type { CommandSpec, OptionSpec } from '../command.ts';

const period: readonly OptionSpec[] = [
  { flags: '--since <time>', help: 'so long back (30d), or since an instant; 7d unless given' },
  { flags: '--until <time>', help: 'until then; until now unless given' },
  { flags: '--agent <names>', help: 'only these agents; globs, separated by commas, as in all of these' },
  { flags: '--user <names>', help: 'only on behalf of these users' },
  { flags: '--server <names>', help: 'only these servers' },
  { flags: '--tool <names>', help: 'only these tools' },
];
const csv: OptionSpec = { flags: '--csv', help: 'as CSV; notes go to standard error' };
const by: OptionSpec = {
  flags: '--by <what>',
  help: 'agent, team, class, user, token, server, tool, method, rule; several separated by commas',
};

export const reportCommands: readonly CommandSpec[] = [
  {
    usage: 'report',
    group: 'Log:',
    summary: 'What the log says over a period',
    needs: 'nothing',
    commands: [
      report(
        'usage',
        'Calls and how they were decided and ended',
        [by, { flags: '--all', help: 'lists, handshakes and the like, too' }],
        [['report usage --by team,user --since 30d', 'who uses it']],
      ),
      report(
        'denials',
        'What was refused, by rule',
        [by, { flags: '--rule <rules>', help: 'only these rules' }, { flags: '--code <codes>', help: 'only these reason codes' }],
        [['report denials --by agent', 'which rule stops whom']],
      ),
      report('latency', 'How long calls took: percentiles by server and tool', [by], [['report latency --since 24h', 'the slowest first']]),
      report(
        'cost',
        'What calls cost by the objects of kind price',
        [by],
        [['report cost --by team --since 30d --csv', 'for a spreadsheet']],
      ),
      report(
        'anomalies',
        'Hours in which an agent was refused, called or risked much more than in its own past',
        [{ flags: '--span <span>', help: 'hour unless given', choices: ['hour', 'day'] }],
        [['report anomalies --since 24h', 'what was unusual today']],
      ),
    ],
  },
];

function report(
  name: ReportName,
  summary: string,
  own: readonly OptionSpec[],
  examples: readonly (readonly [string, string])[],
): CommandSpec {
  return {
    usage: name,
    summary,
    needs: 'gateway',
    options: [...own, ...period, csv],
    examples,
    load: async () => (await import('../action/reports.ts')).reportAction(name),
  };
}
