// Channel `slack`: an incoming webhook with Block Kit blocks, and buttons where a person can decide. Every text that is not ours is `plain_text`,
// which Slack does not interpret: no mention, link or markup of an agent's or server's making.
// The clicks come back to the endpoint that Slack was given for interactivity; what they carry is named here.
import type { JsonObject } from '../../lib/json.ts';
import type { EventBody, Severity } from '../event.ts';
import { summaryOf } from '../summary.ts';

/** `action_id` of the two buttons; `value` is the id of the ticket, `block_id` is `slackApprovalBlock(organization)`. */
export const SLACK_APPROVE_ACTION = 'approve';
export const SLACK_REFUSE_ACTION = 'refuse';

/** Characters that Slack takes in a header, and in a field of a section; fields of one section. */
const MAX_HEADER_CHARS = 150;
const MAX_FIELD_CHARS = 2_000;
const FIELDS_PER_SECTION = 10;

const MARKS: Readonly<Record<Severity, string>> = { info: 'Info', warning: 'Warning', critical: 'Critical' };

export function slackApprovalBlock(org: string): string {
  return `sallyport-approval/${org}`;
}

export function slackMessage(event: EventBody): JsonObject {
  const { title, severity, facts, ticket, takesPasskey } = summaryOf(event);
  const heading = `${MARKS[severity]}: ${title}`;
  const blocks: JsonObject[] = [{ type: 'header', text: plainText(heading, MAX_HEADER_CHARS) }];
  for (let at = 0; at < facts.length; at += FIELDS_PER_SECTION) {
    const fields = facts.slice(at, at + FIELDS_PER_SECTION).map(([label, value]) => plainText(`${label}: ${value}`, MAX_FIELD_CHARS));
    blocks.push({ type: 'section', fields });
  }
  if (ticket !== undefined) {
    const button = (text: string, actionId: string, style: string): JsonObject => ({
      ...{ type: 'button', text: plainText(text, MAX_HEADER_CHARS), action_id: actionId, value: ticket, style },
    });
    // The answer to the click is the address of the page: fresh, and for that reviewer alone.
    const approve = takesPasskey ? 'Get the link to approve with a passkey' : 'Approve';
    const elements = [button(approve, SLACK_APPROVE_ACTION, 'primary'), button('Refuse', SLACK_REFUSE_ACTION, 'danger')];
    blocks.push({ type: 'actions', block_id: slackApprovalBlock(String(event.data.organization)), elements });
  }
  // What notifications show; our own words only, since this one is interpreted.
  return { text: heading, blocks };
}

function plainText(text: string, maxChars: number): JsonObject {
  return { type: 'plain_text', emoji: false, text: text.length <= maxChars ? text : `${text.slice(0, maxChars - 1).toWellFormed()}…` };
}
