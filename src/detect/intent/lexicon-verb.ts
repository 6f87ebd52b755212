// What verbs of tool names, descriptions and action values mean. Written from general knowledge of APIs, not from any one server.
// Data and lookup only. Nouns that are verbs as well are `nounish`: they count as verbs only where nothing better is found.
import type { Intent } from '../../call.ts';
import { baseForms } from './token.ts';

export interface VerbSense {
  verb: string;
  intent: Intent;
  nounish: boolean;
  /** Says that something runs, not what: the words after it decide (`run query`, `start search`). */
  runs: boolean;
}

const READ = `get list read find fetch describe lookup retrieve inspect explain check validate verify analyze analyse compare browse
  summarize summarise ping select enumerate discover ls cat head tail diff grep show view display locate poll wait monitor
  observe watch detect diagnose troubleshoot estimate calculate compute predict forecast suggest recommend autocomplete match
  enrich translate parse render visualize visualise simulate lint assess measure count tally tell ask answer consult know
  introspect peek crawl scrape identify classify think reason whoami preview learn understand recall screenshot exists hexists
  hget hgetall hkeys hvals hmget hlen hscan mget llen lrange lindex smembers sismember scard zrange zrank zscore zcard xrange
  xlen xinfo ttl pttl strlen getrange dbsize health healthcheck hover du df which keys paginate iterate investigate correlate
  benchmark decode interpret aggregate dry scan search query see explore filter debug hash encode decode parse tokenize embed
  vectorize transcribe ocr tabulate generate produce examine collect gather obtain geocode whois nslookup dig traceroute survey
  grade probe guess infer solve simplify derive rerank cite glob download return encrypt decrypt decompile disassemble`;

const READ_NOUNISH = `log report history test use access sort sample snapshot profile trace plan info version status load open review index map
  details content tree schema metadata quote help docs rank sum stat view information summary stats statistics metrics logs
  events overview result results usage balance blame subscribe psubscribe stream listen capture print state tail head screenshot
  inspector console network performance convert transform resolve digest lookup chart graph score route chat preview reverse audit normalize
  normalise format`;

const WRITE = `create add update edit modify insert upsert append prepend write save store put assign reassign unassign attach enable
  activate reactivate resume register enroll invite send reply respond publish broadcast push upload import ingest sync
  synchronize synchronise duplicate clone move rename mark unmark approve reject decline dismiss accept acknowledge ack snooze
  escalate close reopen complete finish finalize finalise submit reschedule reserve unlink connect disconnect bind mount unmount
  untag unpin unstar follow unfollow unlike mute unmute react annotate increment incr incrby decrement decr decrby toggle switch
  configure install upgrade provision set deploy promote trigger launch begin initiate init initialize initialise enqueue rerun
  retry restart rebalance refactor rewrite compose fill drag scroll navigate allow grant authorize authorise unblock unlock
  unarchive restore recover undelete hide unhide login logout authenticate onboard adopt opt join notify tweet retweet
  repost remember memorize memorise hset lpush rpush sadd zadd xadd setex hmset mset xack cas persist renew refresh rebuild
  reindex reconnect replace substitute populate seed scaffold countersign crop resize compress unzip mkdir adjust change
  customize customise enhance unstage amend nudge spawn compile quit unsubscribe paint make cherry bootstrap uncordon undrain
  expose annotate scale expire redeploy apply tap swipe reauthorize reconcile upvote downvote rsvp assume impose enforce skip
  seek claim book emit bulkcreate fulfil fulfill ship waive reorder redeliver requeue reprocess turn prescribe allocate
  associate admit arrange award bump calibrate combine confirm contribute correct declare defer define delegate deliver deposit
  designate donate downgrade elevate enlist enter establish favorite instantiate mint nominate notarize pair prefill propose
  queue raise redirect reload relocate remind repair resend retag seal serve shuffle split squash synthesize train tune tweak
  whitelist wrap crontab chmod chown vacuum deprecate demote highlight prepare hold unhold lend flip forge acquire attest
  silence suppress unsuppress dedupe deduplicate dim brighten wake undock reroute failback unseal rehydrate backfill throttle
  endorse sponsor crosspost relay arm defrag preheat ring reprovision ungroup regroup recategorize
  categorize prioritize deprioritize reprioritize assemble concatenate sanitize obfuscate stitch overlay splice
  unfreeze thaw enrol unenrol settle accrue allot inject interrupt invert negotiate outsource overrule poke qualify realign rebind reduce
  refill reinstate remap requisition reshard respawn retarget rewind shelve shift shrink sideload solicit summon uncheck unload hire rehire
  restock reprice announce lodge extend prolong forgive adjudicate triage dedup crosslist relist preauthorize preauthorise depreciate taint untaint reflash administer immunize
  immunise sterilize sterilise dispense resync elect vend irrigate redact autofix autocorrect optimize optimise compact`;

const WRITE_NOUNISH = `order run execute process issue comment note tag label release build fork star pin lock branch schedule book record request
  message email call reply vote rate post trigger import copy flag mail text checkout manage control act action operate invoke
  do perform orchestrate handle interact transition lifecycle management onboarding setup protect draft track bookmark watch
  stash dm dispatch mutation command submission sign transcode draw plot undo redo pull type commit press click like stage touch
  pause play promote link migrate start merge patch backup timeout bill file flash beep zoom pan tilt leave rollout warm warmup end conclude gift credit power print stamp feature index mirror
  embed reaction fix group repost zip checkin handover handoff handout resale`;

const DESTRUCTIVE = `delete remove destroy drop purge truncate wipe erase terminate kill uninstall cancel abort stop shutdown deactivate disable
  suspend ban unregister deregister revoke expunge obliterate nuke shred scrub discard trash prune clean cleanup clear flush
  flushall flushdb reset rollback revert detach disassociate dissociate unprotect unpublish undeploy evict drain cordon reboot
  poweroff refund payout withdraw liquidate sell overwrite rebase decommission retire deprovision rescind hdel lrem srem zrem xdel lpop
  rpop spop ltrim xtrim del rm rmdir unset zpopmin zpopmax getdel expel kick impersonate rotate forcibly deauthorize deauthorise
  invalidate quarantine isolate teardown void chargeback redeem delist unenroll disenroll offboard recreate reimage unshare pop
  trim remit disburse hibernate evacuate failover defund forfeit stake unstake deallocate forget annul blacklist blocklist cease
  confiscate depublish dismantle dispose dissolve divest eject eliminate eradicate freeze nullify oust reap reclaim reformat
  relinquish retract scrap sever takedown zap override hangup bulkremove permadelete debit vaporize anonymize anonymise
  pseudonymize disarm rekey deanonymize reimburse impound garnish switchover yank shadowban`;

const DESTRUCTIVE_NOUNISH = `block transfer pay charge buy trade swap spend bridge tip exec force empty burn wire halt purchase lapse strip zero recall
  sweep archive reinstall`;

const EXFILTRATIVE = 'export exfiltrate share leak offload';
const EXFILTRATIVE_NOUNISH = 'dump forward replicate extract takeout';

/** Verbs that only say that something runs. */
const RUNS = new Set(
  'run execute exec call invoke start begin launch perform submit trigger do make process eval evaluate manage initiate handle operate'.split(
    ' ',
  ),
);

const VERBS = new Map<string, VerbSense>();
for (const [words, intent, nounish] of [
  [READ_NOUNISH, 'read', true],
  [WRITE_NOUNISH, 'write', true],
  [DESTRUCTIVE_NOUNISH, 'destructive', true],
  [EXFILTRATIVE_NOUNISH, 'exfiltrative', true],
  [READ, 'read', false],
  [WRITE, 'write', false],
  [DESTRUCTIVE, 'destructive', false],
  [EXFILTRATIVE, 'exfiltrative', false],
] as const)
  for (const verb of words.split(/\s+/)) {
    if (verb !== '') VERBS.set(verb, { verb, intent, nounish, runs: RUNS.has(verb) });
  }

/** The sense of a word of a name; other forms than the base one are nounish (`lists`, `builds`). Undefined: no verb of the lexicon. */
export function nameVerb(word: string): VerbSense | undefined {
  const exact = VERBS.get(word);
  // What a name calls a return is handed in or brought back; sentences return what they find.
  if (exact) return word === 'return' ? { ...exact, nounish: true } : exact;
  for (const form of baseForms(word)) {
    const sense = VERBS.get(form);
    if (sense) return { ...sense, nounish: true };
  }
  return undone(word);
}

/** Nouns whose verb is not seen by taking off the ending. */
const ACTS: Readonly<Record<string, string>> = {
  registration: 'register',
  revocation: 'revoke',
  redemption: 'redeem',
  subscription: '',
  cancellation: 'cancel',
  resumption: 'resume',
  suspension: 'suspend',
  expulsion: 'expel',
  transmission: '',
  seizure: 'seize',
};
const ENDINGS: readonly (readonly [ending: string, verbs: readonly string[]])[] = [
  ['ation', ['ate', 'e', '']],
  ['ition', ['ite', 'e', '']],
  ['ission', ['it']],
  ['ion', ['', 'e']],
  ['ment', ['']],
  ['ance', ['e', '']],
  ['ure', ['e']],
  ['val', ['ve', 'v']],
  ['al', ['', 'e']],
  ['iver', ['ive']],
];

/** `renewal`, `termination`, `waiver`: the verb a noun is made of, when that changes something. */
export function actOf(noun: string): VerbSense | undefined {
  const stated = Object.hasOwn(ACTS, noun) ? ACTS[noun] : undefined;
  const verbs =
    stated === undefined
      ? ENDINGS.flatMap(([ending, forms]) =>
          noun.length >= ending.length + 2 && noun.endsWith(ending) ? forms.map((form) => `${noun.slice(0, -ending.length)}${form}`) : [],
        )
      : [stated];
  for (const verb of verbs) {
    const sense = VERBS.get(verb);
    if (sense && sense.intent !== 'read' && !sense.nounish) return { ...sense, nounish: true };
  }
  return undefined;
}

/** `unapprove`, `unsnooze`: the opposite of a change is a change. */
function undone(word: string): VerbSense | undefined {
  const opposite = word.length > 5 && word.startsWith('un') ? VERBS.get(word.slice(2)) : undefined;
  return opposite && opposite.intent !== 'read' ? { verb: word, intent: 'write', nounish: false, runs: false } : undefined;
}

/** The sense of a word that stands where a sentence has its verb. */
export function sentenceVerb(word: string): VerbSense | undefined {
  for (const form of baseForms(word)) {
    const sense = VERBS.get(form);
    if (sense) return sense;
  }
  return undefined;
}
