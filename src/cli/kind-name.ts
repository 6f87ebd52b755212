// The kind a person means: singular, plural, or a typing error that is answered with the nearest one.

import { didYouMean } from '../lib/suggest.ts';
import { isKind, type Kind, kindNames } from '../object/kinds.ts';
import { usageError } from './failure.ts';

export function readKind(text: string): Kind {
  const word = text.toLowerCase();
  const singular = [word, word.replace(/ies$/, 'y'), word.replace(/s$/, '')].find(isKind);
  if (singular !== undefined) return singular;
  throw usageError(
    `There is no kind ${JSON.stringify(text.slice(0, 64))}.${didYouMean(word, kindNames) || ` Kinds are ${kindNames.join(', ')}.`}`,
  );
}
