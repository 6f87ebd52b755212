// Redis and Valkey commands by name, with the arguments that change what they do. A command that is not known is not understood.
import type { Intent } from '../../call.ts';
import { type Finding, finding, join } from './verdict.ts';

const LISTED: Readonly<Record<Intent, string>> = {
  read: `get mget strlen getrange substr exists type ttl pttl expiretime keys scan randomkey dbsize info ping echo time lastsave memory object hget hmget hgetall hkeys hvals hlen hexists
    hscan hstrlen hrandfield lrange llen lindex lpos smembers sismember smismember scard srandmember sscan sinter sunion sdiff sintercard zrange zrangebyscore zrangebylex zrevrange
    zrevrangebyscore zscore zmscore zrank zrevrank zcard zcount zlexcount zscan zrandmember zinter zunion zdiff xrange xrevrange xlen xread xinfo xpending getbit bitcount bitpos pfcount
    geopos geodist geohash georadius_ro geosearch command latency slowlog subscribe psubscribe unsubscribe punsubscribe pubsub sort_ro lcs hello role watch unwatch multi exec discard
    json.get json.mget json.type json.strlen json.arrlen json.objkeys json.objlen ft.search ft.info ft._list ft.aggregate ft.explain ts.get ts.range ts.mget ts.info bf.exists cf.exists
    touch auth select quit readonly dump eval_ro evalsha_ro fcall_ro cluster sentinel waitaof wait`,
  write: `set setnx setex psetex mset msetnx append incr decr incrby decrby incrbyfloat setrange getset hset hmset hsetnx hincrby hincrbyfloat lpush rpush lpushx rpushx linsert lset
    sadd smove sinterstore sunionstore sdiffstore zadd zincrby zunionstore zinterstore zdiffstore zrangestore xadd xack xgroup xclaim xautoclaim xreadgroup xsetid setbit bitop bitfield
    pfadd pfmerge geoadd georadius geosearchstore publish spublish persist expire pexpire expireat pexpireat copy rename renamenx restore sort move bgsave save bgrewriteaof
    json.set json.mset json.merge json.numincrby json.strappend json.arrappend json.arrinsert ft.create ft.alter ft.add ts.add ts.create bf.add cf.add getex lmove rpoplpush brpoplpush blmove client
    reset failover swapdb`,
  destructive: `del unlink flushall flushdb getdel hdel lpop rpop blpop brpop lrem ltrim lmpop blmpop spop srem zrem zremrangebyrank zremrangebyscore zremrangebylex zpopmin zpopmax bzpopmin bzpopmax
    zmpop xdel xtrim shutdown debug json.del json.forget json.clear json.arrpop json.arrtrim ft.dropindex ft.drop ts.del cf.del hpexpire hexpire`,
  exfiltrative: 'migrate replicaof slaveof psync sync monitor',
};

/** Commands of one text that are looked at; with more it is not understood as a whole. */
const MAX_LINES = 1_000;

const BY_NAME = new Map<string, Intent>();
for (const [intent, names] of Object.entries(LISTED) as [Intent, string][])
  for (const name of names.split(/\s+/)) BY_NAME.set(name, intent);

export function analyseRedis(command: string, args: readonly string[]): Finding {
  const lines = linesOf(command);
  let found = analyseOne(lines.at(-1) ?? '', args);
  for (const line of lines.slice(0, -1)) found = join(found, analyseOne(line, []));
  for (const line of rawCommands(command)) found = join(found, analyseOne(line, []));
  return lines.length <= MAX_LINES
    ? found
    : join(found, finding('destructive', 'more Redis commands than are looked at', false, 'database'));
}

const LINE_BREAK = /[\r\n]+/;

/** Commands in lines of their own; a line break inside of quotes is part of a value. */
function linesOf(command: string): string[] {
  if (!LINE_BREAK.test(command.trim())) return [command];
  const lines: string[] = [];
  let quote = '';
  let from = 0;
  for (let at = 0; at <= command.length && lines.length <= MAX_LINES; at++) {
    const char = command[at] ?? '\n';
    if (quote !== '' && char === '\\') at++;
    else if (quote !== '' && at < command.length) quote = char === quote ? '' : quote;
    else if (char === '"' || char === "'") quote = char;
    else if (char === '\n' || char === '\r') {
      const line = command.slice(from, at).trim();
      if (line !== '') lines.push(line);
      from = at + 1;
    }
  }
  // An open quote ends nowhere: then nobody knows what is a value.
  return quote === '' ? lines : [...lines, command.slice(from), ...command.split(LINE_BREAK, MAX_LINES)];
}

/** A tool may part lines before it reads quotes: then a line inside of quotes is a command, too, if it begins like one. */
function rawCommands(command: string): string[] {
  if (!LINE_BREAK.test(command.trim())) return [];
  const lines = command.split(LINE_BREAK).map((line) => line.trim().replace(/^["']*([^\s"']+)["']*(?=\s|$)/, '$1'));
  return lines.filter((line) => {
    const name = /^\S{1,64}(?=\s|$)/.exec(line)?.[0].toLowerCase() ?? '';
    return BY_NAME.has(name) || withSubcommand(name, [], []) !== undefined;
  });
}

function analyseOne(command: string, args: readonly string[]): Finding {
  // `GET a` in one argument, too.
  const words = [...command.trim().split(/\s+/), ...args].slice(0, 1_000);
  const name = (words[0] ?? '').toLowerCase();
  const rest = words.slice(1).map((word) => word.toLowerCase());
  return withSubcommand(name, rest, words.slice(1)) ?? plain(name);
}

function plain(name: string): Finding {
  const intent = BY_NAME.get(name);
  return intent
    ? finding(intent, `Redis ${name.toUpperCase()}`, true, 'database')
    : finding('destructive', `the Redis command ${name.slice(0, 20)} is not known`, false, 'database');
}

function withSubcommand(name: string, rest: readonly string[], words: readonly string[]): Finding | undefined {
  const sub = rest[0] ?? '';
  const says = (intent: Intent, whole = true): Finding =>
    finding(intent, `Redis ${name.toUpperCase()} ${sub.toUpperCase().slice(0, 16)}`, whole, 'database');
  switch (name) {
    case 'config':
      return says(/^(?:get|help)$/.test(sub) ? 'read' : 'destructive');
    case 'acl':
      return says(
        /^(?:list|whoami|cat|getuser|users|log|help|genpass|dryrun)$/.test(sub) ? 'read' : sub === 'deluser' ? 'destructive' : 'write',
      );
    case 'client':
      return says(
        /^(?:list|info|id|getname|help|trackinginfo)$/.test(sub) ? 'read' : /^(?:kill|pause)$/.test(sub) ? 'destructive' : 'write',
      );
    case 'script':
    case 'function':
      return says(
        /^(?:exists|list|dump|stats|help)$/.test(sub) ? 'read' : /^(?:flush|kill|delete|restore)$/.test(sub) ? 'destructive' : 'write',
      );
    case 'module':
    case 'debug':
      return says(/^(?:list|object|help)$/.test(sub) ? 'read' : 'destructive');
    case 'cluster':
      return says(
        /^(?:info|nodes|slots|shards|keyslot|countkeysinslot|getkeysinslot|myid|links|help|replicas)$/.test(sub)
          ? 'read'
          : /^(?:reset|forget|flushslots|delslots|failover)/.test(sub)
            ? 'destructive'
            : 'write',
      );
    case 'xgroup':
      return says(/^(?:destroy|delconsumer)$/.test(sub) ? 'destructive' : 'write');
    case 'sort':
      return says(rest.includes('store') ? 'write' : 'read');
    case 'replicaof':
    case 'slaveof':
      return sub === 'no' ? says('write') : says('exfiltrative');
    case 'getex':
      return says(rest.length > 1 ? 'write' : 'read');
    case 'scan':
    case 'keys':
      return says('read');
    case 'eval':
    case 'evalsha':
    case 'fcall':
      return script(name, words);
    default:
      return byTime(name, rest);
  }
}

/** Times in the past end a key at once; logs and memory are asked or reset. */
function byTime(name: string, rest: readonly string[]): Finding | undefined {
  const sub = rest[0] ?? '';
  const says = (intent: Intent): Finding =>
    finding(intent, `Redis ${name.toUpperCase()} ${sub.toUpperCase().slice(0, 16)}`, true, 'database');
  switch (name) {
    case 'slowlog':
    case 'latency':
      return says(sub === 'reset' ? 'write' : 'read');
    case 'memory':
      return says(sub === 'purge' ? 'write' : 'read');
    case 'expire':
    case 'pexpire':
      return Number(rest[1]) <= 0 ? finding('destructive', 'expires at once', true, 'database') : undefined;
    case 'expireat':
    case 'pexpireat':
      return Number(rest[1]) <= 1_000_000 ? finding('destructive', 'expires in the past', true, 'database') : undefined;
    default:
      return undefined;
  }
}

/** A Lua script is judged by the commands it calls by literal name; anything else is not understood. */
function script(name: string, words: readonly string[]): Finding {
  const text = words.join(' ');
  const calls = [...text.matchAll(/redis\.p?call\s*\(\s*(['"]?)([\w.]*)\1/g)];
  if (name !== 'eval' || calls.length === 0)
    return finding(
      name === 'eval' && !/redis\s*[.[]|loadstring|load\s*\(|require|os\.|io\./.test(text) ? 'read' : 'destructive',
      'Redis script',
      name === 'eval',
      'database',
    );
  let intent: Intent = 'read';
  const strength = { read: 0, write: 1, destructive: 2, exfiltrative: 3 };
  for (const [, quote, command = ''] of calls) {
    const called = quote === '' ? undefined : BY_NAME.get(command.toLowerCase());
    if (!called) return finding('destructive', 'Redis script that calls what it is given', false, 'database');
    if (strength[called] > strength[intent]) intent = called;
  }
  return finding(intent, 'Redis script', true, 'database');
}
