// What a click on a button in Slack says: who, which button, about which ticket, and where an answer goes. Pure.
// INVARIANT: answers go to Slack's own hosts only, whatever the request names (slack.test.ts, "answers").
import { isObject, type Json, type JsonObject } from '../../lib/json.ts';

const ACTIONS: ReadonlyMap<Json | undefined, 'approve' | 'refuse'> = new Map([
  ['approve', 'approve'],
  ['refuse', 'refuse'],
]);
const ANSWER_HOSTS: ReadonlySet<string> = new Set(['hooks.slack.com', 'hooks.slack-gov.com']);
const MAX_COMMENT_CHARS = 1_024;

export interface Click {
  /** Slack's id of the person. */
  person: string;
  /** Slack's id of the workspace. */
  team: string | undefined;
  verdict: 'approve' | 'refuse';
  ticket: string;
  /** What was typed into an input of the message. */
  comment: string | undefined;
  answerUrl: string | undefined;
}

/** undefined: something else than a click on one of our buttons. */
export function readClick(payloadText: string | null): Click | undefined {
  const payload = parsed(payloadText);
  if (payload?.type !== 'block_actions' || !Array.isArray(payload.actions)) return undefined;
  const [action] = payload.actions;
  const verdict = isObject(action) ? ACTIONS.get(action.action_id) : undefined;
  const person = isObject(payload.user) ? payload.user.id : undefined;
  if (!isObject(action) || !verdict || typeof action.value !== 'string' || typeof person !== 'string') return undefined;
  const team = isObject(payload.team) && typeof payload.team.id === 'string' ? payload.team.id : undefined;
  return { person, team, verdict, ticket: action.value, comment: commentOf(payload.state), answerUrl: answerUrlOf(payload.response_url) };
}

function parsed(text: string | null): JsonObject | undefined {
  try {
    const value = JSON.parse(text ?? '') as Json;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The first text among the message's inputs. */
function commentOf(state: Json | undefined): string | undefined {
  const values = isObject(state) && isObject(state.values) ? Object.values(state.values) : [];
  for (const block of values)
    for (const input of isObject(block) ? Object.values(block) : []) {
      const text = isObject(input) && typeof input.value === 'string' ? input.value.trim() : '';
      if (text !== '') return text.slice(0, MAX_COMMENT_CHARS);
    }
  return undefined;
}

function answerUrlOf(given: Json | undefined): string | undefined {
  const url = typeof given === 'string' ? URL.parse(given) : null;
  const isSlack = url?.protocol === 'https:' && ANSWER_HOSTS.has(url.host) && url.username === '' && url.password === '';
  return isSlack ? url.href : undefined;
}
