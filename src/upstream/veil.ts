// Takes a server's own credential out of what the server says, before anybody sees it: agents, the log, the operator's log.
// For servers that echo by accident (debug output, error texts, request inspectors). A server that wants to give it away can always encode it.
import type { Duplex, HttpClient, HttpExchange } from './channel.ts';

/** Shorter secrets are too likely to be ordinary words; characters. */
export const MIN_VEILED_CHARS = 8;
export const VEILED = '[credential removed]';

/** Removes these secrets from a text; undefined when there is nothing to remove. */
export type Veil = ((text: string) => string) | undefined;

export function veilOf(secrets: readonly string[] | undefined): Veil {
  const forms = new Set<string>();
  for (const secret of secrets ?? []) {
    const bare = secret.trim();
    if (bare.length < MIN_VEILED_CHARS) continue;
    for (const form of [bare, JSON.stringify(bare).slice(1, -1), encodeURIComponent(bare.toWellFormed())]) forms.add(form);
  }
  if (forms.size === 0) return undefined;
  // The longest first: one secret may be the start of another.
  const ordered = [...forms].sort((a, b) => b.length - a.length);
  return (text) => {
    let clean = text;
    for (const form of ordered) if (clean.includes(form)) clean = clean.replaceAll(form, VEILED);
    return clean;
  };
}

export function veiledClient(client: HttpClient, veil: Veil): HttpClient {
  if (!veil) return client;
  return {
    async exchange(request) {
      const answer = await client.exchange(veiledExchange(request, veil));
      return answer.text === '' ? answer : { ...answer, text: veil(answer.text) };
    },
    close: () => client.close(),
  };
}

function veiledExchange(request: HttpExchange, veil: (text: string) => string): HttpExchange {
  const { onEvent } = request;
  return onEvent ? { ...request, onEvent: (event) => onEvent({ ...event, data: veil(event.data) }) } : request;
}

export function veiledDuplex(duplex: Duplex, veil: Veil): Duplex {
  if (!veil) return duplex;
  return {
    send: (text) => duplex.send(text),
    onMessage: (listener) => duplex.onMessage((text) => listener(veil(text))),
    closed: duplex.closed.then(({ reason }) => ({ reason: veil(reason) })),
    close: () => duplex.close(),
  };
}
