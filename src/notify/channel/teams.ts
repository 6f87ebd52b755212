// Channel `teams`: an Adaptive Card to a Teams workflow ("when a webhook request is received"). Texts that are not ours stand in text runs,
// which Teams shows as they are; a TextBlock or FactSet would read them as Markdown.
import type { JsonObject } from '../../lib/json.ts';
import type { EventBody, Severity } from '../event.ts';
import { summaryOf } from '../summary.ts';

const COLOURS: Readonly<Record<Severity, string>> = { info: 'default', warning: 'warning', critical: 'attention' };

export function teamsMessage(event: EventBody): JsonObject {
  const { title, severity, facts } = summaryOf(event);
  const heading: JsonObject = { type: 'TextBlock', text: title, weight: 'bolder', size: 'medium', wrap: true, color: COLOURS[severity] };
  const lines = facts.map(
    ([label, value]): JsonObject => ({
      type: 'RichTextBlock',
      inlines: [
        { type: 'TextRun', text: `${label}: `, weight: 'bolder' },
        { type: 'TextRun', text: value },
      ],
    }),
  );
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [heading, ...lines],
  };
  return { type: 'message', attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content }] };
}
