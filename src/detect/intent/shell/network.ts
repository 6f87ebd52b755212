// Commands that talk to the network: what leaves decides. Literal data in a request writes; a file, standard input or a substitution leaves.
import { type Finding, finding } from '../verdict.ts';
import { isSecretPath } from './command.ts';
import { asRequest, carriesOutput, separateFlags } from './curl-request.ts';
import type { Inner, ShellCommand, ShellWord } from './script.ts';

/** `isPiped`: something is piped into the command. Undefined: not a network command. */
export function networkCommand(
  name: string,
  command: ShellCommand,
  args: readonly ShellWord[],
  isPiped: boolean,
  inner: Inner,
): Finding | undefined {
  // `< file` feeds a command as a pipe does.
  const piped = isPiped || command.redirects.some(({ sign }) => sign.endsWith('<') && sign !== '<<');
  switch (name) {
    case 'curl':
    case 'curlie':
      return asRequest(curl(command, separateFlags(args), piped), separateFlags(args), inner);
    case 'wget':
    case 'wget2':
      return asRequest(wget(args), args, inner);
    case 'http':
    case 'https':
    case 'xh':
      return httpie(args, piped);
    case 'nc':
    case 'ncat':
    case 'netcat':
    case 'socat':
    case 'telnet':
      return netcat(name, command, args, piped);
    case 'rsync':
      return rsync(args);
    case 'scp':
      return isRemote(args.at(-1)?.text ?? '') ? finding('exfiltrative', 'scp to another host') : finding('write', 'scp from another host');
    case 'ftp':
    case 'sftp':
    case 'lftp':
      return finding('exfiltrative', `${name} session`, false);
    case 'dig':
    case 'host':
    case 'nslookup':
    case 'ping':
    case 'whois':
    case 'traceroute':
    case 'tracepath':
    case 'mtr':
      return args.some(({ literal }) => !literal) && args.some(({ text }) => /\$\(|`/.test(text))
        ? finding('exfiltrative', `data in the name given to ${name}`)
        : finding('read', name);
    case 'openssl':
      return args[0]?.text === 's_client' && piped
        ? finding('exfiltrative', 'openssl s_client with input')
        : finding(/^(?:s_client|x509|version|verify|dgst|rand|asn1parse|ciphers)$/.test(args[0]?.text ?? '') ? 'read' : 'write', 'openssl');
    default:
      return undefined;
  }
}

/** `-d` and its kin, joined (`-dX`) or apart. */
const DATA_FLAG =
  /^(?:-d|--data|--data-ascii|--data-binary|--data-raw|--data-urlencode|--json|-F|--form|--form-string|-T|--upload-file|--url-query)(?:=(.*))?$/s;

function curl(command: ShellCommand, args: readonly ShellWord[], piped: boolean): Finding {
  let method = '';
  let override = '';
  let data: Finding | undefined;
  let saves = false;
  for (let index = 0; index < args.length; index++) {
    const { text, literal } = args[index] as ShellWord;
    const next = args[index + 1];
    if (text === '-X' || text === '--request') {
      if (next?.literal === false) return finding('destructive', 'a method that is made at run time', false);
      method = next?.text.toUpperCase() ?? '';
    } else if (/^-X[A-Za-z]/.test(text)) method = text.slice(2).toUpperCase();
    else if (/^--request=/.test(text)) method = text.slice(10).toUpperCase();
    else if (/^x-(?:http-)?method(?:-override)?:/i.test(next?.text ?? '') && /^-H|--header$/.test(text))
      override = (next?.text ?? '').split(':')[1]?.trim().toUpperCase() ?? '';
    else if (text === '-K' || text.startsWith('--config')) return finding('destructive', 'curl with options that are not seen', false);
    else if (carriesOutput(text, next)) return finding('exfiltrative', 'sends the output of a command');
    else if (/^(?:-o|-O|--output|--remote-name|-OL|-LO|-sSLo|-Lo|-fsSLo|-sLo|-JO|-LJO|-sO|-so)$/.test(text))
      saves = next?.text !== '/dev/null' && next?.text !== '-';
    const flag = DATA_FLAG.exec(text) ?? (/^-[dFT]./s.test(text) ? [text, text.slice(2)] : null);
    if (flag) {
      const given: ShellWord = flag[1] === undefined ? (next ?? { text: '', literal: true }) : { text: flag[1], literal };
      const seen = sent(text, given, piped);
      if (!data || seen.intent === 'exfiltrative') data = seen;
    } else if (
      !literal &&
      /^(?:https?:\/\/|\w[\w.-]*\.\w+\/)/i.test(text) &&
      /\$\(|`|[?=/]\$\{?\w*(?:token|key|secret|pass|cred|env|data|home|user)/i.test(text)
    )
      return finding('exfiltrative', 'data in the address');
    else if (/^(?:file|dict|gopher|ldap|tftp):/i.test(text)) return finding('exfiltrative', 'a local or odd scheme');
  }
  if (data?.intent === 'exfiltrative') return data;
  if (method === 'DELETE' || override === 'DELETE') return finding('destructive', 'HTTP DELETE');
  if (data || /^(?:POST|PUT|PATCH)$/.test(method)) return graphqlRead(args) ?? data ?? finding('write', `HTTP ${method}`);
  return finding(
    saves || command.redirects.some(({ sign, target }) => sign.includes('>') && target.text !== '/dev/null' && !/^[12&]*>&/.test(sign))
      ? 'write'
      : 'read',
    'HTTP GET',
  );
}

/** A file, standard input or a substitution leaves; `-d '{"a":1}'` is a request like any. */
function sent(flag: string, given: ShellWord, piped: boolean): Finding {
  const { text, literal } = given;
  if (/^(?:-T|--upload-file)/.test(flag)) return finding('exfiltrative', 'uploads a file');
  const raw = flag.startsWith('--data-raw') || flag.startsWith('--form-string');
  if (!raw && (/^@/.test(text) || /^[\w.[\]-]{1,64}=?[@<]/.test(text)))
    return finding('exfiltrative', piped || text.endsWith('@-') ? 'sends what is piped in' : 'sends a file');
  if (!literal && /\$\(|`|<\(/.test(text)) return finding('exfiltrative', 'sends the output of a command');
  if (!literal && /\$\{?\w*(?:token|key|secret|pass|cred|env)\w*/i.test(text)) return finding('exfiltrative', 'sends a secret variable');
  return finding('write', 'HTTP request with literal data');
}

/** A GraphQL query goes by POST and reads. */
function graphqlRead(args: readonly ShellWord[]): Finding | undefined {
  const body = args.find(({ text }) => /^\s*\{\s*"query"\s*:\s*"\s*(?:query\b|\{)/.test(text));
  return body && args.some(({ text }) => /graphql/i.test(text)) && !/mutation/.test(body.text)
    ? finding('read', 'GraphQL query')
    : undefined;
}

function wget(args: readonly ShellWord[]): Finding {
  for (const [at, { text, literal }] of args.entries()) {
    if (/^--(?:post|body)-file/.test(text)) return finding('exfiltrative', 'uploads a file');
    if (/^--(?:post|body)-data/.test(text))
      return !literal && /\$\(|`/.test(text)
        ? finding('exfiltrative', 'sends the output of a command')
        : finding('write', 'HTTP request with literal data');
    if (/^--header=/.test(text) && carriesOutput('-H', { text: text.slice(9), literal }))
      return finding('exfiltrative', 'sends the output of a command');
    if (/^--method[= ]DELETE$/i.test(text) || (text === '--method' && /^delete$/i.test(args[at + 1]?.text ?? '')))
      return finding('destructive', 'HTTP DELETE');
    if (/^--method=(?:POST|PUT|PATCH)$/i.test(text)) return finding('write', 'HTTP request');
    if (!literal && /\$\(|`/.test(text) && /:\/\//.test(text)) return finding('exfiltrative', 'data in the address');
  }
  const shows = args.some(
    ({ text }, index) =>
      /^-q?O-$/.test(text) ||
      (/^-(?:q?O|-output-document)$/.test(text) && /^(?:-|\/dev\/null|\/dev\/stdout)$/.test(args[index + 1]?.text ?? '')) ||
      text === '--spider',
  );
  return finding(shows ? 'read' : 'write', shows ? 'HTTP GET' : 'downloads a file');
}

function httpie(args: readonly ShellWord[], piped: boolean): Finding {
  const method = args.find(({ text }) => /^(?:GET|POST|PUT|PATCH|DELETE|HEAD)$/i.test(text))?.text.toUpperCase();
  if (args.some(({ text }) => /@|=@|:=@/.test(text) && !/^https?:/.test(text))) return finding('exfiltrative', 'sends a file');
  if (piped) return finding('exfiltrative', 'sends what is piped in');
  if (method === 'DELETE') return finding('destructive', 'HTTP DELETE');
  return finding(
    /^(?:POST|PUT|PATCH)$/.test(method ?? '') || args.some(({ text }) => /^\w[\w-]*:?=[^=]/.test(text)) ? 'write' : 'read',
    'HTTP request',
  );
}

function netcat(name: string, command: ShellCommand, args: readonly ShellWord[], piped: boolean): Finding {
  const texts = args.map(({ text }) => text);
  if (texts.some((text) => /^-[a-z]*[ec]$/.test(text) || /^exec:|^system:/i.test(text) || text === '--exec' || text === '--sh-exec'))
    return finding('exfiltrative', `${name} that hands out a shell`);
  if (texts.some((text) => /^-[a-z]*z/.test(text))) return finding('read', `${name} port check`);
  if (piped || command.redirects.some(({ sign }) => sign.endsWith('<') || sign === '<<<'))
    return finding('exfiltrative', `${name} with input`);
  return finding('exfiltrative', `${name} session`);
}

function rsync(args: readonly ShellWord[]): Finding {
  const texts = args.map(({ text }) => text);
  if (texts.some((text) => text === '-n' || text === '--dry-run' || /^-[a-zA-Z]*n[a-zA-Z]*$/.test(text)))
    return finding('read', 'rsync, dry run');
  const target = texts.filter((text) => !text.startsWith('-')).at(-1) ?? '';
  if (isRemote(target)) return finding('exfiltrative', 'rsync to another host');
  if (texts.some((text) => text.startsWith('--delete') || text === '--remove-source-files'))
    return finding('destructive', 'rsync that deletes');
  return finding('write', 'rsync');
}

/** `host:path`, `user@host:path`, `rsync://…`; not `C:\…`. */
export function isRemote(text: string): boolean {
  return /^(?:[\w.-]+@)?[\w.-]{2,}:(?!\\)|^rsync:\/\/|^sftp:\/\//.test(text);
}

/** Does the command put something on its output that should not leave? */
export function isSource(name: string, args: readonly ShellWord[]): boolean {
  if (
    /^(?:env|printenv|pg_dump|mysqldump|mongodump|tar|zip|gzip|cat|find|dump|history|ps|ls|base64|xxd|openssl|head|tail|grep|awk|sed|strings|dd|mysql|psql|sqlite3|redis-cli|docker|kubectl|git|gpg)$/.test(
      name,
    )
  )
    return true;
  return args.some(({ text }) => isSecretPath(text));
}
