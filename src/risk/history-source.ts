// Where the pipeline finds the history of an organization, and tells it what was decided. Implemented by the keeper, which also follows the log
// for what other gateways decide.
import type { History, Observed } from './history.ts';

export interface HistorySource {
  /** undefined when nobody asks for history in this organization. */
  of(org: string): History | undefined;
  /** `seq`: number of the decision's entry. */
  observe(org: string, seq: number, call: Observed): void;
  /** An entry of this gateway in which there is nothing for the history: it need not be read. */
  passOver(org: string, seq: number): void;
}
