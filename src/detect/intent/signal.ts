// What single values of arguments say about a call: actions, flags, amounts, volume, paths, recipients, sharing, elements of a page.
// Every signal but a known action and a dry run can only raise the verdict. Their reasons quote no value; those of the analysers of texts may.
import type { Intent } from '../../call.ts';
import type { Json } from '../../lib/json.ts';
import { type Argument, type ArgumentList, ROLE, stringsOf } from './argument.ts';
import { isInList } from './nested-action.ts';
import { namePhrase } from './phrase.ts';
import type { ToolProfile } from './profile.ts';
import { policyForEverybody, SHARING_KEYS, sharingSignal } from './sharing.ts';
import { isSecretPath, isSystemPath } from './shell/command.ts';
import { nameWords } from './token.ts';
import { type Finding, finding } from './verdict.ts';
import { anyName } from './world-phrase.ts';

export interface Signal {
  signal: string;
  path: string;
  found: Finding;
}

/** Items of one page from which a read counts as bulk. */
export const BULK_ITEMS = 5_000;

/** In the order of the arguments; `current` is the class so far, which some signals depend on. */
export function signals(tool: ToolProfile, list: ArgumentList, current: Intent): readonly Signal[] {
  // Whatever its key, a text of a call that changes something may be a policy for everybody.
  if (current === 'read' && !(list.roles & ROLE.reading)) return NO_SIGNALS;
  let seen: Signal[] | undefined;
  for (const argument of list.all) {
    const found = current === 'read' ? ofReading(tool, argument) : ofChanging(tool, argument, list, current);
    if (!found) continue;
    seen ??= [];
    seen.push({ signal: found.signal, path: argument.path, found: found.found });
  }
  return seen ?? NO_SIGNALS;
}

const NO_SIGNALS: readonly Signal[] = Object.freeze([]);

function ofReading(tool: ToolProfile, argument: Argument): Found | undefined {
  return argument.roles & ROLE.reading ? (volume(tool, argument) ?? path(tool, argument, 'read') ?? mailing(tool, argument)) : undefined;
}

function ofChanging(tool: ToolProfile, argument: Argument, list: ArgumentList, current: Intent): Found | undefined {
  if (!(argument.roles & ROLE.changing)) return current === 'exfiltrative' ? undefined : policyForEverybody(argument);
  return change(tool, argument, list, current) ?? path(tool, argument, current) ?? sharingSignal(tool, argument, list, current);
}

type Found = Omit<Signal, 'path'>;

const says = (signal: string, intent: Intent, why: string): Found => ({ signal, found: finding(intent, why) });

const PAGE_KEY =
  /^(?:limit|pagesize|perpage|maxresults|maxitems|maxrecords|maxrows|top|first|last|take|rows|rowlimit|resultcount|numresults|batchsize|maxcount|size|count|n|pagelimit|recordlimit|k)$/;
const ALL_KEY =
  /^(?:fetchall|allpages|nolimit|unlimited|exportall|getall|returnall|fulldump|allrecords|includesecrets|decrypt|showsecrets|withdecryption|reveal|plaintext|unmask)$/;
const TREE_KEY = /^recursive$/;
const MANY_KEY = /^(?:ids|keys|paths|files|urls)$/;

function volume(tool: ToolProfile, { key, value }: Argument): Found | undefined {
  if (PAGE_KEY.test(key)) {
    const count = typeof value === 'string' && /^-?\d{1,15}$/.test(value.trim()) ? Number(value) : value;
    if (typeof count === 'number' && (count >= BULK_ITEMS || (count === -1 && key !== 'last')))
      return says('volume', 'exfiltrative', 'asks for very many at once');
    if (typeof value === 'string' && /^(?:all|unlimited|max|infinity|none|\*)$/i.test(value.trim()))
      return says('volume', 'exfiltrative', 'asks for all at once');
  }
  if (ALL_KEY.test(key) && value === true) return says('volume', 'exfiltrative', 'asks for everything, or in the clear');
  if (TREE_KEY.test(key) && value === true && tool.words.some((word) => /^(?:read|get|download|fetch|cat|copy)$/.test(word)))
    return says('volume', 'exfiltrative', 'reads a whole tree');
  if (MANY_KEY.test(key) && Array.isArray(value) && value.length >= 1_000) return says('volume', 'exfiltrative', 'names very many at once');
  return undefined;
}

const ADDRESSEE_KEY = /^(?:to|cc|bcc|recipients?|emailto|sendto|deliverto|mailto)$/;

/** `email_report(recipients)`: what is read goes to somebody. */
function mailing(tool: ToolProfile, { key, value }: Argument): Found | undefined {
  if (!ADDRESSEE_KEY.test(key)) return undefined;
  if (/^(?:sendto|emailto|deliverto|mailto)$/.test(key) && stringsOf(value).some((text) => text.includes('@')))
    return says('sharing', 'write', 'sends it to somebody');
  if (!/^(?:email|mail|sms|fax|text|message)$/.test(tool.words[0] ?? '')) return undefined;
  if (tool.words.some((word) => /^(?:search|list|get|find|query|count|read|fetch|lookup|filter|history|stats|status)$/.test(word)))
    return undefined;
  return stringsOf(value).some((text) => /@|^\+?\d{6,}$/.test(text)) ? says('sharing', 'write', 'sends it to somebody') : undefined;
}

const FATAL_FLAG =
  /^(?:force|forcepush|forced|hard|harddelete|purge|permanent|permanently|permanentdelete|skiptrash|bypasstrash|cascade|wipe|destroy|overwrite|overwriteexisting|prune|nobackup|skipfinalsnapshot|allowdestructive|deletesource|deleteexisting|deletelocaldata|removeorphans|deleteextraneous|truncate|droptable|dropfirst|cleanbefore|replaceall|reset|recreate|clearexisting|ignoreerrors_delete|nuke|allownonfastforward|delete|remove|deletemissing|removemissing|deleteextra|deleteafter|deleteremoved|isdeleted|deleted|trashed|istrashed|cancelatperiodend|transferownership|acceptdataloss)$/;
const ENDED_AT_KEY = /^(?:deletedat|deletedon|deletiondate|deactivatedat|revokedat|terminatedat|cancell?edat)$/;
const ALIVE_KEY = /^(?:active|isactive|enabled|isenabled|accountenabled)$/;
const PERSON = /^(?:users?|accounts?|members?|employees?|customers?|tenants?|principals?|subscriptions?)$/;
const STARTED_KEY =
  /^(?:workflow|workflowname|workflowid|job|jobname|pipeline|pipelinename|playbook|runbook|task|taskname|script|scriptname|automation|recipe|macro|procedure|event|eventtype)$/;
const STARTS = /^(?:run|execute|trigger|start|launch|dispatch|invoke|kick|schedule|submit|fire)$/;

/** `delete-all-users`, `purge_database.yml`: a verb that stands first. */
function isDeed(name: string): boolean {
  const words = nameWords(name.slice(0, 128));
  const phrase = namePhrase(words);
  return phrase?.isVerb === true && phrase.intent === 'destructive' && phrase.verb === words[0];
}

const FLAGS_KEY = /^(?:flags?|options?|opts|args|extraargs|arguments|parameters|switches)$/;
const FATAL_OPTION =
  /(?:^|\s)--(?:force|hard|purge|prune|delete|overwrite|recreate|accept-data-loss|force-reset|no-backup)(?:=true)?(?:\s|$)/;
const FATAL_STATE =
  /^(?:deleted|trashed|removed|cancell?ed|terminated|disabled|revoked|suspended|banned|blocked|deactivated|destroyed|stopped|refunded|void|voided|purged|expired|withdrawn|absent)$/i;
const STATE_KEY = /^(?:status|state|desiredstate|newstatus|newstate|accountstatus|targetstate|lifecycle|userstatus)$/;
const GUARD_KEY =
  /^(?:mfa|mfaenabled|twofactor|twofactorenabled|requiremfa|encryption|encrypted|encryptionenabled|deletionprotection|protection|protected|logging|auditlog|audit|backup|backupenabled|backups|firewall|firewallenabled|ssl|sslverify|tls|tlsverify|verifyssl|requirereviews|requirepullrequest|enforceadmins|versioning|blockpublicaccess|secretscanning)$/;
const ROLE_KEY =
  /^(?:role|roles|rolename|permission|permissions|accesslevel|privilege|privileges|group|isadmin|admin|superuser|issuperuser|scopes?|policy|policyarn|grants?)$/;
const TOP_ROLE =
  /^(?:admin|administrator|owner|superuser|super_?admin|root|\*|all|full(?:_?access|_?control)?|god|global_?admin(?:istrator)?|org_?owner|account_?admin|cluster-admin|roles\/(?:owner|editor)|.*\/administratoraccess|maintainer_all|sysadmin)$/i;
const SCALE_KEY = /^(?:replicas|desiredcapacity|desiredcount|instancecount|mincapacity|dynos|quantity)$/;
const TTL_KEY = /^(?:ttl|expire|expireseconds|seconds|expiration|retention|retentiondays|expiresin)$/;

/** For calls that change something. */
function change(tool: ToolProfile, argument: Argument, list: ArgumentList, current: Intent): Found | undefined {
  const { key, value } = argument;
  if (FATAL_FLAG.test(key) && (value === true || value === 1 || (typeof value === 'string' && /^(?:true|yes|on)$/i.test(value))))
    return says('flag', 'destructive', 'a flag that overwrites or removes for good');
  if (ENDED_AT_KEY.test(key) && typeof value === 'string' && /^\d|^now\b/i.test(value))
    return says('state', 'destructive', 'sets the time of its end');
  if (ALIVE_KEY.test(key) && (value === false || value === 'false') && tool.words.some((word) => PERSON.test(word)))
    return says('state', 'destructive', 'sets a state that ends or disables');
  if (STARTED_KEY.test(key) && typeof value === 'string' && tool.words.some((word) => STARTS.test(word)) && isDeed(value))
    return says('action', 'destructive', 'starts what removes or ends something');
  if (FLAGS_KEY.test(key) && stringsOf(value).some((text) => FATAL_OPTION.test(text)))
    return says('flag', 'destructive', 'an option that overwrites or removes for good');
  if (STATE_KEY.test(key) && typeof value === 'string' && FATAL_STATE.test(value))
    return says('state', 'destructive', 'sets a state that ends or disables');
  if (GUARD_KEY.test(key) && (value === false || value === 'false' || value === 'off' || value === 'disabled'))
    return says('flag', 'destructive', 'turns a protection off');
  if (
    SCALE_KEY.test(key) &&
    value === 0 &&
    tool.words.some((word) => /^(?:scale|replicas|capacity|resize|ps|dynos|autoscale|deployment)$/.test(word))
  )
    return says('volume', 'destructive', 'scales to zero');
  if (
    TTL_KEY.test(key) &&
    typeof value === 'number' &&
    value <= 0 &&
    tool.words.some((word) => /expire|ttl|retention|lifecycle/.test(word))
  )
    return says('volume', 'destructive', 'expires at once');
  if (
    ROLE_KEY.test(key) &&
    (value === true || stringsOf(value).some((text) => TOP_ROLE.test(text))) &&
    (value !== true || /admin|superuser/.test(key)) &&
    isAboutRights(tool)
  )
    return says('identity', 'destructive', 'gives the highest rights');
  return money(tool, argument, list, current) ?? element(tool, argument);
}

function isAboutRights(tool: ToolProfile): boolean {
  return (
    tool.category === 'identity' ||
    tool.words.some((word) =>
      /^(?:user|users|member|members|role|roles|permission|permissions|access|grant|policy|iam|collaborator|team|admin|account|invite|token|key)$/.test(
        word,
      ),
    )
  );
}

const ACCOUNT_KEY =
  /^(?:toaccount|toiban|iban|beneficiary|beneficiaryid|beneficiaryaccount|destinationaccount|recipientaccount|toaddress|walletaddress|destinationwallet|payee|payeeid|accountnumber|routingnumber|bankaccount|cardnumber|towallet|receiveraccount|creditor|creditoraccount)$/;
/** Amounts in main units from which the evidence says that they are large. */
const LARGE_AMOUNT = 10_000;
/** Currencies without, and with three, decimals (ISO 4217). */
const NO_DECIMALS = /^(?:bif|clp|djf|gnf|isk|jpy|kmf|krw|pyg|rwf|ugx|uyi|vnd|vuv|xaf|xof|xpf)$/i;
const THREE_DECIMALS = /^(?:bhd|iqd|jod|kwd|lyd|omr|tnd)$/i;

function money(tool: ToolProfile, { key, value }: Argument, list: ArgumentList, current: Intent): Found | undefined {
  if (ACCOUNT_KEY.test(key) && typeof value === 'string' && value !== '' && list.all.some((other) => AMOUNT_KEY.test(other.key)))
    return says('money', 'destructive', 'an amount and an account to send it to');
  if (!AMOUNT_KEY.test(key) || tool.category !== 'financial') return undefined;
  const amount =
    typeof value === 'number'
      ? value
      : typeof value === 'string' && /^-?\d[\d,]*(?:\.\d+)?$/.test(value)
        ? Number(value.replaceAll(',', ''))
        : undefined;
  if (amount === undefined) return undefined;
  const large = Math.abs(amount) / minorUnits(key, amount, list) >= LARGE_AMOUNT;
  // Of the class the call has anyway, so that its evidence says so.
  const intent = current === 'destructive' ? current : 'write';
  return { signal: 'money', found: finding(intent, large ? 'a large amount' : 'an amount', true, 'financial') };
}

const AMOUNT_KEY =
  /^(?:amount|amountcents|amountminor|total|value|sum|unitamount|price|amountusd|amountdecimal|transferamount|paymentamount)$/;

/** Whole numbers with a currency are in minor units, as payment interfaces have them; decimals are main units. */
function minorUnits(key: string, amount: number, list: ArgumentList): number {
  if (/cents|minor/.test(key)) return 100;
  const currency = list.all.find((other) => other.key === 'currency' || other.key === 'currencycode')?.value;
  if (typeof currency !== 'string' || !Number.isInteger(amount)) return 1;
  return NO_DECIMALS.test(currency) ? 1 : THREE_DECIMALS.test(currency) ? 1_000 : 100;
}

const ELEMENT_KEY = /^(?:element|text|label|name|selector|description|button|target|elementdescription|linktext|arialabel)$/;
const FATAL_ELEMENT =
  /\b(?:delete|remove|destroy|erase|purge|terminate|deactivate|cancel (?:my |the )?(?:subscription|order|account|plan|booking)|close (?:my |the )?account|disable|revoke|reset|discard|wipe|uninstall|unsubscribe|buy|pay|purchase|place (?:your )?order|checkout|confirm (?:payment|order|purchase|transfer|deletion)|transfer|send money|withdraw|refund|sell|empty trash|drop|format|shut ?down|leave|block)\b/i;

/** What is written on the element that is clicked. */
function element(tool: ToolProfile, { key, value }: Argument): Found | undefined {
  if (
    !ELEMENT_KEY.test(key) ||
    typeof value !== 'string' ||
    !tool.words.some((word) => /^(?:click|tap|press|submit|select|check|double|dblclick)$/.test(word))
  )
    return undefined;
  return FATAL_ELEMENT.test(value.slice(0, 512).replace(/[#._-]/g, ' '))
    ? says('browser', 'destructive', 'the element says that it deletes or pays')
    : undefined;
}

const PATH_KEY =
  /^(?:path|paths|file|files|filename|filenames|filepath|filepaths|source|sourcepath|src|destination|destinationpath|dest|target|targetpath|uri|oldpath|newpath|localpath|inputpath|outputpath|directory|dir|folder|attachments?|upload)$/;

function path(tool: ToolProfile, { key, value }: Argument, current: Intent): Found | undefined {
  if (!PATH_KEY.test(key)) return undefined;
  for (const text of stringsOf(value)) {
    const plain = text.length <= 4_096 ? decoded(text) : '';
    if (isSecretPath(plain) && !tool.words.includes('search')) {
      if (
        current === 'read' ||
        tool.words.some((word) => /^(?:upload|send|attach|copy|share|post|move)$/.test(word)) ||
        key.startsWith('attach')
      )
        return says('path', 'exfiltrative', 'a file that holds credentials');
      return says('path', 'destructive', 'changes a file that holds credentials');
    }
    if (current === 'write' && isSystemPath(plain) && !/^(?:source|src|sourcepath|oldpath|inputpath)$/.test(key))
      return says('path', 'destructive', 'changes a file of the system');
    if (/^(?:\.\.[/\\]){2,}|[/\\]\.\.[/\\]\.\.[/\\]/.test(plain) && /(?:^|[/\\])(?:etc|root|home|proc|windows|users|var)[/\\]/i.test(plain))
      return says('path', current === 'read' ? 'exfiltrative' : 'destructive', 'leaves its folder for one of the system');
  }
  return undefined;
}

function decoded(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(decodeURIComponent(text));
  } catch {
    return text;
  }
}

const ACTION_KEY =
  /^(?:action|actions|method|operation|op|mode|command|subcommand|verb|task|actiontype|operationtype|requesttype|act|cmd|subcmd|do|fn|func|function|functionname|commandname|methodname|actionname|operationname)$/;
/** Keys that hold an action now and then: only where the value is a verb with its object. */
const KIND_KEY = /^(?:type|kind|request|event|step|job)$/;

/** The class that the chosen action gives the call, and whether it replaces that of the tool. */
export function actionOf(tool: ToolProfile, list: ArgumentList): (Signal & { replaces: boolean }) | undefined {
  for (const { key, path: at, value, depth } of list.all) {
    const several = severalActions(tool, key, at, value);
    if (several) return several;
    const stated = tool.actions && at === `/${tool.actions.key}`;
    if (
      depth > 1 ||
      typeof value !== 'string' ||
      (!stated && !ACTION_KEY.test(key) && !isActionOfKind(tool, key, value)) ||
      value.length > 128
    )
      continue;
    const phrase = namePhrase([...nameWords(value), ...tool.words.filter((word) => !ACTION_NOUN.test(word))]);
    const own = anyName(value);
    if (!own) continue;
    const intent = phrase && phrase.verb === own.verb ? phrase.intent : own.intent;
    // One of a list says nothing of the others.
    const replaces = (stated === true || tool.manages || tool.openName) && !isInList(at);
    if (!replaces && !own.isVerb) continue;
    return { signal: 'action', path: at, found: finding(intent, `the action "${own.verb}"`), replaces };
  }
  return undefined;
}

/** `action: [list, delete]`, `action: {type: delete}`: the strongest of them, which can only raise. */
function severalActions(tool: ToolProfile, key: string, at: string, value: Json): (Signal & { replaces: boolean }) | undefined {
  // `list_audit_events(actions)` asks which of them happened.
  if (tool.intent === 'read' && !tool.manages && !tool.openName) return undefined;
  if (!SEVERAL_KEY.test(key) || typeof value !== 'object' || value === null) return undefined;
  const named = Array.isArray(value) ? stringsOf(value) : [value.type, value.name, value.kind, value.op, value.action];
  for (const text of named) {
    const phrase = typeof text === 'string' && text.length <= 128 ? anyName(text) : undefined;
    if (phrase?.isVerb && (phrase.intent === 'destructive' || phrase.intent === 'exfiltrative'))
      return { signal: 'action', path: at, found: finding(phrase.intent, `the action "${phrase.verb}"`), replaces: false };
  }
  return undefined;
}

/** `type: void_invoice` of a tool whose name says nothing of what it does. */
function isActionOfKind(tool: ToolProfile, key: string, value: string): boolean {
  if (!tool.openName || !KIND_KEY.test(key) || value.length > 128) return false;
  const words = nameWords(value);
  return words.length > 1 && namePhrase(words)?.isVerb === true && namePhrase(words)?.verb === words[0];
}

const SEVERAL_KEY = /^(?:actions?|operations?|ops?|commands?|methods?|verbs?)$/;
const ACTION_NOUN =
  /^(?:write|manage|action|actions|control|admin|operation|lifecycle|trigger|run|execute|management|tool|update|read|get|list|create)$/;

const DRY_KEY = /^(?:dryrun|preview|previewonly|validateonly|whatif|planonly|checkonly|simulate|simulation|testonly|noop|previewrun|dry)$/;

/** The caller asks for a trial, and the tool has such an argument. */
export function isDryRun(tool: ToolProfile, list: ArgumentList): Argument | undefined {
  return list.all.find(
    ({ key, path: at, value, depth }) =>
      depth === 0 && DRY_KEY.test(key) && isTrue(value) && (!tool.hasSchema || tool.properties.has(at.slice(1))),
  );
}

function isTrue(value: Json): boolean {
  return value === true || value === 'true' || value === 'client' || value === 'server';
}

/** Keys that these signals ask for: an argument with another key has none of them. */
export const ACTION_KEYS = [ACTION_KEY, KIND_KEY, SEVERAL_KEY];
export const TRIAL_KEYS = [DRY_KEY];
export const READING_KEYS = [PAGE_KEY, ALL_KEY, TREE_KEY, MANY_KEY, PATH_KEY, ADDRESSEE_KEY];
export const CHANGING_KEYS = [
  ...[
    FATAL_FLAG,
    FLAGS_KEY,
    STATE_KEY,
    ENDED_AT_KEY,
    ALIVE_KEY,
    STARTED_KEY,
    GUARD_KEY,
    SCALE_KEY,
    TTL_KEY,
    ROLE_KEY,
    ACCOUNT_KEY,
    AMOUNT_KEY,
    ELEMENT_KEY,
    PATH_KEY,
  ],
  ...SHARING_KEYS,
];
