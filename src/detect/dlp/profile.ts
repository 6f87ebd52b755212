// Rules that ship with the gateway, for a quick start. `apply` an object of kind dlp that names one; its own rules come first.
import type { SpecOf } from '../../object/kinds.ts';

type Rule = SpecOf['dlp']['rules'][number];
export type ProfileName = NonNullable<SpecOf['dlp']['profile']>;

function rule(name: string, types: string[], action: Rule['action'], direction: Rule['direction'] = 'both', minConfidence = 0.6): Rule {
  return { name, types, direction, minConfidence, action };
}

export const PROFILES: Readonly<Record<ProfileName, { title: string; rules: readonly Rule[] }>> = {
  'secrets-only': {
    title: 'Credentials never reach an agent, and an agent never sends one.',
    rules: [rule('secrets-in-results', ['secret'], 'mask', 'result'), rule('secrets-in-arguments', ['secret'], 'block', 'arguments', 0.8)],
  },
  gdpr: {
    title: 'Personal data reaches agents as tokens, which only servers in tokens.revealTo get back; credentials are masked.',
    rules: [
      rule('secrets', ['secret'], 'mask'),
      rule('identity-numbers', ['pii.us-ssn', 'pii.national-id', 'pii.date-of-birth'], 'mask'),
      rule('personal-data-in-results', ['pii', 'financial'], 'tokenize', 'result'),
      rule('personal-data-in-arguments', ['pii', 'financial', 'custom'], 'log', 'arguments'),
      rule('own-patterns', ['custom'], 'mask', 'result'),
    ],
  },
  pci: {
    title: 'Card and account numbers are cut to their last four digits; an agent that sends a whole one is stopped.',
    rules: [
      rule('cards-in-results', ['financial'], 'partial', 'result'),
      rule('cards-in-arguments', ['financial.card'], 'block', 'arguments', 0.8),
      rule('accounts-in-arguments', ['financial'], 'log', 'arguments'),
      rule('secrets', ['secret'], 'mask', 'result'),
    ],
  },
  strict: {
    title: 'Everything that is found is masked on its way to agents and stops a call on its way out.',
    rules: [rule('all-in-results', ['*'], 'mask', 'result'), rule('all-in-arguments', ['*'], 'block', 'arguments', 0.7)],
  },
};
