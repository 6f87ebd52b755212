// Second wall against secrets in the operator's log: whatever is about to be written is copied, with values under telling names and texts
// that look like tokens blanked, and with bounds on depth and size. The first wall is not to pass secrets to the log at all.

export const BLANK = '[redacted]';

/** Levels of nesting that are written. */
export const MAX_LOG_DEPTH = 6;
/** Members or elements of one value that are written. */
export const MAX_LOG_MEMBERS = 50;
/** Characters of one text that are written. */
export const MAX_LOG_CHARS = 4_096;

/** A copy that may be written. Never throws, never calls `toJSON`. */
export function scrub(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return scrubText(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_LOG_DEPTH) return '[…]';
  try {
    return scrubObject(value, depth);
  } catch {
    return '[unreadable]';
  }
}

/** Tokens of this gateway, bearer and basic credentials, credentials in URLs. Cut at MAX_LOG_CHARS. */
export function scrubText(text: string): string {
  // Blank first, cut then: the cut must not leave the head of a secret that would no longer be recognised.
  const near = text.length > MAX_LOG_CHARS ? text.slice(0, MAX_LOG_CHARS + MARGIN_CHARS) : text;
  const clean = SUSPECT.test(near) ? blank(near) : near;
  return clean.length > MAX_LOG_CHARS || near.length < text.length ? `${clean.slice(0, MAX_LOG_CHARS)}…` : clean;
}

/** Longer than any secret that is recognised by its form. */
const MARGIN_CHARS = 1_024;

function blank(text: string): string {
  return text
    .replace(/s[po]_[A-Za-z0-9_-]{20,}/g, BLANK)
    .replace(/\b(bearer|basic)(\s+)[A-Za-z0-9._~+/=-]{8,}/gi, `$1$2${BLANK}`)
    .replace(/:\/\/[^\s/@]{1,512}@/g, `://${BLANK}@`);
}

const SUSPECT = /s[po]_|bearer|basic|:\/\//i;

/** Names of members whose value is never written. `token` alone is: the object name of a token goes under `tokenName`. */
const TELLING =
  /^(?:token|key|pass|pwd|auth|bearer|session|sessionid)$|authorization|secret|passw|credential|cookie|api[-_]?key|private[-_]?key|master[-_]?key|(?:access|refresh|id|auth|bearer)[-_]?token|mcp-session-id/i;

function scrubObject(value: object, depth: number): unknown {
  if (value instanceof Error) return scrubError(value, depth);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (Array.isArray(value)) {
    const items = value.slice(0, MAX_LOG_MEMBERS).map((item) => scrub(item, depth + 1));
    if (value.length > MAX_LOG_MEMBERS) items.push(`[${value.length - MAX_LOG_MEMBERS} more]`);
    return items;
  }
  const copy: Record<string, unknown> = Object.create(null);
  const keys = Object.keys(value);
  for (const key of keys.slice(0, MAX_LOG_MEMBERS)) {
    const member = (value as Record<string, unknown>)[key];
    copy[scrubText(key)] = TELLING.test(key) && member !== undefined && member !== null ? BLANK : scrub(member, depth + 1);
  }
  if (keys.length > MAX_LOG_MEMBERS) copy['…'] = `${keys.length - MAX_LOG_MEMBERS} more`;
  return copy;
}

function scrubError(error: Error, depth: number): Record<string, unknown> {
  const { code, detail } = error as { code?: unknown; detail?: unknown };
  return {
    name: scrubText(String(error.name)),
    message: scrubText(String(error.message)),
    ...(code === undefined ? {} : { code: scrub(code, depth + 1) }),
    ...(detail === undefined ? {} : { detail: scrub(detail, depth + 1) }),
    ...(error.stack === undefined ? {} : { stack: scrubText(String(error.stack)) }),
    ...(error.cause === undefined ? {} : { cause: scrub(error.cause, depth + 1) }),
  };
}
