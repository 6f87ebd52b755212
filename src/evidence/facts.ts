// Everything a pack is computed from: the tally of the period, the objects in force at its end, and what is known of the whole log.
import type { ControlView } from '../object/snapshot.ts';
import type { EvidenceTally } from './tally.ts';

export interface EvidenceFacts {
  from: string;
  to: string;
  tally: EvidenceTally;
  /** Objects in force at the last entry of the period. */
  view: ControlView;
  /** Of the first entry that the log still has; undefined for an empty one. */
  oldestTime: string | undefined;
  checkpoint: { size: number; time: string; key: string } | undefined;
  /** Are checkpoints made at an interval, and written somewhere else too? */
  settings: { checkpointIntervalMs: number; hasAnchor: boolean };
}

export interface Statement {
  id: string;
  /** `shown`: the log or the objects show it. `gap`: it would be asked for, and is not there. `outside`: nothing a gateway can know. */
  kind: 'shown' | 'gap' | 'outside';
  text: string;
  /** What the text says, for programs. */
  numbers: Record<string, number>;
  /** Rows of a table: name and number. */
  rows?: [string, number][];
  /** Numbers of entries that it is computed from, the first and last few. */
  entries: number[];
  /** Objects that it is computed from, `kind/name`. */
  objects?: string[];
}

export interface Section {
  id: string;
  title: string;
  /** What is asked for there, in our words. */
  asks: string;
  statements: Statement[];
}
