// The plan of a call whose policy rule asks for masking (obligation `redact`): what it names is masked, whatever the rules of dlp objects say.
import { compileGlob } from '../../lib/glob.ts';
import { dlpSpec } from '../../object/kind/dlp.ts';
import { DLP_TYPES, type DlpType } from './finding-kind.ts';
import { findingName } from './finding-name.ts';
import type { DlpPlan } from './model.ts';

const DEFAULTS = dlpSpec.parse({ profile: 'strict' });
const NO_SOURCES = { patterns: [], dictionaries: [] };
const ALONE = {};

/** Plans by the list of the rule, then by the plan that holds without it. */
const known = new WeakMap<readonly string[], WeakMap<object, DlpPlan>>();

export function maskingPlan(base: DlpPlan | undefined, redact: readonly string[]): DlpPlan {
  const plans = known.get(redact) ?? new WeakMap<object, DlpPlan>();
  known.set(redact, plans);
  const made = plans.get(base ?? ALONE) ?? build(base, redact);
  plans.set(base ?? ALONE, made);
  return made;
}

function build(base: DlpPlan | undefined, redact: readonly string[]): DlpPlan {
  const globs = redact.map((glob) => compileGlob(glob));
  const asked = (finding: string): boolean => globs.some((glob) => glob.test(finding));
  const wanted: DlpType[] = DLP_TYPES.filter((type) => type !== 'CUSTOM' && asked(findingName({ type, rule: '' })));
  return {
    wanted: new Set([...(base?.wanted ?? []), ...wanted]),
    patterns: base?.patterns ?? [],
    sources: base?.sources ?? NO_SOURCES,
    budget: base?.budget ?? DEFAULTS.budget,
    tokens: base?.tokens ?? DEFAULTS.tokens,
    rule: (match) => {
      const finding = findingName(match);
      const ruling = base?.rule(match);
      // What an object stops or holds stays stopped.
      if (ruling?.action === 'block' || ruling?.action === 'hold' || !asked(finding)) return ruling;
      return { action: 'mask', rule: 'policy' };
    },
  };
}
