// Who gets to see something: public links, wide access, forwarding, webhooks, attachments and recipients of messages.
// Addresses are never quoted. There is no list of own domains: what counts is how much goes out, and to how many.
import type { Intent } from '../../call.ts';
import { isObject, type Json } from '../../lib/json.ts';
import { type Argument, type ArgumentList, stringsOf } from './argument.ts';
import type { ToolProfile } from './profile.ts';
import { type Finding, finding } from './verdict.ts';

/** Recipients of one message from which it counts as a mass mailing. */
export const MASS_RECIPIENTS = 50;
/** Addresses in one text from which it counts as a list of people. */
export const MANY_ADDRESSES = 20;
/** UTF-16 units of one text that are looked at. */
const MAX_TEXT_CHARS = 16_384;

interface Found {
  signal: string;
  found: Finding;
}

const leaks = (why: string): Found => ({ signal: 'sharing', found: finding('exfiltrative', why) });

const PUBLIC_KEY =
  /^(?:public|ispublic|makepublic|publiclyaccessible|publicaccess|anonymousaccess|anonymous|anyonecanview|anyonewithlink|linksharing|sharepublicly|publicread|allowpublic|worldreadable|publiclink|allowanonymous)$/;
const PRIVATE_KEY = /^(?:private|isprivate)$/;
const AUDIENCE_KEY =
  /^(?:visibility|access|acl|privacy|sharing|audience|type|scope|linkscope|sharescope|accesslevel|cannedacl|sharingmode|role|grantee|principal|principals|member|members|with|sharewith|allow|accounts?|entity|permission|policy|who)$/;
const EVERYBODY =
  /^(?:public|anyone|everyone|everybody|anyone_?with_?(?:the_?)?link|anyonewithlink|allusers|all_?users|allauthenticatedusers|public-read|public-read-write|authenticated-read|publicread|world|internet|anonymous|unlisted|open|external|\*)$/i;
const HOLDERS =
  /^(?:repo|repository|gist|bucket|dataset|file|folder|document|doc|board|drive|snapshot|project|paste|sheet|album|object|blob|database|db|dashboard|share|permission|permissions|link|acl|policy|page|calendar|notebook|image|ami|access|visibility|sharing|instance|playlist|site|form|space|settings)$/;

export function sharingSignal(tool: ToolProfile, argument: Argument, list: ArgumentList, current: Intent): Found | undefined {
  if (current === 'read' || current === 'exfiltrative') return undefined;
  const { key, value } = argument;
  if (PUBLIC_KEY.test(key) && (value === true || value === 'true')) return leaks('makes it public');
  if (PRIVATE_KEY.test(key) && (value === false || value === 'false') && holds(tool)) return leaks('makes it public');
  if (AUDIENCE_KEY.test(key) && holds(tool) && stringsOf(value).some((text) => EVERYBODY.test(text.trim())))
    return leaks('gives everybody access');
  return policyForEverybody(argument) ?? forwarding(tool, argument, list, current) ?? message(tool, argument, list);
}

function holds(tool: ToolProfile): boolean {
  return tool.words.some((word) => HOLDERS.test(word) || HOLDERS.test(word.replace(/s$/, '')));
}

/** Of an argument with whatever key. */
export function policyForEverybody({ value }: Argument): Found | undefined {
  if (typeof value !== 'string' || !/"Principal"\s*:\s*(?:"\*"|\{\s*"AWS"\s*:\s*"\*")/.test(value.slice(0, MAX_TEXT_CHARS)))
    return undefined;
  return leaks('a policy for everybody');
}

const FORWARD_KEY =
  /^(?:forwardto|forwardingaddress|redirectto|autoforward|forwardingemail|autoforwardto|copyto|forward|bccall|mirrorto|replicateto|exportto)$/;
const ADDRESS_KEY = /^(?:to|address|email|emailaddress|mail|target|destination|recipients?|addresses)$/;
const HOOK_KEY = /^(?:url|webhookurl|targeturl|callbackurl|endpoint|endpointurl|payloadurl|deliveryurl)$/;
const DESTINATION_KEY = /^(?:destination|target|outputuri|outputuriprefix|exporturi|destinationuri|bucket|outputlocation)$/;

/** Standing outflow: mail rules, webhooks for everything, replicas elsewhere. */
function forwarding(tool: ToolProfile, { key, value, path }: Argument, list: ArgumentList, current: Intent): Found | undefined {
  if (FORWARD_KEY.test(key) && stringsOf(value).some((text) => /@|:\/\//.test(text))) return leaks('forwards from now on');
  if (
    current === 'write' &&
    ADDRESS_KEY.test(key) &&
    stringsOf(value).some((text) => text.includes('@')) &&
    (forwards(tool) || /\/auto_?forward/i.test(path))
  )
    return leaks('forwards from now on');
  if (
    HOOK_KEY.test(key) &&
    tool.words.some((word) => /^(?:webhook|webhooks|hook|hooks|subscription|integration|callback|sink|destination|drain)$/.test(word)) &&
    typeof value === 'string' &&
    isOutside(value) &&
    wantsAll(list)
  )
    return leaks('sends all events to an address outside');
  if (
    DESTINATION_KEY.test(key) &&
    typeof value === 'string' &&
    /^(?:s3|gs|https?|ftp|sftp|azure|abfss?|wasbs?):\/\//i.test(value) &&
    tool.words.some((word) => /^(?:copy|backup|replicate|sync|upload|dump|move|snapshot|archive|transfer)$/.test(word))
  )
    return leaks('copies to a place outside');
  return undefined;
}

/** `create_forwarding_rule`, `add_mail_forward`; not `forward_email`, which sends one message. */
function forwards(tool: ToolProfile): boolean {
  const last =
    tool.words.some((word) => /^(?:rules?|filters?|address|addresses|settings?|forwards|forwarder)$/.test(word)) ||
    tool.words.at(-1) === 'forward';
  return (
    tool.words.some((word) => word === 'forwarding') ||
    (last && tool.words.some((word) => /^(?:forward|forwards|forwarder|redirect)$/.test(word)))
  );
}

function wantsAll(list: ArgumentList): boolean {
  const events = list.all.find(({ key }) => /^(?:events?|eventtypes?|topics?|triggers?|enabledevents)$/.test(key))?.value;
  return events !== undefined && stringsOf(events).some((text) => /^(?:\*|all|everything|all_events)$/i.test(text) || text.endsWith('.*'));
}

function isOutside(url: string): boolean {
  return (
    /^https?:\/\//i.test(url) &&
    !/^https?:\/\/(?:localhost|127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|\[::1\])/i.test(url) &&
    !/^https?:\/\/[^/]*\.(?:internal|local|svc|intranet|corp|lan)(?:[:/]|$)/i.test(url)
  );
}

const FREE_MAIL =
  /@(?:gmail|googlemail|outlook|hotmail|live|yahoo|ymail|icloud|me|aol|proton|protonmail|pm|gmx|mail|yandex|tutanota|tuta|zoho|qq|163|web|inbox|fastmail|mailinator|guerrillamail|tempmail|10minutemail)\.[a-z.]{2,12}$/i;
const BULK_FILE =
  /(?:customer|client|user|employee|contact|lead|patient|member|payroll|salar|credential|secret|password|database|backup|dump|export|full|all|confidential|internal|private|hr|financ|crm|prod)[\w .-]*\.(?:csv|xlsx?|sql|zip|tar|gz|tgz|db|sqlite|json|parquet|bak|dump|7z|pst|mdb|txt|pdf|docx?)$|\.(?:sql|bak|dump|pst|db|sqlite|kdbx|pem|pfx)(?:\.gz|\.zip)?$/i;
const SENDING =
  /^(?:send|email|mail|message|post|share|upload|reply|forward|publish|sms|submit|dm|notify|attach|gist|paste|snippet|comment|tweet)$/;
const ENCLOSED_KEY = /^(?:attachments?|files?|filepaths?|paths?|attachmentpaths?|filename|path|media)$/;
const RECIPIENT_KEY = /^(?:to|cc|bcc|recipients?|emails?)$/;
const SAID_KEY = /^(?:body|text|content|message|html|bodyhtml|bodytext|description|data|note|code)$/;

function message(tool: ToolProfile, { key, value }: Argument, list: ArgumentList): Found | undefined {
  if (!tool.words.some((word) => SENDING.test(word))) return undefined;
  if (ENCLOSED_KEY.test(key)) {
    const names = namesOf(value);
    if (names.some((text) => BULK_FILE.test(text.slice(-200)))) return leaks('sends a file that looks like data of many people');
    if (
      key.startsWith('attach') &&
      names.length > 0 &&
      list.all.some(
        (other) => /^(?:to|cc|bcc|recipients?|email)$/.test(other.key) && stringsOf(other.value).some((text) => FREE_MAIL.test(text)),
      )
    )
      return leaks('sends a file to a private address');
  }
  if (RECIPIENT_KEY.test(key) && Array.isArray(value) && value.length >= MASS_RECIPIENTS) return leaks('sends to very many');
  if (SAID_KEY.test(key) && typeof value === 'string' && carriesMuch(value.slice(0, MAX_TEXT_CHARS)))
    return leaks('the text holds credentials or a list of people');
  return undefined;
}

function namesOf(value: Json): string[] {
  if (Array.isArray(value)) return value.slice(0, 64).flatMap((item) => namesOf(item as Json));
  if (isObject(value))
    return Object.entries(value).flatMap(([key, inner]) =>
      /^(?:name|filename|path|file_name|filePath|url)$/.test(key) && typeof inner === 'string' ? [inner] : [],
    );
  return typeof value === 'string' ? [value] : [];
}

function carriesMuch(text: string): boolean {
  if (
    /-----BEGIN [A-Z ]{0,32}PRIVATE KEY|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{30,}|\bsk_live_[A-Za-z0-9]{16,}|\broot:[^:\n]{0,128}:0:0:/.test(
      text,
    )
  )
    return true;
  let count = 0;
  for (let at = text.indexOf('@'); at >= 0 && count < MANY_ADDRESSES; at = text.indexOf('@', at + 1))
    if (/[\w.+-]/.test(text[at - 1] ?? '') && /\w/.test(text[at + 1] ?? '')) count++;
  return count >= MANY_ADDRESSES;
}

/** Keys that these signals ask for, apart from `policyForEverybody`. */
export const SHARING_KEYS = [
  ...[PUBLIC_KEY, PRIVATE_KEY, AUDIENCE_KEY, FORWARD_KEY, ADDRESS_KEY],
  ...[HOOK_KEY, DESTINATION_KEY, ENCLOSED_KEY, RECIPIENT_KEY, SAID_KEY],
];
