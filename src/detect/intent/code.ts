// Program text as an argument: no parser is asked; what it can do follows from what it imports and calls. Modules and built-ins that are
// known not to reach outside make a read; anything that can run other code, or is not known, is not understood. Linear time.
import type { Intent } from '../../call.ts';
import { callsOf } from './code-call.ts';
import { takeCommands } from './code-command.ts';
import { codeText } from './code-text.ts';
import { isSecretPath, isSystemPath } from './shell/command.ts';
import { type Finding, finding, join } from './verdict.ts';

/** UTF-16 units of one program that are looked at; longer ones are not understood. */
export const MAX_CODE_CHARS = 65_536;

export interface CodeInner {
  shell(text: string): Finding;
  sql(text: string): Finding;
}

export function analyseCode(text: string, language: string | undefined, inner: CodeInner): Finding {
  if (text.length > MAX_CODE_CHARS) return finding('destructive', 'too long to be understood', false);
  const kind = languageOf(language, text);
  const commands = kind === 'other' ? undefined : takeCommands(text, kind === 'python', inner);
  const { code, bare } = codeText(commands?.rest ?? text, kind);
  let found: Finding = join(commands?.found, finding('read', `${kind} that computes`));
  for (const [pattern, intent, why] of COMMON) if (pattern.test(bare)) found = join(found, finding(intent, why));
  const own = kind === 'python' ? python(code, bare) : kind === 'javascript' ? javascript(code, bare) : other(bare);
  found = join(join(found, own), literals(code, inner));
  if (kind !== 'other')
    found = join(
      found,
      callsOf(code, bare, (statement) => inner.sql(statement)),
    );
  return outflow(code, bare, found);
}

type Rule = readonly [RegExp, Intent, string];

/** Calls that mean the same in many languages. */
const COMMON: readonly Rule[] = [
  [
    /\b(?:rmtree|removedirs|unlinkSync|rmSync|rmdirSync|rm_rf|rm_r|remove_entry|FileUtils\.rm|deleteMany|drop_all|dropDatabase|drop_table|delete_many|delete_one|deleteOne|flushall|flushdb|truncate|truncateSync|ftruncate|terminate_instances|delete_\w+|deleteFile|DeleteFile)\s*\(/,
    'destructive',
    'deletes',
  ],
  [
    /\bos\.(?:remove|unlink|rmdir|kill|killpg|abort|_exit)\s*\(|\.unlink\s*\(|\.rmdir\s*\(|\bfs(?:\.promises)?\.(?:unlink|rm|rmdir|truncate)\s*\(|\bprocess\.kill\s*\(|\bunlink\s*[("$]|\bDir\.(?:rmdir|delete)|\bFile\.(?:delete|unlink)/,
    'destructive',
    'deletes files or ends processes',
  ],
  [
    /\b(?:os\.(?:rename|replace|mkdir|makedirs|chmod|chown|symlink|link|utime|putenv|setuid)|shutil\.(?:copy\w*|move|make_archive|chown)|fs(?:\.promises)?\.(?:write\w*|append\w*|mkdir\w*|rename\w*|copy\w*|chmod\w*|symlink\w*|cp\w*|createWriteStream)|writeFile\w*|appendFile\w*|write_text|write_bytes|to_csv|to_excel|to_parquet|to_json|to_pickle|to_sql|savefig|imwrite|np\.save\w*|json\.dump|pickle\.dump|torch\.save|mkdir|makedirs|touch|File\.write|file_put_contents|fwrite|mkdirSync|writeFileSync|appendFileSync|renameSync|copyFileSync)\s*\(/,
    'write',
    'writes files',
  ],
];

const WRITING_OPEN = /\bopen\s*\([^)\n]{0,300},\s*(?:mode\s*=\s*)?[rbuf]*['"][rbt]*[waxWAX+][rwabt+]*['"]/;

const PURE_PYTHON = new Set(
  'math cmath json re datetime time calendar collections itertools functools operator statistics random string decimal fractions typing dataclasses enum textwrap pprint copy heapq bisect abc contextlib uuid hashlib hmac base64 binascii struct csv io sys warnings unicodedata difflib numbers array zlib secrets traceback inspect platform locale html ast keyword tokenize timeit logging __future__ numpy pandas scipy sklearn matplotlib seaborn plotly sympy networkx dateutil pytz zoneinfo pydantic tabulate tqdm statsmodels nltk textblob bs4 lxml yaml toml tomllib regex polars pyarrow PIL cv2 shapely geopandas xml graphlib types weakref queue bokeh altair'.split(
    ' ',
  ),
);
/** Modules that read by themselves; what they are used for is judged by their calls. */
const JUDGED_PYTHON = new Set(
  'os shutil pathlib glob tempfile subprocess requests httpx urllib http sqlite3 psycopg2 pymysql sqlalchemy zipfile tarfile gzip fileinput fnmatch aiohttp socket smtplib ftplib boto3 paramiko getpass configparser dotenv redis pymongo stat email'.split(
    ' ',
  ),
);

function python(code: string, bare: string): Finding {
  let found: Finding = finding('read', 'python that computes');
  for (const module of imports(bare)) {
    const top = module.split('.')[0] ?? '';
    if (/^(?:socket|smtplib|ftplib|paramiko|telnetlib)$/.test(top))
      found = join(found, finding('exfiltrative', `opens connections (${top})`));
    else if (!PURE_PYTHON.has(top) && !JUDGED_PYTHON.has(top))
      found = join(found, finding('destructive', `module ${top.slice(0, 24)} is not known`, false));
  }
  if (
    /\b(?:eval|exec|compile|__import__|globals|locals|vars|setattr|delattr)\s*\(|__(?:builtins|subclasses|globals|class|loader|mro|bases)__|\bimportlib\b|\bctypes\b|\bpickle\.loads?\s*\(|\bmarshal\b|\bgetattr\s*\(/.test(
      bare,
    )
  )
    found = join(found, finding('destructive', 'runs code made at run time', false));
  if (
    /\bos\.(?:system|popen|exec[lv]\w*|spawn\w*|fork|startfile|posix_spawn)\s*\(|\bsubprocess\b|\bpty\.spawn\b|\bcommands\.getoutput\b/.test(
      bare,
    )
  )
    found = join(found, finding('write', 'runs commands', SHELL_LITERAL.test(code)));
  if (WRITING_OPEN.test(code)) found = join(found, finding('write', 'writes a file'));
  if (/\.(?:commit|executemany|insert_one|insert_many|update_one|update_many|put_object|create_\w+|put_item)\s*\(/.test(bare))
    found = join(found, finding('write', 'changes data'));
  if (/\brequests?\.(?:delete)\s*\(|\bhttpx\.delete\s*\(|\bsession\.delete\s*\(/.test(bare))
    found = join(found, finding('destructive', 'HTTP DELETE'));
  if (
    /\b(?:requests?|httpx|session|client)\.(?:post|put|patch)\s*\(|\burlopen\s*\([^)\n]{0,200}\bdata\s*=|\bmethod\s*=\s*['"](?:POST|PUT|PATCH)/.test(
      bare,
    )
  )
    found = join(found, finding('write', 'HTTP request that sends'));
  return found;
}

function* imports(bare: string): Generator<string> {
  for (const match of bare.matchAll(/(?:^|[\n;])\s*import\s+([^\n;#]{1,300})/g))
    for (const part of (match[1] ?? '').split(',')) yield part.trim().split(/\s/)[0] ?? '';
  for (const match of bare.matchAll(/(?:^|[\n;])\s*from\s+([\w.]{1,80})\s+import\b/g)) yield match[1] ?? '';
}

const PURE_NODE = new Set(
  'assert buffer crypto events path querystring string_decoder url util os perf_hooks timers stream zlib punycode lodash dayjs moment luxon uuid zod mathjs date-fns ramda cheerio csv-parse yaml papaparse decimal.js bignumber.js'.split(
    ' ',
  ),
);
const JUDGED_NODE = new Set(
  'fs fs/promises child_process http https axios node-fetch got undici pg mysql2 sqlite3 better-sqlite3 ws'.split(' '),
);

function javascript(code: string, bare: string): Finding {
  let found: Finding = finding('read', 'javascript that computes');
  for (const match of code.matchAll(
    /\b(?:require|import)\s*\(\s*([^)\n]{0,80})\)|\bfrom\s*(['"][^'"\n]{1,80}['"])|\bimport\s+(['"][^'"\n]{1,80}['"])/g,
  )) {
    const name = /^['"`](?:node:)?([^'"`]+)['"`]\s*$/.exec((match[1] ?? match[2] ?? match[3] ?? '').trim())?.[1];
    if (name === undefined || (!PURE_NODE.has(name) && !JUDGED_NODE.has(name)))
      found = join(found, finding('destructive', `module ${(name ?? 'made at run time').slice(0, 24)} is not known`, false));
    else if (/^(?:net|tls|dgram|dns)$/.test(name)) found = join(found, finding('exfiltrative', 'opens connections'));
  }
  if (
    /\b(?:eval|Function|execScript|setTimeout\s*\(\s*['"`]|importScripts)\s*\(|\bnew\s+Function\b|\bconstructor\s*\.\s*constructor\b|\bvm\.run\w*|\bprocess\.(?:binding|dlopen|exit|abort|chdir|setuid)\b|\bglobalThis\s*\[|\bwindow\s*\[|\bReflect\.|\bWebAssembly\b/.test(
      bare,
    )
  )
    found = join(found, finding('destructive', 'runs code made at run time', false));
  if (
    /\b(?:exec|execSync|execFile|execFileSync|spawn|spawnSync|fork)\s*\(|\bDeno\.(?:run|Command)\b|\bBun\.spawn\b|\bBun\.\$/.test(bare) &&
    /child_process|Deno|Bun/.test(code)
  )
    found = join(found, finding('write', 'runs commands', SHELL_LITERAL.test(code)));
  if (/\bmethod\s*:\s*['"`]DELETE|\baxios\.delete\s*\(|\.delete\s*\(\s*['"`]https?:/i.test(code))
    found = join(found, finding('destructive', 'HTTP DELETE'));
  if (/\bmethod\s*:\s*['"`](?:POST|PUT|PATCH)|\baxios\.(?:post|put|patch)\s*\(/i.test(code))
    found = join(found, finding('write', 'HTTP request that sends'));
  return join(found, page(code, bare));
}

const ADDRESS = /\.(?:src|href|action)\s*=(?!=)([^;\n]{0,400})/g;
const PAGE_DATA = /cookie|localStorage|sessionStorage|token|password|innerText|innerHTML|textContent|value|btoa|JSON\.stringify/i;

/** What a script does to the page it runs in. */
function page(code: string, bare: string): Finding {
  for (const [, value = ''] of code.matchAll(ADDRESS))
    if (/\+|\$\{/.test(value) && PAGE_DATA.test(value)) return finding('exfiltrative', 'puts data of the page into an address');
  if (
    /\b(?:localStorage|sessionStorage)\.(?:clear|removeItem)\s*\(|\bindexedDB\.deleteDatabase\s*\(|\.remove\s*\(\s*\)|\bremoveChild\s*\(|\bdocument\.write\s*\(/.test(
      bare,
    )
  )
    return finding('destructive', 'removes data or parts of the page');
  if (/\.click\s*\(\s*\)[^\n]{0,80}/.test(bare))
    return finding(/(?:delete|remove|destroy|purge|cancel|buy|pay|transfer|confirm)/i.test(code) ? 'destructive' : 'write', 'clicks');
  if (
    /\.(?:submit|requestSubmit|setItem|dispatchEvent|setAttribute|appendChild|insertAdjacentHTML|append|focus|fill|type|check|press|selectOption|goto|reload|assign|replace)\s*\(|\.(?:value|innerHTML|innerText|textContent|checked|outerHTML|cookie|location|href)\s*=(?!=)|\blocation\s*=(?!=)/.test(
      bare,
    ) &&
    /\b(?:document|window|localStorage|sessionStorage|page|location)\b/.test(bare) &&
    !/\.replace\s*\(\s*[/'"]/.test(code)
  )
    return finding('write', 'changes the page');
  if (/\bdocument\.cookie\b|\blocalStorage\b|\bsessionStorage\b/.test(bare) && !/\.length\b/.test(bare))
    return finding('exfiltrative', 'reads stored credentials of the page');
  return finding('read', 'reads the page');
}

/** Languages without rules of their own: only what looks harmless as a whole is believed. */
function other(bare: string): Finding {
  if (
    /\b(?:unlink|rmdir|rmtree|rm_rf|delete|truncate|unset|kill)\b|\w*(?:remove|delete|unlink|rmdir|truncate|destroy|erase|wipe)\w{0,40}[!?]?\s*\(|\b(?:rm|drop)\s*\(/i.test(
      bare,
    )
  )
    return finding('destructive', 'deletes');
  if (
    /\b(?:system2?|exec\w{0,40}|shell|shell_exec|passthru|popen|proc_open|eval|assert|require|load|fork|spawn|backticks|qx|open3|IO\.popen|Process\w{0,40}|Runtime|ProcessBuilder|Command|NSTask|unsafe|asm|dlopen|LoadLibrary|Reflection|invoke|CreateObject|doShellScript)\b|`/.test(
      bare,
    )
  )
    return finding('destructive', 'runs commands', false);
  if (
    /\b(?:curl|fsockopen|TCPSocket|Net::HTTP|LWP|https?|HTTP|socket|mail|sendmail|net\.\w{1,40}|reqwest|TcpStream|UdpSocket|[A-Z]\w{0,40}(?:Client|Socket|Connection|Session)|httr|download\.file|url)\b/.test(
      bare,
    )
  )
    return finding('exfiltrative', 'opens connections', false);
  if (
    /\b(?:fopen|ofstream|fstream|fwrite|file_put_contents|PrintWriter|FileWriter|FileOutputStream|StreamWriter|writeLines|saveRDS|sink|io\.open|File\.(?:open|write|new)|fs::|os\.\w{1,40}|ioutil\.\w{1,40}|Files?\.\w{1,40}|Directory\.\w{1,40}|open|write\.\w{1,40}|write_\w{1,40})\b/.test(
      bare,
    )
  )
    return finding('write', 'works on files', false);
  return finding('read', 'computes');
}

const SHELL_LITERAL =
  /\b(?:system|popen|run|call|check_call|check_output|Popen|getoutput|exec|execSync|spawn|spawnSync)\s*\(\s*(?:\[|f?['"`])/;
const MAX_LITERALS = 50;

/** Commands, statements and paths that stand in the text as strings. */
function literals(code: string, inner: CodeInner): Finding {
  let found: Finding = finding('read', 'no literal');
  let count = 0;
  for (const match of code.matchAll(
    /\b(?:system|popen|run|call|check_call|check_output|Popen|getoutput|exec|execSync|spawn|spawnSync|execFileSync)\s*\(\s*(\[[^\]\n]{0,500}\]|(?:'[^'\n]{0,1000}'|"[^"\n]{0,1000}"|`[^`\n]{0,1000}`))/g,
  )) {
    if (++count > MAX_LITERALS) return finding('destructive', 'too many commands', false);
    const text = match[1] ?? '';
    const command = text.startsWith('[') ? [...text.matchAll(/['"]([^'"]*)['"]/g)].map((part) => part[1]).join(' ') : text.slice(1, -1);
    found = join(found, inner.shell(command));
  }
  for (const match of code.matchAll(
    /\b(?:execute|executescript|query|read_sql\w*|raw|exec|prepare|run)\s*\(\s*(?:text\s*\(\s*)?f?(?:"""|''')?\s*['"`]?\s*((?:select|insert|update|delete|drop|truncate|alter|create|with|grant)\b[^"'`]{0,2000})/gi,
  )) {
    if (++count > MAX_LITERALS) return finding('destructive', 'too many statements', false);
    found = join(found, inner.sql(match[1] ?? ''));
  }
  for (const match of code.matchAll(/['"]([^'"\n]{2,200})['"]/g)) {
    if (++count > MAX_LITERALS * 4) break;
    if (isSecretPath(match[1] ?? '')) found = join(found, finding('exfiltrative', 'reads a secret file'));
    else if (isSystemPath(match[1] ?? '') && WRITING_OPEN.test(code))
      found = join(found, finding('destructive', 'writes a file of the system'));
  }
  return found;
}

const SENDS =
  /\b(?:requests?|httpx|session|axios|got|client)\.(?:post|put|patch|request)\s*\(|\burlopen\s*\(|\bfetch\s*\(|\bsendBeacon\s*\(|\bXMLHttpRequest\b|\bnew\s+(?:Image|WebSocket|EventSource)\b|\.send\s*\(|\bsendmail\s*\(|\.sendall\s*\(|\bput_object\s*\(|\bupload_file(?:obj)?\s*\(/;
const PRIVATE =
  /\bos\.environ\b|\bprocess\.env\b|\bopen\s*\(|\breadFile\w*\s*\(|\bread_(?:text|bytes|csv)\s*\(|\bdocument\.cookie\b|\blocalStorage\b|\bsessionStorage\b|\bgetenv\s*\(|\bfiles\s*=|\bdict\s*\(\s*os\b|\bfetchall\s*\(|\bdocument\.(?:body|documentElement)\b|\bouterHTML\b|\binnerText\b|\bgetpass\b|\blistdir\s*\(|\bcredentials?\b|\bpasswords?\b|\bclipboard\b/;

/** Something private is read, and something is sent. */
function outflow(code: string, bare: string, found: Finding): Finding {
  if (/\bsendBeacon\s*\(|\bnew\s+Image\s*\(\s*\)\s*\.src\b/.test(bare)) return join(found, finding('exfiltrative', 'sends a beacon'));
  if (/\bupload_file(?:obj)?\s*\(|\bsendmail\s*\(/.test(bare)) return join(found, finding('exfiltrative', 'sends data out'));
  if (!SENDS.test(bare) || !PRIVATE.test(code)) return found;
  const plainGet = /\bfetch\s*\(\s*['"`][^'"`$]*['"`]\s*\)/.test(code) && !/\b(?:method|body)\s*:/.test(code);
  const getOnly = !/\.(?:post|put|patch|send)\s*\(|\b(?:body|data|json|files)\s*[:=]/.test(bare) && !/(?:\+|\$\{)/.test(code);
  return plainGet || getOnly ? found : join(found, finding('exfiltrative', 'sends private data out'));
}

const OTHERS =
  /^(?:perl|ruby|rb|php|r|go|golang|java|kotlin|kt|scala|groovy|rust|rs|lua|c|cpp|c\+\+|cc|csharp|c#|cs|f#|fsharp|vb|vbnet|swift|dart|julia|jl|elixir|ex|erlang|haskell|hs|ocaml|clojure|clj|lisp|scheme|fortran|cobol|matlab|octave|pascal|nim|zig|d|objective-c|objc|tcl|awk|applescript|vbscript|vba|autohotkey|solidity|wasm)$/i;

function languageOf(language: string | undefined, code: string): 'python' | 'javascript' | 'other' {
  if (language !== undefined) {
    if (/^(?:py|python|jupyter|notebook|ipython)/i.test(language)) return 'python';
    if (/^(?:js|javascript|node|ts|typescript|browser|puppeteer|playwright|deno|bun)/i.test(language)) return 'javascript';
    if (OTHERS.test(language)) return 'other';
  }
  return /\b(?:const|let|var|=>|function\s*\(|document\.|await fetch|console\.log)/.test(code) || /=>/.test(code) ? 'javascript' : 'python';
}
