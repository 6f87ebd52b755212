// Why a call was decided as it was, and how one would be that was not made: two questions, one answer.
// Reads only. Argument values leave for role reviewer and above, and never those that are secret.
import { buildView } from '../../object/snapshot.ts';
import { isDecidedByRules, type RecordedDecision } from '../../policy/rehearse/recorded-decision.ts';
import { readsDefinitions } from '../../policy/rehearse/simulate.ts';
import type { AdminContext } from '../context.ts';
import * as contract from '../contract.ts';
import { decisionOf } from '../decision-of.ts';
import { explanation } from '../explanation.ts';
import { factsThen } from '../facts-then.ts';
import { evidenceOf } from '../intent-evidence.ts';
import { mayAct } from '../operator.ts';
import { policiesOf, Replay } from '../replay.ts';
import { failure, json, type Route, route } from '../route.ts';
import { readGiven, whatIf } from '../what-if.ts';

export const explainRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/v1/explain/{call}',
    role: 'viewer',
    summary: 'Why a recorded call was decided as it was, by the rules of then; argument values for role reviewer',
    reply: contract.explainReply,
    async handle({ context, operator, param }) {
      const recorded = await decisionOf(context, param('call'));
      if (!recorded)
        return failure(
          404,
          'not_found',
          `The log has no decision on a call "${param('call').slice(0, 128)}". Ids of calls stand in what agents are answered (\`callId\`), and in: sallyport log tail`,
        );
      return json(200, await explainRecorded(context, recorded, mayAct(operator.role, 'reviewer')));
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/explain',
    role: 'viewer',
    summary: 'How a call that was not made would be decided now',
    body: contract.whatIfRequest,
    reply: contract.explainReply,
    async handle({ context, body: { text, fileName } }) {
      const given = readGiven(text, fileName ?? 'call');
      if (typeof given === 'string') return failure(422, 'refused', given);
      const view = await context.view();
      const { input, risk, evidence, missing } = whatIf(context, view, given);
      const parts = risk && { score: risk.score, parts: { ...risk.scores } };
      const set = policiesOf(view.all(), view.revision);
      // Whoever asks gave the arguments.
      const question = {
        set,
        input,
        leadsNowhere: false,
        recorded: undefined,
        risk: parts,
        missing,
        mayReadArguments: true,
        view,
        definition: undefined,
        evidence,
      };
      return json(200, await explanation(context, question));
    },
  }),
];

async function explainRecorded(
  context: AdminContext,
  recorded: RecordedDecision,
  mayReadArguments: boolean,
): Promise<contract.ExplainReply> {
  const { org } = context;
  const snapshot = await context.objects.store.loadAt(org, recorded.judged);
  const view = buildView(snapshot);
  const objects = view.all();
  const set = policiesOf(objects, recorded.judged);
  const replay = new Replay(context, objects, recorded.judged);
  const plain = await replay.request(recorded, undefined, true, readsDefinitions(set));
  const facts = set.needsFacts ? await factsThen(context, recorded, plain.input.args) : undefined;
  const missing = [...plain.missing];
  if (!isDecidedByRules(recorded)) missing.push(`the call was refused before or after the rules (${recorded.code})`);
  if (set.needsSource && recorded.source === undefined) missing.push('the address of the caller was not recorded');
  const evidence = await evidenceOf(context, recorded, view, plain.input.args, missing);
  return explanation(context, {
    set,
    input: { ...plain.input, facts },
    leadsNowhere: plain.leadsNowhere,
    recorded,
    risk: recorded.risk && { score: recorded.risk.score, parts: { ...recorded.risk.parts } },
    missing,
    mayReadArguments,
    view,
    definition: recorded.definition,
    evidence,
  });
}
