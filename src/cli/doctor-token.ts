// The check of `sallyport doctor` that looks at tokens of agents: which of them end soon, which nobody uses.
import type { AdminClient } from './admin-client.ts';
import type { Check } from './doctor-checks.ts';
import { messageOf } from './failure.ts';

/** Names shown of each sort; the rest are counted. */
const MAX_NAMED = 5;

/** What counts as soon and as long is what the organization says. */
export async function lookAtTokens(client: AdminClient): Promise<Check> {
  const name = 'agent tokens';
  try {
    const { tokens } = await client.tokens({});
    const expiring = tokens.filter((token) => token.expiring);
    const unused = tokens.filter((token) => token.unused);
    const valid = tokens.filter(({ state }) => state === 'valid').length;
    if (expiring.length === 0 && unused.length === 0) return { name, state: 'ok', message: `${valid} valid` };
    const parts = [`${valid} valid`];
    if (expiring.length > 0) parts.push(`${expiring.length} end soon (${namesOf(expiring)})`);
    if (unused.length > 0) parts.push(`${unused.length} not used for long (${namesOf(unused)})`);
    return {
      name,
      state: 'warn',
      message: parts.join(', '),
      next: 'See `sallyport token list`; then `sallyport token rotate NAME --overlap 1h` or `sallyport token revoke NAME`.',
    };
  } catch (error) {
    return { name, state: 'fail', message: messageOf(error) };
  }
}

function namesOf(tokens: readonly { name: string }[]): string {
  const shown = tokens.slice(0, MAX_NAMED).map((token) => token.name);
  return [...shown, ...(tokens.length > MAX_NAMED ? ['…'] : [])].join(', ');
}
