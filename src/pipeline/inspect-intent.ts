// Inspector: what does this call do? Sets `call.intent` for tools/call, from the pinned definition and the arguments the server will get.
// A tool that is not known has no intent, and rules that ask for one do not match it.
import type { Call } from '../call.ts';
import type { IntentAnalyser } from '../detect/intent/intent-analyser.ts';
import { isObject } from '../lib/json.ts';
import { toolOverride } from '../object/tool-override.ts';
import { type Inspector, PASS, type Verdict } from './flight.ts';

export function intentInspector(analyser: IntentAnalyser): Inspector {
  return {
    name: 'intent',
    inspectArguments({ call }) {
      const { target } = call;
      if (call.method !== 'tools/call' || target?.capability?.kind !== 'tool' || !target.definition) return PASS;
      const { loading } = analyser;
      // Only in the first moments of a gateway.
      if (loading) return loading.then(() => classify(analyser, call));
      return classify(analyser, call);
    },
  };
}

function classify(analyser: IntentAnalyser, call: Call): Verdict {
  const { target } = call;
  if (!target?.capability || !target.definition) return PASS;
  const given = call.params?.arguments;
  const profile = analyser.profile(target.definition, target.spec, toolOverride(target.spec, target.capability.name));
  call.intent = analyser.classify(profile, isObject(given) ? given : {});
  return PASS;
}
