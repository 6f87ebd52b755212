// What a running gateway consists of. Types only.
import type { Deliveries } from '../approval/deliveries.ts';
import type { ApprovalDesk } from '../approval/desk.ts';
import type { ReviewLinks } from '../approval/review-link.ts';
import type { UsedBook } from '../approval/used-book.ts';
import type { AuditLog } from '../audit/log.ts';
import type { LastUsed } from '../auth/last-used.ts';
import type { TokenDirectory } from '../auth/token-directory.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Config } from '../config.ts';
import type { DlpScanner } from '../detect/dlp/scanner.ts';
import type { InjectionLooker } from '../detect/injection/looker.ts';
import type { IntentAnalyser } from '../detect/intent/intent-analyser.ts';
import type { InFlight } from '../kill/inflight.ts';
import type { Notifier } from '../notify/notifier.ts';
import type { Logger } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { LiveControl } from '../pipeline/control-source.ts';
import type { Pipeline } from '../pipeline/run.ts';
import type { ShadowTally } from '../pipeline/shadow.ts';
import type { StrangerLimit } from '../pipeline/stranger-limit.ts';
import type { ViewBook } from '../pipeline/view-book.ts';
import type { AgentServer } from '../server/agent-server.ts';
import type { Upstreams } from '../upstream/exchange.ts';
import type { Anchors } from './anchors.ts';
import type { ArchiveKeeper } from './archive-keeper.ts';
import type { CheckpointKeeper } from './checkpoint-keeper.ts';
import type { Core } from './core.ts';
import type { Definitions } from './definitions.ts';
import type { ForwardKeeper } from './forward-keeper.ts';
import type { HistoryKeeper } from './history-keeper.ts';
import type { KillSwitch } from './kill-switch.ts';
import type { Limits } from './limits.ts';
import type { PolicyKeeper } from './policy-keeper.ts';
import type { RetentionKeeper } from './retention-keeper.ts';
import type { ShadowKeeper } from './shadow-keeper.ts';
import type { SlackAnswers } from './slack-answer.ts';

/** Everything behind the listeners. */
export interface Inside extends Core {
  readonly config: Config;
  readonly log: AuditLog;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly control: LiveControl;
  readonly upstreams: Upstreams;
  readonly connectors: { close(): Promise<void> };
  readonly inFlight: InFlight;
  readonly views: ViewBook;
  readonly killSwitch: KillSwitch;
  readonly approvals: ApprovalDesk;
  readonly deliveries: Deliveries;
  readonly usedGrants: UsedBook;
  readonly links: ReviewLinks;
  readonly slackAnswers: SlackAnswers;
  readonly intent: IntentAnalyser;
  readonly histories: HistoryKeeper;
  readonly checkpoints: CheckpointKeeper;
  readonly anchors: Anchors;
  readonly forwards: ForwardKeeper;
  readonly retention: RetentionKeeper;
  readonly archives: ArchiveKeeper;
  readonly policies: PolicyKeeper;
  readonly dlpScanner: DlpScanner;
  readonly injectionLooker: InjectionLooker;
  readonly catalog: Catalog;
  readonly definitions: Definitions;
  readonly lastUsed: LastUsed;
  /** Whose operator tokens are whose, over all organizations. */
  readonly operators: TokenDirectory;
  readonly strangers: StrangerLimit;
  readonly shadows: ShadowTally;
  readonly shadowKeeper: ShadowKeeper;
  readonly limits: Limits;
  readonly notifier: Notifier;
  readonly pipeline: Pipeline;
  readonly instance: string;
}

export interface Gateway extends Inside {
  readonly agentServer: AgentServer;
  /** Origin of the agent listener, without a path. */
  readonly mcpUrl: string;
  /** Origin of the admin listener, without a path. */
  readonly adminUrl: string;
  /** Ends calls within the drain time, then everything else; the last entry says so. */
  close(): Promise<void>;
}
