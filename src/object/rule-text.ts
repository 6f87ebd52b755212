// The text of what decided about a call, by the name it has in decisions: a rule of a policy, else the object of kind risk, dlp or injection it is of. Pure.
import type { Json } from '../lib/json.ts';
import type { ControlView } from './snapshot.ts';

/** `policy/rule` gives the rule itself; everything else the whole object beside the name, whose spec is absent when there is none. */
export function ruleText(view: ControlView, rule: string): Json {
  const [owner = '', name = '', ...rest] = rule.split('/');
  const policy = rest.length === 0 ? view.get('policy', owner) : undefined;
  const found = policy?.spec.rules.find((one) => one.name === name);
  if (found) return found as unknown as Json;
  const object = owner === 'risk' || owner === 'dlp' || owner === 'injection' ? view.get(owner, name) : undefined;
  return (object ? { rule, spec: object.spec } : { rule }) as unknown as Json;
}
