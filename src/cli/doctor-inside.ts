// What `sallyport doctor` asks a running gateway about what it keeps: policies, tokens, grants, approvers, notifications, log, anchors, archive, forwards.
// Asks one after the other; each says for itself what is wrong.
import type { AdminClient } from './admin-client.ts';
import { lookAtApprovers } from './doctor-approver.ts';
import type { Check } from './doctor-checks.ts';
import { lookAtForwards } from './doctor-forward.ts';
import { lookAtGrants } from './doctor-grant.ts';
import { lookAtAnchors, lookAtArchive, verifyTail } from './doctor-log.ts';
import { lookAtNotifications } from './doctor-notify.ts';
import { lookAtPolicies } from './doctor-policy.ts';
import { lookAtTokens } from './doctor-token.ts';

export async function lookInside(client: AdminClient): Promise<Check[]> {
  return [
    await lookAtPolicies(client),
    await lookAtTokens(client),
    await lookAtGrants(client),
    ...(await lookAtApprovers(client)),
    await lookAtNotifications(client),
    await verifyTail(client),
    ...(await lookAtAnchors(client)),
    ...(await lookAtArchive(client)),
    ...(await lookAtForwards(client)),
  ];
}
