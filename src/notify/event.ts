// What can be told: the types of events, how grave each is, and the shape in which it leaves the gateway (docs/notifications.md).
// Never holds a value of arguments or results, a comment of a person, a secret, or a text that an agent or a server wrote freely: names and ids only.
import { sha256Hex } from '../lib/digest.ts';
import type { JsonObject } from '../lib/json.ts';
import type { severities } from '../object/kind/subscription.ts';

export type Severity = (typeof severities)[number];

/** Every type of event: how grave it is, and what it means in a few words. */
export const EVENT_TYPES = {
  'decision.allowed': ['info', 'A call was allowed'],
  'decision.denied': ['warning', 'A call was refused'],
  'decision.held': ['warning', 'A call waits for a person'],
  'decision.failed': ['critical', 'A call was refused because it could not be judged'],
  'approval.requested': ['warning', 'An approval is asked for'],
  'approval.approved': ['info', 'A reviewer approved'],
  'approval.granted': ['info', 'A held call has all its approvals'],
  'approval.refused': ['info', 'A held call was refused by a reviewer'],
  'approval.revoked': ['warning', 'An approval was taken back'],
  'approval.expired': ['warning', 'A held call was not decided in time, or not made again'],
  'approval.drained': ['warning', 'A held call was ended by a freeze'],
  'approval.superseded': ['info', 'A ticket no longer fits the rules'],
  'approval.claimed': ['info', 'A reviewer looks after a held call'],
  'approval.unclaimed': ['info', 'A reviewer let a held call go'],
  'approval.reminded': ['warning', 'A held call still waits'],
  'approval.escalated': ['critical', 'A held call waits for others, too'],
  'approval.consumed': ['info', 'An approved call runs'],
  'grant.used': ['info', 'A call runs on a standing grant'],
  'freeze.set': ['critical', 'A freeze is in force'],
  'freeze.lift_requested': ['warning', 'Lifting a freeze waits for a second operator'],
  'freeze.lifted': ['warning', 'A freeze was lifted'],
  'freeze.drill': ['info', 'A gateway reported on a drill'],
  'incident.policy_error': ['critical', 'A policy could not be evaluated'],
  'incident.canary': ['critical', 'A canary value was seen in arguments'],
  'incident.decoy': ['critical', 'A decoy tool was called'],
  'drift.detected': ['critical', 'Definitions of a server are not as approved, and are quarantined'],
  'limit.exceeded': ['warning', 'Calls beyond a limit were refused'],
  'token.expiring': ['warning', 'A token ends soon'],
  'token.expired': ['warning', 'A token has ended'],
  'operator.expiring': ['warning', "An operator's token ends soon"],
  'operator.expired': ['warning', "An operator's token has ended"],
  'credential.expiring': ['warning', 'A secret ends soon'],
  'credential.expired': ['critical', 'A secret has ended'],
  'object.changed': ['info', 'Objects were changed'],
  'signin.failed': ['warning', 'A sign-in or token was refused'],
  'key.rotated': ['info', 'A key was rotated'],
  'log.erased': ['info', 'Sealed values were deleted'],
  'log.gap': ['warning', 'Calls were lost with a gateway that stopped'],
  'log.degraded': ['critical', 'The log could not be written for a while'],
  'checkpoint.failed': ['critical', 'No checkpoint could be made of the log'],
  'archive.failed': ['warning', 'The oldest entries of the log could not be archived'],
  'archive.recovered': ['info', 'The oldest entries of the log are archived again'],
  'anchor.failed': ['warning', 'An anchor of the log failed'],
  'anchor.recovered': ['info', 'An anchor of the log works again'],
  'gateway.started': ['info', 'A gateway started'],
  'gateway.stopped': ['info', 'A gateway stopped'],
  'events.digest': ['info', 'What happened since the last message'],
  'webhook.test': ['info', 'A test of this subscription'],
} as const satisfies Readonly<Record<string, readonly [Severity, string]>>;

export type EventType = keyof typeof EVENT_TYPES;

export interface NotifyEvent {
  /** The same for every delivery of this event. */
  id: string;
  type: EventType;
  timeMs: number;
  /** Events about one subject are delivered in order. */
  subject: string;
  severity: Severity;
  /** Entry of the log, 0 for what is in none. */
  seq: number;
  /** What rules asked to be told, by the names of channels. */
  channels: readonly string[];
  data: JsonObject;
}

/** What an event says before it has an id. */
export interface EventDraft {
  type: EventType;
  subject: string;
  data: JsonObject;
  severity?: Severity;
  channels?: readonly string[];
}

/** `key` tells events apart: the same key is the same event, on whichever gateway and however often it is made. */
export function makeEvent(org: string, key: string, at: { timeMs: number; seq: number }, draft: EventDraft): NotifyEvent {
  return {
    id: `evt_${sha256Hex(`${org}\n${key}`).slice(0, 32)}`,
    ...at,
    type: draft.type,
    subject: draft.subject,
    severity: draft.severity ?? EVENT_TYPES[draft.type][0],
    channels: draft.channels ?? [],
    data: draft.data,
  };
}

export interface EventBody {
  type: EventType;
  timestamp: string;
  data: JsonObject;
}

/** The event as receivers get it: type, timestamp, data (Standard Webhooks). */
export function eventBody(org: string, { id, type, timeMs, subject, severity, seq, channels, data }: NotifyEvent): EventBody {
  const about = {
    ...{ event: id, organization: org, subject, severity },
    ...(seq === 0 ? {} : { sequence: seq }),
    ...(channels.length === 0 ? {} : { channels: [...channels] }),
  };
  return { type, timestamp: new Date(timeMs).toISOString(), data: { ...about, ...data } };
}
