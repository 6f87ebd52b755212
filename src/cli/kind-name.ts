// The kind a person means: singular, plural, or a typing error that is answered with the nearest one.

import { didYouMean } from '../lib/suggest.ts';
import { isKind, type Kind, kindNames } from '../object/kinds.ts';
import { usageError } from './failure.ts';

export function readKind(text: string): Kind {
  const word = text.toLowerCase();
  const words = [word, word.replace(/ies$/, 'y'), word.replace(/es$/, ''), word.replace(/s$/, '')];
  const singular = words.find(isKind);
  if (singular !== undefined) return singular;
  const suggestion = words.map((one) => didYouMean(one, kindNames)).find((text) => text !== '');
  throw usageError(`There is no kind ${JSON.stringify(text.slice(0, 64))}.${suggestion || ` Kinds are ${kindNames.join(', ')}.`}`);
}
