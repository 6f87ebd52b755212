// Calls of a program that change or remove something, by the name of what is called, in whatever library: `.delete()` of a client, a method in
// words (`method: 'DELETE'`), renamed imports, statements in template literals. Looks at text only, linear time.
import { nameVerb } from './lexicon-verb.ts';
import { nameWords } from './token.ts';
import { type Finding, finding, join } from './verdict.ts';

/** Functions that remove are taken out of their module, under whatever name. */
const REMOVERS =
  /\bfrom\s+(?:os|shutil)\s+import\s+[^\n;]{0,200}\b(?:remove|unlink|rmdir|removedirs|rmtree|kill|truncate)\b|\{[^{}\n]{0,200}\b(?:rm|rmSync|unlink|unlinkSync|rmdir|truncate)\b[^{}\n]{0,200}\}\s*(?:=\s*(?:await\s+)?(?:require|import)\s*\(\s*|from\s*)['"`](?:node:)?fs(?:\/promises)?['"`]/;
/** Functions that run commands, under another name. */
const RUNNERS =
  /\bfrom\s+(?:os|subprocess)\s+import\s+[^\n;]{0,200}\b(?:system|popen|run|call|Popen|check_\w{1,12})\s+as\s|\{[^{}\n]{0,200}\b(?:exec|execSync|spawn|spawnSync)(?:\s*:|\s+as\s)[^{}\n]{0,200}\}\s*(?:=\s*(?:await\s+)?(?:require|import)\s*\(\s*|from\s*)['"`](?:node:)?child_process['"`]/;

/** A member that is made of pieces: `fs['unlink' + 'Sync'](…)`. */
const MADE_MEMBER = /\b(?:fs|fsp|os|process|child_process|globalThis|window|global|shutil|module|self)\s*(?:\?\.)?\[/;

/** Methods of requests in words. */
const DELETE_METHOD =
  /\b(?:requests?|httpx|session|client|http|s|r)\.request\s*\(\s*['"]DELETE['"]|\.open\s*\(\s*['"]DELETE['"]|\b(?:type|method|verb)['"]?\s*[:=]\s*['"`](?:DELETE|PURGE)['"`]/i;

/** Names that remove something of their own structure, not of the world. */
const OWN_MEMBER = /^(?:remove|delete|clear|reset|drop|purge|destroy|wipe|cancel|revoke|terminate|truncate|unlink)$/;

/** Receivers of a client: what is called on them happens elsewhere. */
const CLIENT =
  /\b(?:client|api|s3|ec2|rds|iam|bucket|blobs?|db|collection|table|repo|repository|session|conn|connection|cursor|stripe|github|octokit|prisma|redis|mongo|storage|firestore|sheet|drive|gmail|slack|twilio|resource|service|users|objects|all|files|messages|dbutils|fs|Deno)\b/i;
const MEMBER_CALL = /([\w$.)\]('"]{0,48})\.([A-Za-z_]\w{1,39})\s*\(/g;
const MONEY = /\b(?:refunds?|Refund|payouts?|Payout|transfers?|Transfer)\.create(?:Async)?\s*\(/;
const SQL_TAG =
  /(?:\$executeRaw(?:Unsafe)?|\$queryRaw(?:Unsafe)?|\bsql|\bSQL|\braw)\s*(?:\(\s*)?`\s*([^`]{1,2000})`|\b(?:spark|session|sqlContext|duckdb|con|conn|engine|db)\.sql\s*\(\s*(?:f|r)?(?:"""|'''|['"`])\s*([^"'`]{1,2000})/g;
const MAX_TAGS = 50;
const MAX_CALLS = 2_000;
const ENVIRONMENT =
  /\bprint\s*\([^\n]{0,60}\bos\.environ\s*(?:\)|\.items|\.copy)|\bconsole\.(?:log|table|dir)\s*\([^\n]{0,60}\bprocess\.env\s*[),]|\b(?:dict|json\.dumps|JSON\.stringify)\s*\(\s*(?:dict\s*\(\s*)?(?:os\.environ|process\.env)\s*[),]|\bDeno\.env\.toObject\s*\(/;
const CLICK = /\.(?:click|tap|dblclick)\s*\(\s*(['"`])([^\n]{1,200}?)\1/g;
const FATAL_CLICK = /\b(?:delete|remove|destroy|purge|deactivate|cancel|buy|pay|purchase|place order|checkout|transfer|withdraw|refund)\b/i;

export function callsOf(code: string, bare: string, sql: (text: string) => Finding): Finding {
  let found: Finding = finding('read', 'no call that reaches out');
  if (REMOVERS.test(code)) found = join(found, finding('destructive', 'takes functions that remove'));
  if (RUNNERS.test(code)) found = join(found, finding('destructive', 'runs commands under another name', false));
  if (MADE_MEMBER.test(bare)) found = join(found, finding('destructive', 'a member whose name is made at run time', false));
  if (DELETE_METHOD.test(code)) found = join(found, finding('destructive', 'HTTP DELETE'));
  if (MONEY.test(bare)) found = join(found, finding('destructive', 'moves money'));
  if (/\bsetTimeout\s*\(\s*['"`]|\bsetInterval\s*\(\s*['"`]/.test(bare))
    found = join(found, finding('destructive', 'runs text as code', false));
  if (ENVIRONMENT.test(bare)) found = join(found, finding('exfiltrative', 'prints the environment'));
  for (const [, , text = ''] of code.matchAll(CLICK))
    if (FATAL_CLICK.test(text)) found = join(found, finding('destructive', 'clicks on what deletes or pays'));
  let tags = 0;
  for (const match of code.matchAll(SQL_TAG)) if (tags++ < MAX_TAGS) found = join(found, sql(match[1] ?? match[2] ?? ''));
  return join(found, members(bare));
}

function members(bare: string): Finding {
  let count = 0;
  const own = structures(bare);
  if (DROPS.test(bare)) return finding('destructive', 'drops what a client holds');
  for (const [, receiver = '', name = ''] of bare.matchAll(MEMBER_CALL)) {
    if (++count > MAX_CALLS) break;
    const words = nameWords(name);
    const sense = nameVerb(words[0] ?? '');
    if (!sense || sense.nounish || sense.intent !== 'destructive') continue;
    // `seen.delete(x)`, `list.remove(x)`: of the program's own structures; `removeSync` and `delete_object` are not called so.
    if (own.has(receiver)) continue;
    const isOwn = OWN_MEMBER.test(name) ? !CLIENT.test(receiver) : !/(?:Sync|Async)$/.test(name) && !CLIENT.test(receiver);
    if (!isOwn) return finding('destructive', `calls ${name.slice(0, 24)} of a client`);
  }
  return finding('read', 'calls');
}

const DROPS = /\b(?:collection|table|db|database|schema|index|getCollection)\s*\([^()\n]{0,80}\)\s*\.drop(?:Index|Indexes)?\s*\(/i;
const ASSIGNED =
  /\b([A-Za-z_$][\w$]{0,40})\s*=(?![=>])\s*(new\s+(?:Map|Set|WeakMap|WeakSet|URLSearchParams|Headers|Array)\b|\[|\{|(?:set|list|dict|deque|OrderedDict|defaultdict)\s*\()?/g;

/** Names that hold nothing but structures of the program, wherever they are set. */
function structures(bare: string): ReadonlySet<string> {
  const own = new Set<string>();
  const others = new Set<string>();
  for (const [, name = '', structure] of bare.matchAll(ASSIGNED)) (structure === undefined ? others : own).add(name);
  return new Set([...own].filter((name) => !others.has(name)));
}
