// A person who decides about held calls, from outside: over the admin API with an operator token, or in a browser on the page of a ticket.
import { newOperatorToken } from '../../src/admin/operator.ts';
import type { OperatorRole, StoredObject } from '../../src/object/kinds.ts';

export interface ReviewerSide {
  object: StoredObject;
  token: string;
  /** Over the admin API at this origin. Resolves with the status. */
  decide(adminUrl: string, ticket: string, what?: 'approve' | 'deny'): Promise<number>;
  /** Opens a link, signs in, presses a button. Resolves with the last page. */
  visit(url: string, verdict: 'approve' | 'refuse', comment?: string): Promise<{ status: number; text: string }>;
}

export function reviewerSide(name: string, role: OperatorRole = 'reviewer'): ReviewerSide {
  const made = newOperatorToken();
  const spec = { role, hash: made.hash, hint: made.hint, createdAt: '2026-01-01T00:00:00Z' };
  return {
    object: { kind: 'operator', metadata: { name }, spec } as StoredObject,
    token: made.token,
    decide: async (adminUrl, ticket, what = 'approve') => {
      const headers = { authorization: `Bearer ${made.token}`, 'content-type': 'application/json' };
      const body = JSON.stringify(what === 'deny' ? { comment: 'no' } : {});
      return (await fetch(`${adminUrl}/api/v1/approvals/${ticket}/${what}`, { method: 'POST', headers, body })).status;
    },
    visit: async (url, verdict, comment = '') => {
      const post = async (form: Record<string, string>) => {
        const response = await fetch(url, { method: 'POST', body: new URLSearchParams(form) });
        return { status: response.status, text: await response.text() };
      };
      const page = await post({ step: 'signin', token: made.token });
      const field = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(page.text)?.[1];
      const [session, digest] = [field('session'), field('digest')];
      return session === undefined || digest === undefined ? page : post({ step: 'decide', session, digest, verdict, comment });
    },
  };
}
