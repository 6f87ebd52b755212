// Short sealed texts for what the gateway hands to an agent and takes back later: cursors, task ids, request states.
// Encrypted and authenticated; bound to organization and purpose. Never trust one without opening it here.
import type { Vault } from './vault.ts';

/** Longest sealed text that is looked at, in characters. */
export const MAX_SEALED_TEXT_CHARS = 64 * 1024;

/** URL-safe (base64url without padding), 52 characters plus 4/3 of the UTF-8 length of the text. */
export function sealText(vault: Vault, org: string, purpose: string, text: string): string {
  return Buffer.from(vault.seal(org, `text/${purpose}`, Buffer.from(text))).toString('base64url');
}

/** undefined for anything that was not sealed by `sealText` for this organization and purpose. Never throws on input. */
export function openText(vault: Vault, org: string, purpose: string, sealed: string): string | undefined {
  if (sealed.length > MAX_SEALED_TEXT_CHARS || !/^[A-Za-z0-9_-]+$/.test(sealed)) return undefined;
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.toString('base64url') !== sealed) return undefined; // one spelling only: a state cannot be replayed in another one
  const opened = vault.open(org, `text/${purpose}`, bytes);
  return opened && Buffer.from(opened).toString('utf8');
}
