// Where something was found, as entries and metrics tell it: names that the protocol gives to members, and numbers. A name that somebody chose may be
// the very value that was found, so it is told as a star.
import type { Path } from './part-reader.ts';

/** Members of messages of any revision (2025-03-26 to 2026-07-28). Others are told as `*`. */
const NAMES = new Set(
  `annotations anyOf argument arguments audience blob body clientInfo cause code completion const content contents context cursor data default
  description elicitationId enum enumNames error icons inputRequests inputResponses input instructions items lastModified level logger
  message messages meta mimeType modelPreferences hints name nextCursor oneOf params progress prompts properties reason ref requestedSchema
  resource resourceTemplates resources result role roots server serverInfo sizes src status statusMessage stopReason stopSequences
  structuredContent systemPrompt task tasks taskId text title toolUseId tools total type uri uriTemplate url value values version
  _meta io.modelcontextprotocol/serverInfo io.modelcontextprotocol/clientInfo io.modelcontextprotocol/related-task
  io.modelcontextprotocol/subscriptionId`.split(/\s+/),
);

/** A JSON pointer. */
export function toldPath(path: Path): string {
  return path.map((step) => (typeof step === 'number' ? `/${step}` : NAMES.has(step) ? `/${step.replaceAll('/', '~1')}` : '/*')).join('');
}
