// The control state calls are judged under: objects of one organization compiled at one revision, swapped whole, never changed in place.
// A call asks for `current`; when the log says that the revision moved, it asks for `atLeast` and is judged again.

import type { Identified, PrincipalIndex } from '../auth/principal-index.ts';
import type { SnapshotIndex } from '../catalog/snapshot-index.ts';
import type { DlpModel } from '../detect/dlp/model.ts';
import type { FlowModel } from '../detect/flow/model.ts';
import type { InjectionModel } from '../detect/injection/rule.ts';
import type { FreezeIndex } from '../kill/freeze-index.ts';
import type { LimitSet } from '../limit/limit-set.ts';
import type { StoredObject } from '../object/kinds.ts';
import type { ControlView } from '../object/snapshot.ts';
import type { PolicySet } from '../policy/compile.ts';
import type { GrantSet } from '../policy/standing-grant.ts';
import type { RiskModel } from '../risk/model.ts';
import type { Lease } from '../upstream/exchange.ts';

export interface Control {
  readonly org: string;
  readonly revision: number;
  readonly view: ControlView;
  readonly principals: PrincipalIndex;
  readonly policies: PolicySet;
  readonly freezes: FreezeIndex;
  readonly limits: LimitSet;
  readonly snapshots: SnapshotIndex;
  /** Standing grants. */
  readonly grants: GrantSet;
  /** undefined when no profile is set: nothing is scored. */
  readonly risk: RiskModel | undefined;
  /** undefined when no object of kind dlp is set: nothing is looked for. */
  readonly dlp: DlpModel | undefined;
  /** undefined when no object of kind injection is set: nothing is looked for. */
  readonly injection: InjectionModel | undefined;
  /** undefined when no object of kind flow is set: nothing is remembered of what is read. */
  readonly flow: FlowModel | undefined;
  /** Credentials of one server, opened on first use; undefined names the secret that is missing. */
  lease(server: string): Lease | { missing: string };
}

export interface ControlSource {
  /** State of the organization as last loaded; undefined when there is no such organization. */
  current(org: string): Control | undefined;
  /** Every loaded organization. */
  all(): readonly Control[];
  /** Some loaded state, to start judging with before the organization is known: that of the gateway's own organization when it is loaded. */
  any(): Control;
  /** Whose token this is, over all organizations; `control` is that of its organization, also when the token is refused. */
  identify(bearerHash: string | undefined, nowMs: number, remoteAddress: string): { found: Identified; control: Control | undefined };
  /** Loads until the revision is at least this. Rejects with GatewayError `control_unavailable`. */
  atLeast(org: string, revision: number): Promise<Control>;
}

export type ControlCompiler = (org: string, revision: number, objects: readonly StoredObject[], previous: Control | undefined) => Control;
