// MongoDB as arguments: command documents, pipelines, filters, and texts of its shell. What is not known is not understood.
import type { Intent } from '../../call.ts';
import { isObject, type Json, type JsonObject } from '../../lib/json.ts';
import { codeText } from './code-text.ts';
import { type Finding, finding, join } from './verdict.ts';

const COMMANDS: Readonly<Record<Intent, string>> = {
  read: `ping find count distinct aggregate buildinfo hello ismaster dbstats collstats listcollections listdatabases listindexes serverstatus explain getmore usersinfo rolesinfo
    connectionstatus hostinfo getparameter top currentop getlog whatsmyuri replsetgetstatus getcmdlineopts validate dbhash features listcommands listshards isdbgrid datasize planlistcache profile getlasterror`,
  write:
    `insert update findandmodify create createindexes collmod createuser createrole updateuser updaterole grantrolestouser grantprivilegestorole fsync setparameter compact reindex mapreduce
    bulkwrite enablesharding shardcollection movechunk split setfeaturecompatibilityversion setdefaultrwconcern killcursors refresh convertToCapped balancerstart startsession endsessions logrotate clonecollectionascapped committransaction planCacheSetFilter`.toLowerCase(),
  destructive: `delete drop dropdatabase dropindexes dropuser droprole dropallusersfromdatabase dropallrolesfromdatabase shutdown killop killallsessions killsessions removeshard renamecollection
    eval revokerolesfromuser revokeprivilegesfromrole replsetstepdown replsetreconfig balancerstop aborttransaction plancacheclear deleteindexes convertocapped flushrouterconfig invalidateusercache replsetfreeze $eval`,
  exfiltrative: 'copydb clone clonecollection copydbgetnonce exportcollection',
};

const BY_NAME = new Map<string, Intent>();
for (const [intent, names] of Object.entries(COMMANDS) as [Intent, string][])
  for (const name of names.split(/\s+/)) BY_NAME.set(name, intent);

/** Stages of one pipeline, items of one list. */
export const MAX_PARTS = 1_000;
/** Documents from which a read counts as bulk. */
const BULK_DOCUMENTS = 10_000;

/** `{ find: 'users', filter: {…} }`: the first member names the command. */
export function analyseMongoCommand(document: JsonObject): Finding {
  const name = Object.keys(document)[0] ?? '';
  const intent = BY_NAME.get(name.toLowerCase());
  if (!intent) return finding('destructive', `the MongoDB command ${name.slice(0, 24)} is not known`, false, 'database');
  let found = finding(intent, `MongoDB ${name}`, true, 'database');
  if (Array.isArray(document.pipeline)) found = join(found, analysePipeline(document.pipeline));
  if (document.remove === true) found = join(found, finding('destructive', 'findAndModify that removes', true, 'database'));
  if (name.toLowerCase() === 'profile' && document.profile !== -1) return finding('write', 'sets the profiler', true, 'database');
  const operations = Array.isArray(document.ops) ? document.ops : [];
  if (operations.length > MAX_PARTS || operations.some((one) => isObject(one) && 'delete' in one))
    found = join(found, finding('destructive', 'a list of operations that deletes', true, 'database'));
  const updates = Array.isArray(document.updates) ? document.updates : [];
  for (const update of updates.slice(0, MAX_PARTS))
    if (isObject(update) && update.multi === true && isEmptyFilter(update.q))
      found = join(found, finding('destructive', 'updates every document', true, 'database'));
  return join(found, join(scripts(document), volume(document)));
}

/** `$out` replaces a collection, `$merge` writes into one; code in a pipeline is not understood. */
export function analysePipeline(stages: readonly Json[]): Finding {
  let found: Finding = finding('read', 'pipeline', true, 'database');
  if (stages.length > MAX_PARTS) return finding('destructive', 'more stages than are looked at', false, 'database');
  for (const stage of stages) {
    if (!isObject(stage)) return finding('destructive', 'a stage that is no object', false, 'database');
    if ('$out' in stage) found = join(found, finding('destructive', '$out replaces a collection', true, 'database'));
    if ('$merge' in stage) found = join(found, finding('write', '$merge writes', true, 'database'));
    found = join(found, scripts(stage));
  }
  return found;
}

const MAX_DEPTH = 32;

/** Code that the server runs: `$where`, `$function`, `$accumulator`, `mapReduce`. */
export function scripts(value: Json, depth = 0): Finding {
  let found: Finding = finding('read', 'no code', true, 'database');
  if (depth > MAX_DEPTH) return finding('destructive', 'nested too deep', false, 'database');
  if (Array.isArray(value)) {
    if (value.length > MAX_PARTS) found = finding('read', 'more than is looked at', false, 'database');
    for (const item of value.slice(0, MAX_PARTS)) found = join(found, scripts(item, depth + 1));
  } else if (isObject(value))
    for (const [key, inner] of Object.entries(value)) {
      if (/^\$(?:where|function|accumulator)$/.test(key))
        found = join(
          found,
          finding(
            'write',
            `code in ${key}`,
            typeof inner === 'string' && !/\b(?:db\.|load|run|eval|sleep|while)\b/.test(inner),
            'database',
          ),
        );
      else if (typeof inner === 'object' && inner !== null) found = join(found, scripts(inner, depth + 1));
    }
  return found;
}

export function isEmptyFilter(filter: Json | undefined): boolean {
  if (filter === undefined || filter === null || filter === '' || filter === '{}') return true;
  if (!isObject(filter)) return false;
  const keys = Object.keys(filter);
  if (keys.length === 0) return true;
  const only = keys.length === 1 ? filter[keys[0] as string] : undefined;
  return isObject(only) && (only.$exists === true || only.$ne !== undefined || (Array.isArray(only.$nin) && only.$nin.length === 0));
}

function volume(document: JsonObject): Finding {
  const limit = document.limit;
  return typeof limit === 'number' && limit >= BULK_DOCUMENTS
    ? finding('exfiltrative', 'asks for very many documents', true, 'database')
    : finding('read', 'limit', true, 'database');
}

const SHELL_METHODS: readonly (readonly [RegExp, Intent])[] = [
  [
    /\.\s*(?:deleteMany|deleteOne|remove|drop|dropDatabase|dropIndex(?:es)?|findOneAndDelete|findAndRemove|dropUser|killOp|shutdownServer|renameCollection)\s*\(/,
    'destructive',
  ],
  [/\.\s*(?:updateMany|update)\s*\(\s*\{\s*\}\s*,/, 'destructive'],
  [
    /\.\s*(?:insert\w*|update\w*|replace\w*|save|bulkWrite|create\w*|findOneAndUpdate|findOneAndReplace|findAndModify|grant\w*|ensureIndex|setProfilingLevel|mapReduce)\s*\(/,
    'write',
  ],
];

const MAX_SHELL_CHARS = 65_536;

/** `bulkWrite([{deleteMany: …}])`, `findAndModify({…, remove: true})`: what the method is given says it. */
function removes(intent: Intent, text: string): boolean {
  return intent === 'write' && /\bdelete(?:Many|One)\b['"]?\s{0,16}:|\bremove['"]?\s{0,16}:\s{0,16}(?:true|1)\b|\$out\b/.test(text);
}

/** `db.users.deleteMany({})`. */
export function analyseMongoShell(text: string): Finding {
  const plain = codeText(text.slice(0, MAX_SHELL_CHARS), 'javascript').bare;
  for (const [pattern, intent] of SHELL_METHODS)
    if (pattern.test(plain))
      return finding(removes(intent, text) ? 'destructive' : intent, 'method of the MongoDB shell', true, 'database');
  if (/\$out\b/.test(text)) return finding('destructive', '$out replaces a collection', true, 'database');
  if (/\$merge\b/.test(text)) return finding('write', '$merge writes', true, 'database');
  if (/\b(?:runCommand|adminCommand|load|eval|Function|require|passwordPrompt|fs|process)\b/.test(plain))
    return finding('destructive', 'code that is not understood', false, 'database');
  const reads =
    /\.\s*(?:find|findOne|aggregate|count\w*|distinct|stats|getIndexes|explain|estimatedDocumentCount|getCollectionNames|getUsers|getName|serverStatus|version|hello|isMaster)\s*\(|^\s*show\s+\w+\s*$/;
  return reads.test(plain)
    ? finding('read', 'method of the MongoDB shell', true, 'database')
    : finding('destructive', 'not understood', false, 'database');
}
