// Requests whose path does not say what they do: the action stands in a header (`X-Amz-Target`, `SOAPAction`), in the body (`method` of JSON-RPC,
// `Action=…`), or is a list of operations. Can only raise a verdict; bounded.
import { isObject, type Json } from '../../lib/json.ts';
import { argumentsOf, keyReader } from './argument.ts';
import type { Header } from './http-header.ts';
import { nestedAction } from './nested-action.ts';
import { actionPhrase } from './phrase.ts';
import { type Finding, finding, join } from './verdict.ts';

const ASKING_METHOD = /^(?:eth_(?:get|call|block|estimate)|net_|web3_|get|list|tools\/list|resources\/|prompts\/)/i;
/** `getAndDelete`, `list_or_purge`, `getdel`. */
const ALSO_ACTS =
  /(?:and|or|then)[_.-]?(?:delete|remove|purge|destroy|drop|clear|pop|update|set|reset|incr|decr|lock|acquire|claim|consume|ack|send|revoke|transfer|write|create|insert|save|expire|touch)|^get(?:del|set|ex|pop)$/i;

/** A method of JSON-RPC that only asks. */
export function onlyAsks(method: string): boolean {
  return ASKING_METHOD.test(method) && !ALSO_ACTS.test(method);
}

const TARGET_HEADER = /^(?:x-amz-target|soapaction)$/i;
const ACTION_KEY = /^(?:action|operation|op|command|cmd)$/i;
const FORM_ACTION = /(?:^|&)(?:action|operation|op|cmd)=([\w.-]{2,80})/i;
/** The method of XML-RPC; the first element in the body of SOAP. */
const XML_CALL = /<methodName>\s*([\w.:/-]{1,80})\s*<\/methodName>|<(?:[\w-]{1,32}:)?Body\b[^<>]{0,400}>\s*<([\w.:-]{1,80})/i;
const DELETES_IN_BATCH = /^(?:DELETE|PURGE) \S{1,2000} HTTP\/\d/m;
const MAX_FORM_CHARS = 65_536;
const readNoKey = keyReader(() => 0);

export function remoteAction(headers: readonly Header[], body: Json | undefined): Finding | undefined {
  let found: Finding | undefined;
  const add = (text: unknown): void => {
    const one = typeof text === 'string' ? acted(text) : undefined;
    if (one) found = join(found, one);
  };
  for (const [name, value] of headers) if (TARGET_HEADER.test(name.trim())) add(value);
  if (typeof body === 'string') {
    const text = body.slice(0, MAX_FORM_CHARS);
    add(FORM_ACTION.exec(text)?.[1]);
    add(
      XML_CALL.exec(text)
        ?.slice(1)
        .find((name) => name !== undefined),
    );
    if (DELETES_IN_BATCH.test(text)) found = join(found, finding('destructive', 'a DELETE in a list of requests'));
  }
  // A batch of JSON-RPC is a list.
  for (const one of Array.isArray(body) ? body.slice(0, 256) : [body]) {
    if (!isObject(one)) continue;
    if (one.jsonrpc !== undefined && typeof one.method === 'string' && !onlyAsks(one.method)) add(one.method);
    for (const [key, value] of Object.entries(one)) if (ACTION_KEY.test(key)) add(value);
    const nested = nestedAction(argumentsOf(one, readNoKey));
    if (nested) found = join(found, finding(nested.phrase.intent, 'an operation in the body'));
  }
  return found && (found.intent === 'destructive' || found.intent === 'exfiltrative') ? found : undefined;
}

/** `DynamoDB_20120810.DeleteTable`, `"urn:shop#removeOrder"`, `users/delete`. */
function acted(text: string): Finding | undefined {
  if (text.length > 256) return undefined;
  const last =
    text
      .replace(/["']/g, '')
      .split(/[.#/:]/)
      .at(-1) ?? '';
  const phrase = actionPhrase(last);
  return phrase ? finding(phrase.intent, 'an action that is named in the request') : undefined;
}
