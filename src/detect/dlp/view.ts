// What the detectors look at: one flat text of all the values of a document, with its fields (value ranges whose key says something) and
// the place of every character in the raw text. Built by flatten.ts; read-only afterwards.
import type { Mapped } from './mapped-text.ts';
import type { Piece, PieceRun } from './piece.ts';
import type { TextSurvey } from './text-survey.ts';

/** One object, table row or paragraph: what stands together describes the same thing. */
export interface Group {
  /** Everything the keys in it say. */
  bits: number;
  /** What the key of the object itself says. */
  readonly own: number;
  readonly parent: Group | undefined;
  readonly key: string | undefined;
}

export interface Field {
  readonly start: number;
  readonly end: number;
  readonly bits: number;
  readonly key: string;
  readonly group: Group;
}

export interface View extends TextSurvey {
  readonly plain: Mapped;
  readonly text: string;
  /** By start; a field inside another stands after it. */
  readonly fields: readonly Field[];
  readonly pieces: readonly PieceRun[];
  /** Texts of one list that a value may be parted over. */
  readonly chains: readonly (readonly Piece[])[];
}

/** Innermost field that holds [start, end). */
export function fieldAt(view: View, start: number, end: number): Field | undefined {
  const { fields } = view;
  let low = 0;
  let high = fields.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((fields[middle] as Field).start <= start) low = middle + 1;
    else high = middle;
  }
  for (let index = low - 1, looked = 0; index >= 0 && looked < MAX_NESTED_FIELDS; index--, looked++) {
    const field = fields[index] as Field;
    if (field.end >= end) return field;
  }
  return undefined;
}

const MAX_NESTED_FIELDS = 4;

export function pathOf(field: Field): string[] {
  const path = [field.key];
  for (let group: Group | undefined = field.group; group !== undefined; group = group.parent)
    if (group.key !== undefined) path.push(group.key);
  return path.reverse();
}
