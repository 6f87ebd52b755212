// The kinds of control-plane objects: metadata + spec, as Zod schemas (YAML in files, JSON on the wire); one file per kind in kind/.
// Unknown keys are errors. Secrets appear only sealed.
import type { z } from 'zod';
import { agentSpec } from './kind/agent.ts';
import { anchorSpec } from './kind/anchor.ts';
import { classSpec } from './kind/class.ts';
import { delegationSpec } from './kind/delegation.ts';
import { dlpSpec } from './kind/dlp.ts';
import { erasureSpec } from './kind/erasure.ts';
import type { metadataSchema } from './kind/field.ts';
import { flowSpec } from './kind/flow.ts';
import { forwardSpec } from './kind/forward.ts';
import { freezeSpec } from './kind/freeze.ts';
import { grantSpec } from './kind/grant.ts';
import { injectionSpec } from './kind/injection.ts';
import { legalHoldSpec } from './kind/legal-hold.ts';
import { limitSpec } from './kind/limit.ts';
import { type operatorRights, type operatorRoles, operatorSpec } from './kind/operator.ts';
import { organizationSpec } from './kind/organization.ts';
import { passkeySpec } from './kind/passkey.ts';
import { type policyRule, policySpec } from './kind/policy.ts';
import type { policyCase } from './kind/policy-case.ts';
import { priceSpec } from './kind/price.ts';
import { retentionSpec } from './kind/retention.ts';
import { riskSpec } from './kind/risk.ts';
import { type roleGrant, roleSpec } from './kind/role.ts';
import { secretSpec } from './kind/secret.ts';
import { serverSpec } from './kind/server.ts';
import { snapshotSpec } from './kind/snapshot.ts';
import { subscriptionSpec } from './kind/subscription.ts';
import { teamSpec } from './kind/team.ts';
import { tokenSpec } from './kind/token.ts';
import { userSpec } from './kind/user.ts';

export const kinds = {
  server: serverSpec,
  agent: agentSpec,
  token: tokenSpec,
  policy: policySpec,
  freeze: freezeSpec,
  limit: limitSpec,
  secret: secretSpec,
  operator: operatorSpec,
  organization: organizationSpec,
  team: teamSpec,
  user: userSpec,
  role: roleSpec,
  class: classSpec,
  risk: riskSpec,
  dlp: dlpSpec,
  injection: injectionSpec,
  flow: flowSpec,
  snapshot: snapshotSpec,
  anchor: anchorSpec,
  subscription: subscriptionSpec,
  forward: forwardSpec,
  price: priceSpec,
  grant: grantSpec,
  delegation: delegationSpec,
  passkey: passkeySpec,
  retention: retentionSpec,
  'legal-hold': legalHoldSpec,
  erasure: erasureSpec,
} as const;

export type Kind = keyof typeof kinds;
export type Metadata = z.infer<typeof metadataSchema>;
export type ServerSpec = z.infer<typeof serverSpec>;
export type AgentSpec = z.infer<typeof agentSpec>;
export type TokenSpec = z.infer<typeof tokenSpec>;
export type PolicyRule = z.infer<typeof policyRule>;
export type PolicySpec = z.infer<typeof policySpec>;
export type PolicyCase = z.infer<typeof policyCase>;
export type FreezeSpec = z.infer<typeof freezeSpec>;
export type LimitSpec = z.infer<typeof limitSpec>;
export type ForwardSpec = z.infer<typeof forwardSpec>;
export type OperatorSpec = z.infer<typeof operatorSpec>;
export type OperatorRole = (typeof operatorRoles)[number];
export type OperatorRight = (typeof operatorRights)[number];
export type OrganizationSpec = z.infer<typeof organizationSpec>;
export type UserSpec = z.infer<typeof userSpec>;
export type RoleSpec = z.infer<typeof roleSpec>;
export type RoleGrant = z.infer<typeof roleGrant>;
export type PasskeySpec = z.infer<typeof passkeySpec>;
export type GrantSpec = z.infer<typeof grantSpec>;
export type ClassSpec = z.infer<typeof classSpec>;
export type SubscriptionSpec = z.infer<typeof subscriptionSpec>;

/** Spec of each kind, with defaults filled in. */
export type SpecOf = { [K in keyof typeof kinds]: z.infer<(typeof kinds)[K]> };

export const kindNames = Object.keys(kinds) as readonly Kind[];

export function isKind(text: string): text is Kind {
  return Object.hasOwn(kinds, text);
}

/** An object as stored and as sent on the wire (JSON). `revision` is set by the store. */
export interface StoredObject<K extends Kind = Kind> {
  kind: K;
  metadata: Metadata;
  spec: SpecOf[K];
  revision?: number;
}
