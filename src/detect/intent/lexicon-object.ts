// What follows a verb can change what it means: `export chart as png` reads, `clear context` writes, `create refund` moves money.
// Rules in order, the first that fits decides. General words of APIs; never a name of one server's tool.
import type { Intent } from '../../call.ts';
import { singular } from './token.ts';

interface ObjectRule {
  verbs: ReadonlySet<string> | undefined;
  /** One of these must follow (singular); undefined: any. */
  objects: ReadonlySet<string>;
  /** None of these may be there (singular). */
  unless?: ReadonlySet<string>;
  intent: Intent;
}

const set = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/));

const PICTURE = set('png svg jpg jpeg image chart screenshot diagram pdf thumbnail preview figure graph plot html svg');
const MONEY_MOVES = set('refund payout transfer withdrawal charge payment disbursement remittance reimbursement chargeback reversal');
const NOT_MONEY = set(
  'link method intent page term request reminder term token plan profile schema setup webhook history status file config pricing',
);
const BULK_SECRET = set('secret credential password environment env token key');
const ALL = set('all every each bulk recursive entire whole full complete');
const EVERY = set('every recursively entire whole injected');
const PACKED = set(
  'all archive export zip folder directory bulk artifact backup dump database dataset tarball everything workspace bundle mailbox data',
);
const SENDABLE = set('directory folder archive zip tree backup dump database dir tarball dataset workspace everything table collection');
const OUTSIDE = set('remote url external host s3 ftp sftp bucket webhook server endpoint internet pastebin web cloud destination');
const STARTERS = set(
  'create start run schedule request trigger begin generate bulk make initiate submit launch queue perform prepare build send enqueue new execute query',
);

/** What is transferred to somebody else without leaving or being paid. */
const HANDED_OVER = set(
  'issue call chat conversation ticket file data case human agent task operator person representative caller lead session',
);

/** `a public reply`: what is public by its nature. */
const SAID_TO = set('comment reply note answer key token ip holiday transport');

const RULES: readonly ObjectRule[] = [
  { verbs: set('create get generate make'), objects: set('upload'), intent: 'write' },
  { verbs: set('create get generate make'), objects: set('presigned'), intent: 'exfiltrative' },
  {
    verbs: set('schedule request create confirm initiate start trigger queue run submit make'),
    objects: set('deletion removal termination destruction cancellation wipe erasure purge shutdown cleanup'),
    intent: 'destructive',
  },
  { verbs: set('return'), objects: set('order item product package equipment device purchase'), intent: 'write' },
  { verbs: set('capture'), objects: set('backup backups'), intent: 'write' },
  {
    verbs: set('log'),
    objects: set(
      'interaction call activity time work meal workout note expense food visit hour mood weight exercise sleep water transaction payment metric param parameter artifact',
    ),
    intent: 'write',
  },
  { verbs: set('watch'), objects: set('repository repo issue thread topic'), intent: 'write' },
  { verbs: set('generate issue produce'), objects: set('token certificate keypair license credential apikey'), intent: 'write' },
  { verbs: set('grant promote elevate make'), objects: set('admin administrator owner superuser root sudo'), intent: 'destructive' },
  {
    verbs: set('convert'),
    objects: set('lead opportunity prospect quote trial deal'),
    unless: set('currency unit format'),
    intent: 'write',
  },
  {
    verbs: set('report'),
    objects: set('user abuse spam bug violation harassment scam'),
    unless: set('activity usage list get'),
    intent: 'write',
  },
  { verbs: set('draw plot'), objects: set('chart graph histogram diagram heatmap data series'), intent: 'read' },
  {
    verbs: set('remove strip delete clean clear'),
    objects: set('background watermark noise whitespace diacritic accent stopword punctuation exif'),
    intent: 'write',
  },
  { verbs: set('format'), objects: set('disk drive volume partition usb device card storage'), intent: 'destructive' },
  { verbs: set('format'), objects: set('file project workspace buffer place'), intent: 'write' },
  { verbs: set('run launch execute start perform use'), objects: set('exploit attack bruteforce phishing'), intent: 'destructive' },
  { verbs: set('optimize optimise'), objects: set('query sql prompt code route'), intent: 'read' },
  { verbs: set('rollout'), objects: set('undo'), intent: 'destructive' },
  { verbs: set('recall'), objects: set('batch product lot market vehicle device email mail message'), intent: 'destructive' },
  { verbs: set('grade'), objects: set('submission assignment exam student essay homework'), intent: 'write' },
  { verbs: set('produce'), objects: set('message event record topic kafka'), intent: 'write' },
  { verbs: set('select'), objects: set('option'), intent: 'write' },
  { verbs: set('propose suggest'), objects: set('time slot date alternative option'), intent: 'read' },
  { verbs: set('block'), objects: set('time slot calendar focus'), intent: 'write' },
  { verbs: set('evaluate'), objects: set('flag feature variation experiment policy'), intent: 'read' },
  { verbs: set('subscribe listen'), objects: set('webhook callback'), intent: 'write' },
  { verbs: set('turn'), objects: set('into'), intent: 'read' },
  {
    verbs: set('open'),
    objects: set(
      'door gate garage lock valve shutter blind account position po purchase port breaker circuit hatch vent tap request pr issue ticket case dispute incident discussion tab session channel',
    ),
    intent: 'write',
  },
  { verbs: set('return'), objects: set('home base dock station'), intent: 'write' },
  { verbs: set('reverse'), objects: set('transaction payment entry journal posting charge transfer booking'), intent: 'destructive' },
  { verbs: set('release disburse'), objects: set('payment payroll fund wire salary wage sepa ach'), intent: 'destructive' },
  { verbs: set('track'), objects: set('shipment parcel package order delivery flight container courier'), intent: 'read' },
  { verbs: set('build'), objects: set('link url query uri'), intent: 'read' },
  { verbs: set('reset'), objects: set('link instruction'), intent: 'write' },
  { verbs: set('publish'), objects: set('public publicly'), intent: 'exfiltrative' },
  { verbs: set('release'), objects: set('number resource ip address reservation lease eip phone'), intent: 'destructive' },
  { verbs: set('turn power switch'), objects: set('off'), intent: 'write' },
  { verbs: set('export'), objects: PICTURE, intent: 'read' },
  {
    verbs: set('stop cancel end'),
    objects: set(
      'search port forward recording watch stream tracking timer monitoring profiling trace listening polling typing tail playback follow',
    ),
    intent: 'write',
  },
  {
    verbs: set('clear reset'),
    objects: set('context session selection filter working focus highlight history_view screen console status cursor breakpoint input'),
    intent: 'write',
  },
  { verbs: set('accept concede close'), objects: set('dispute claim chargeback'), intent: 'destructive' },
  { verbs: set('close'), objects: set('account position subscription'), intent: 'destructive' },
  { verbs: set('place submit execute'), objects: set('order trade bid wager bet'), intent: 'destructive' },
  {
    verbs: set('create issue send make initiate process schedule approve confirm execute submit authorize request start begin trigger'),
    objects: set('payout transfer withdrawal disbursement remittance'),
    intent: 'destructive',
  },
  {
    verbs: set('create issue send make initiate process approve confirm execute'),
    objects: set('refund charge reversal reimbursement money fund crypto'),
    intent: 'destructive',
  },
  { verbs: set('capture confirm'), objects: set('payment charge order authorization'), intent: 'destructive' },
  {
    verbs: set('rotate'),
    objects: set(
      'body part shape image object model camera page view pdf screen photo picture video layer element node point mesh selection canvas',
    ),
    intent: 'write',
  },
  { verbs: set('archive'), objects: set('email mail message thread conversation chat note notification'), intent: 'write' },
  {
    verbs: set('restart'),
    objects: set('instance server node machine database cluster host vm device system application droplet'),
    intent: 'destructive',
  },
  {
    verbs: set('start run perform execute launch begin initiate do'),
    objects: set('search lookup check healthcheck diagnostic dry simulation preview query analysis audit'),
    intent: 'read',
  },
  {
    verbs: set('run perform execute do'),
    objects: set('scan report inspection assessment validation benchmark comparison forecast estimate linter lint'),
    intent: 'read',
  },
  {
    verbs: set('resolve'),
    objects: set(
      'issue incident case thread ticket conflict alert comment discussion dispute finding conversation annotation vulnerability task',
    ),
    intent: 'write',
  },
  {
    verbs: set('set make mark change update toggle create turn'),
    objects: set('public publicly'),
    unless: SAID_TO,
    intent: 'exfiltrative',
  },
  {
    verbs: set('create get generate make add enable'),
    objects: set('share shared sharing shareable sharelink'),
    intent: 'exfiltrative',
  },
  { verbs: set('push force'), objects: set('force forced'), intent: 'destructive' },
  { verbs: set('execute exec run call invoke eval evaluate'), objects: set('readonly'), intent: 'read' },
];

/** Words that turn any change into a destructive one. */
const FATAL = set('permanent permanently irreversible irreversibly hard force forced destructive nuke factory purge wipe');

/** The intent of a verb in the company of the other words of its name, or of its sentence, where words such as `all` mean little. */
export function withObjects(verb: string, intent: Intent, words: readonly string[], inName = true): Intent {
  const objects = new Set(words.map(singular));
  if (/^(?:send|make|perform|issue)$/.test(verb) && objects.has('request') && (objects.has('get') || objects.has('head'))) return 'read';
  const exports = exportIntent(verb, intent, objects, words, inName);
  if (exports) return exports;
  if (verb === 'transfer' && any(objects, HANDED_OVER)) return 'write';
  if (verb === 'pay' || verb === 'charge' || MONEY_MOVES.has(verb)) return moneyIntent(intent, objects);
  if (/^(?:create|make|send|execute|confirm|initiate)$/.test(verb) && objects.has('payment') && !any(objects, NOT_MONEY))
    return 'destructive';
  for (const rule of RULES) {
    if (rule.verbs && !rule.verbs.has(verb)) continue;
    if (any(objects, rule.objects) && !(rule.unless && any(objects, rule.unless))) return rule.intent;
  }
  if (intent === 'write' && words.some((word) => FATAL.has(word))) return 'destructive';
  return intent;
}

function moneyIntent(intent: Intent, objects: ReadonlySet<string>): Intent {
  return intent === 'destructive' && any(objects, NOT_MONEY) ? 'write' : intent;
}

/** Data on its way out: exports, archives of everything, uploads to elsewhere, all secrets at once. */
function exportIntent(
  verb: string,
  intent: Intent,
  objects: ReadonlySet<string>,
  words: readonly string[],
  inName: boolean,
): Intent | undefined {
  if (STARTERS.has(verb) && (objects.has('export') || objects.has('extract')) && !any(objects, PICTURE)) return 'exfiltrative';
  if (verb === 'download' && any(objects, PACKED)) return 'exfiltrative';
  if (/^(?:read|get|list|fetch|dump|print|reveal|show|retrieve|view|export)$/.test(verb)) {
    if (any(objects, inName ? ALL : EVERY) && any(objects, BULK_SECRET) && !objects.has('name') && !objects.has('metadata'))
      return 'exfiltrative';
    if (/^(?:dump|print|reveal)$/.test(verb) && any(objects, BULK_SECRET)) return 'exfiltrative';
  }
  if (/^(?:upload|push|send|post|sync|copy|replicate|mirror|stream|zip|archive|backup|ship|transfer|move)$/.test(verb)) {
    if (any(objects, SENDABLE) && any(objects, OUTSIDE)) return 'exfiltrative';
    if (words.includes('upload') && verb !== 'upload' && any(objects, set('and'))) return 'exfiltrative';
  }
  if (verb === 'forward') return any(objects, set('port tunnel')) ? 'write' : 'exfiltrative';
  if (verb === 'extract' || verb === 'dump')
    return any(objects, set('gcs s3 bucket storage table database dataset archive file all')) &&
      !any(objects, set('text schema entity keyword pdf page frame'))
      ? 'exfiltrative'
      : 'read';
  if (verb === 'replicate') return 'write';
  return intent === 'exfiltrative' && verb === 'share' && any(objects, set('screen location')) ? 'write' : undefined;
}

function any(have: ReadonlySet<string>, wanted: ReadonlySet<string>): boolean {
  for (const word of wanted) if (have.has(word)) return true;
  return false;
}
