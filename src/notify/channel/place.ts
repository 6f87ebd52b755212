// Where an HTTP channel sends to: an address as it stands in the object, or one that is a secret.
import type { Clock } from '../../lib/clock.ts';
import type { HttpPoster } from '../http-post.ts';
import type { OpenSecret } from '../send.ts';

export interface HttpChannelParts {
  http: Pick<HttpPoster, 'send'>;
  clock: Pick<Clock, 'nowMs'>;
}

export function placeOf(url: string | { secret: string }, openSecret: OpenSecret): string | { missing: string } {
  if (typeof url === 'string') return url;
  return openSecret(url.secret)?.trim() ?? { missing: url.secret };
}
