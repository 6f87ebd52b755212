// Commands whose first words say what they do: git, docker, kubectl, package managers, cloud command lines. Rules per tool, then the verb.
// The last rule is the lexicon of verbs; a subcommand without a known verb is not understood.
import type { Intent } from '../../../call.ts';
import { nameVerb } from '../lexicon-verb.ts';
import { nameWords } from '../token.ts';
import { type Finding, finding, join } from '../verdict.ts';
import { ends } from './ending.ts';
import { reveals } from './reveal.ts';
import { isTrial } from './trial.ts';

interface Tool {
  read?: string;
  write?: string;
  destructive?: string;
  exfiltrative?: string;
}

const TOOLS: Readonly<Record<string, Tool>> = {
  docker: {
    read: 'ps images logs inspect stats version info top port diff history search events ls config context_ls scan manifest',
    write:
      'run start restart pull build create cp tag commit up unpause rename update import load login compose buildx volume_create network_create',
    destructive: 'rm rmi stop kill prune down pause logout leave',
    exfiltrative: 'save export',
  },
  kubectl: {
    read: 'get describe logs top explain version api-resources api-versions auth diff cluster-info events wait status history kustomize view current-context get-contexts config completion',
    write:
      'apply create patch label annotate edit expose set restart run port-forward proxy uncordon autoscale attach use-context set-context debug resume cp',
    destructive: 'delete drain cordon taint undo replace pause certificate',
  },
  helm: {
    read: 'list ls status get history show search template lint version env verify',
    write: 'install upgrade repo add update pull push package dependency create test',
    destructive: 'uninstall delete rollback del',
  },
  terraform: {
    read: 'plan show output validate version providers graph list fmt console',
    write: 'init import get refresh apply workspace new select untaint',
    destructive: 'destroy taint rm mv force-unlock delete',
  },
  npm: {
    read: 'ls list view info show outdated audit search help version whoami ping docs why explain fund root prefix bin config pack',
    write:
      'install i ci add update up upgrade run run-script start test t build exec init link dedupe rebuild version set dlx create login',
    destructive: 'uninstall remove rm un prune unpublish deprecate',
    exfiltrative: 'publish',
  },
  pip: { read: 'list show freeze check search help inspect index config', write: 'install download wheel cache', destructive: 'uninstall' },
  apt: {
    read: 'list search show policy depends rdepends madison cache',
    write: 'install update upgrade full-upgrade dist-upgrade download source build-dep mark add-repository',
    destructive: 'remove purge autoremove clean autoclean',
  },
  brew: {
    read: 'list ls info search outdated deps uses doctor config leaves home desc',
    write: 'install update upgrade tap link pin reinstall',
    destructive: 'uninstall remove rm untap unlink cleanup autoremove',
  },
  cargo: {
    read: 'check tree search metadata version doc clippy audit outdated',
    write: 'build test run bench install add update fmt fix new init fetch',
    destructive: 'clean remove uninstall yank',
    exfiltrative: 'publish',
  },
  go: { read: 'version env list vet doc', write: 'build test run install get mod fmt generate work tool', destructive: 'clean' },
  systemctl: {
    read: 'status list-units list-unit-files is-active is-enabled is-failed show cat list-timers list-dependencies list-sockets list-jobs get-default --failed',
    write: 'start restart reload enable daemon-reload reenable try-restart reload-or-restart unmask edit set-default reset-failed',
    destructive: 'stop disable mask kill isolate poweroff reboot halt rescue emergency suspend hibernate',
  },
  service: { read: 'status', write: 'start restart reload force-reload', destructive: 'stop' },
  gh: {
    read: 'list view status diff checks search browse',
    write: 'create edit close reopen merge comment review checkout clone fork run rerun enable lock unlock pin ready login set sync upload',
    destructive: 'delete archive cancel disable remove',
    exfiltrative: 'token',
  },
  vault: {
    read: 'status list version path-help',
    write: 'write put patch enable login renew tune mount',
    destructive: 'delete destroy revoke disable seal',
    exfiltrative: 'get read',
  },
  aws: {
    read: 'ls help wait scan query head-object sts configure',
    write: 'mb put-object run-instances',
    destructive: 'rb rm',
    exfiltrative:
      'get-secret-value presign export-table-to-point-in-time start-export-task get-password-data create-db-snapshot-copy get-login-password batch-get-secret-value',
  },
  gcloud: {
    read: 'list describe info version',
    write: 'deploy ssh set submit login',
    destructive: 'delete',
    exfiltrative: 'export access print-access-token',
  },
  az: {
    read: 'list show what-if',
    write: 'create update set add start',
    destructive: 'delete purge stop deallocate',
    exfiltrative: 'export download',
  },
  crontab: { read: '-l', write: '-e', destructive: '-r' },
  crictl: { read: 'ps images pods logs inspect stats info', destructive: 'rm rmi rmp stop stopp', write: 'run create start pull exec' },
  redis: {},
  supervisorctl: { read: 'status tail avail pid', write: 'start restart update reread add', destructive: 'stop shutdown remove clear' },
  pm2: {
    read: 'list ls status logs show info monit describe',
    write: 'start restart reload save startup scale',
    destructive: 'stop delete kill flush',
  },
  ufw: { read: 'status show app', write: 'allow enable deny limit route insert reload', destructive: 'disable reset delete' },
  heroku: { read: 'logs ps apps info releases', write: 'create scale restart config:set', destructive: 'apps:destroy pg:reset destroy' },
  vercel: { read: 'ls list inspect logs whoami', write: 'deploy link pull env alias dev build', destructive: 'rm remove rollback' },
  ansible: {},
  dpkg: { read: '-l -L -s -S --list --status', write: '-i --install --configure', destructive: '-r -P --remove --purge' },
  launchctl: { read: 'list print', write: 'load start bootstrap enable kickstart', destructive: 'unload stop bootout disable remove kill' },
  reg: { read: 'query', write: 'add import copy load', destructive: 'delete', exfiltrative: 'save export' },
  sc: { read: 'query qc queryex', write: 'start create config', destructive: 'stop delete' },
  net: { read: 'view', write: 'use start', destructive: 'stop' },
  wmic: {},
  bq: { read: 'ls show head version info wait', write: 'mk load cp update insert', destructive: 'rm cancel', exfiltrative: 'extract' },
  schtasks: { read: '/query', write: '/create /change /run', destructive: '/delete /end' },
  cdk: {
    read: 'list ls synth synthesize diff docs doctor metadata',
    write: 'deploy bootstrap init watch import',
    destructive: 'destroy rollback gc',
  },
  serverless: { read: 'info logs print', write: 'deploy create package invoke', destructive: 'remove rollback' },
  sam: { read: 'validate list logs', write: 'build deploy package init sync local', destructive: 'delete' },
  packer: { read: 'inspect validate version', write: 'build init fmt' },
  vagrant: {
    read: 'status global-status version port ssh-config',
    write: 'up reload resume provision box init',
    destructive: 'destroy halt suspend',
  },
  eksctl: { read: 'get info version', write: 'create upgrade scale set enable associate', destructive: 'delete drain unset' },
  nomad: { read: 'status version logs plan inspect', write: 'run start', destructive: 'stop purge' },
  skopeo: { read: 'inspect list-tags', destructive: 'delete', exfiltrative: 'copy sync' },
  dvc: { read: 'status diff list', write: 'add pull repro checkout', destructive: 'remove destroy gc', exfiltrative: 'push' },
  zfs: { read: 'list get', write: 'create set snapshot mount', destructive: 'destroy rollback', exfiltrative: 'send' },
  zpool: {
    read: 'status list get history iostat',
    write: 'create add scrub import online set',
    destructive: 'destroy offline remove detach labelclear',
  },
  velero: { read: 'describe get logs version', write: 'create install', destructive: 'delete uninstall' },
  etcdctl: { read: 'get member endpoint', write: 'put', destructive: 'del', exfiltrative: 'snapshot' },
  flyctl: { read: 'status logs list info', write: 'deploy launch scale', destructive: 'destroy' },
  argocd: { read: 'list get diff history logs', write: 'sync create set', destructive: 'delete rollback' },
  ip: { read: 'addr a address link route r show neigh', destructive: 'del delete flush', write: 'add set replace' },
  timedatectl: { read: 'status show list-timezones', write: 'set-time set-timezone set-ntp' },
  hostnamectl: { read: 'status', write: 'set-hostname' },
  conda: { read: 'list info search env', write: 'install create update activate', destructive: 'remove clean uninstall' },
  gem: { read: 'list search info', write: 'install update build', destructive: 'uninstall cleanup yank', exfiltrative: 'push' },
  composer: { read: 'show info outdated validate', write: 'install require update dump-autoload', destructive: 'remove' },
  dotnet: { read: '--info --version list', write: 'build run test restore publish new add tool ef', destructive: 'clean remove' },
  snap: { read: 'list info find', write: 'install refresh', destructive: 'remove' },
  flatpak: { read: 'list info search', write: 'install update run', destructive: 'uninstall' },
  nix: {},
  gsutil: { read: 'ls cat stat du', write: 'mb setmeta', destructive: 'rm rb', exfiltrative: 'rsync acl iam signurl' },
  s3cmd: { read: 'ls info du', destructive: 'del rm rb', exfiltrative: 'put sync' },
  psexec: {},
};

const ALIAS: Readonly<Record<string, string>> = {
  podman: 'docker',
  nerdctl: 'docker',
  'docker-compose': 'docker',
  k: 'kubectl',
  oc: 'kubectl',
  minikube: 'kubectl',
  kind: 'kubectl',
  helm3: 'helm',
  sls: 'serverless',
  kops: 'eksctl',
  k3d: 'eksctl',
  tofu: 'terraform',
  terragrunt: 'terraform',
  pulumi: 'terraform',
  yarn: 'npm',
  pnpm: 'npm',
  bun: 'npm',
  npx: 'npm',
  pip3: 'pip',
  pipx: 'pip',
  uv: 'pip',
  poetry: 'npm',
  'apt-get': 'apt',
  'apt-cache': 'apt',
  aptitude: 'apt',
  yum: 'apt',
  dnf: 'apt',
  zypper: 'apt',
  pacman: 'apt',
  apk: 'apt',
  port: 'brew',
  choco: 'apt',
  winget: 'apt',
  scoop: 'apt',
  fly: 'flyctl',
  glab: 'gh',
  doctl: 'az',
  oci: 'az',
  ibmcloud: 'az',
  netlify: 'vercel',
  wrangler: 'vercel',
  firebase: 'vercel',
  railway: 'vercel',
  rc: 'service',
  'rc-service': 'service',
  mamba: 'conda',
  bundle: 'composer',
  rustup: 'brew',
};

const INDEX = new Map<string, ReadonlyMap<string, Intent>>();
for (const [name, tool] of Object.entries(TOOLS)) {
  const words = new Map<string, Intent>();
  for (const intent of ['read', 'write', 'destructive', 'exfiltrative'] as const)
    for (const word of (tool[intent] ?? '').split(' ')) if (word !== '') words.set(word, intent);
  INDEX.set(name, words);
}

/** Undefined: no tool with subcommands. `words` without the name. */
export function subcommand(name: string, words: readonly string[]): Finding | undefined {
  const index = INDEX.get(ALIAS[name] ?? name);
  if (!index) return undefined;
  if (isTrial(name, ALIAS[name] ?? name, words)) return finding('read', `${name} that changes nothing`);
  let best: Finding | undefined = CLOUD.has(ALIAS[name] ?? name) ? cloudVerb(name, words, index) : undefined;
  for (const word of best ? [] : words.slice(0, 8)) {
    const intent = index.get(word) ?? (word.startsWith('-') ? undefined : verbOf(word));
    if (!intent) continue;
    best = finding(intent, `${name} ${word.slice(0, 24)}`);
    // Groups (`config`, `compose`, `repo`) are followed by what is done with them.
    if (!GROUPS.has(word)) break;
  }
  best = reveals(ALIAS[name] ?? name, words) ?? special(name, words, best) ?? best;
  if (best && best.intent !== 'destructive' && best.intent !== 'exfiltrative') best = ends(ALIAS[name] ?? name, words) ?? best;
  if (best) return best;
  return words.every((word) => word.startsWith('-'))
    ? finding('read', `${name} without a subcommand`)
    : finding('destructive', `${name} with an unknown subcommand`, false);
}

const CLOUD = new Set(['aws', 'gcloud', 'az']);

/**
 * `gcloud compute instances delete x`: the service comes first, whatever its name means, then things, then what is done. Of several words that may
 * be it the strongest counts; names and values behind the flags do not.
 */
function cloudVerb(name: string, words: readonly string[], index: ReadonlyMap<string, Intent>): Finding | undefined {
  const plain = words.filter((word) => !/^(?:alpha|beta|preview)$/.test(word));
  const service = plain.findIndex((word) => !word.startsWith('-'));
  let best: Finding | undefined;
  for (const [at, word] of plain.slice(0, 12).entries()) {
    if (word.startsWith('-')) {
      if (best) break;
      continue;
    }
    if (at === service && plain.length > at + 1 && !(plain[at + 1] ?? '').startsWith('-')) continue;
    const intent = index.get(word) ?? verbOf(word);
    if (intent) best = join(best, finding(intent, `${name} ${word.slice(0, 24)}`));
  }
  return best;
}

const GROUPS = new Set([
  'config',
  'store',
  'compose',
  'repo',
  'workspace',
  'volume',
  'network',
  'system',
  'image',
  'container',
  'rollout',
  'state',
  'cache',
  'env',
  'pr',
  'release',
  'auth',
  'mod',
  'context',
  'builder',
  'dependency',
  'certificate',
  'secret',
  'snapshot',
  'stack',
  'index',
  'node',
  'swarm',
  'service',
  'builds',
  'tool',
  'app',
  'acl',
  'iam',
  'link',
  'route',
  'addr',
  'a',
  'run',
]);

function verbOf(word: string): Intent | undefined {
  const first = /^[a-z][a-z:-]*$/i.test(word) ? nameWords(word)[0] : undefined;
  const sense = first === undefined ? undefined : nameVerb(first);
  return sense && !sense.nounish ? sense.intent : undefined;
}

const TOP_RIGHTS = /\/AdministratorAccess\b|\broles\/(?:owner|editor)\b|--role[= ]["']?Owner\b|--clusterrole[= ]cluster-admin\b/;

/** What would be destroyed is only told. */
const PLANS = /^ (?:-chdir=\S+ )?plan /;
/** May I? Nothing is done. */
const ASKS_WHETHER = /^ (?:(?:-n|--namespace|--context|--kubeconfig|--as)[= ]\S+ )*auth can-i /;

/** Where a flag or an object changes the class. */
function special(name: string, words: readonly string[], found: Finding | undefined): Finding | undefined {
  const text = ` ${words.join(' ')} `;
  const tool = ALIAS[name] ?? name;
  if (found?.intent === 'write' && TOP_RIGHTS.test(text)) return finding('destructive', 'gives the highest rights');
  if (tool === 'kubectl' && ASKS_WHETHER.test(text)) return finding('read', 'kubectl auth can-i');
  if (tool === 'kubectl' && / (?:--replicas[= ]0) /.test(text)) return finding('destructive', 'scale to zero');
  if (tool === 'kubectl' && / scale /.test(text)) return finding('write', 'kubectl scale');
  if (tool === 'kubectl' && / replace /.test(text) && !/ --force /.test(text)) return finding('write', 'kubectl replace');
  if (tool === 'kubectl' && / config (?:set|use|delete)/.test(text))
    return finding(/ delete/.test(text) ? 'destructive' : 'write', 'kubectl config');
  if (tool === 'docker' && / (?:prune|rm|rmi|kill|down) /.test(text)) return finding('destructive', `${name} removes`);
  if (tool === 'docker' && / push /.test(text)) return finding('write', `${name} push`);
  if (tool === 'terraform' && !PLANS.test(text) && / (?:destroy|-destroy) /.test(text)) return finding('destructive', 'destroys resources');
  if (tool === 'terraform' && / state list /.test(text)) return finding('read', 'terraform state list');
  if (tool === 'npm' && / run(?:-script)? /.test(text)) return finding('write', `${name} runs a script`);
  if (tool === 'npm' && / publish /.test(text)) return finding('exfiltrative', 'publishes a package');
  if (tool === 'apt' && name === 'pacman') return finding(/ -R/.test(text) ? 'destructive' : / -Q/.test(text) ? 'read' : 'write', 'pacman');
  if (tool === 'aws') return awsSpecial(text);
  if (/^(?:az|gcloud)$/.test(tool) && / storage .*\b(?:upload|upload-batch|cp|rsync) /.test(text))
    return finding(/ upload|gs:\/\/\S+ *$/.test(text) ? 'exfiltrative' : 'write', 'copies to or from a bucket');
  if (tool === 'gsutil' && / (?:cp|mv|rsync) /.test(text))
    return finding(/ gs:\/\/\S+ *$/.test(text) ? 'exfiltrative' : 'write', 'gsutil copy');
  if (tool === 'gh' && / api /.test(text))
    return finding(
      / (?:-X|--method)[ =]?DELETE /i.test(text) ? 'destructive' : / (?:-X|--method|-f|-F|--field|--input)/.test(text) ? 'write' : 'read',
      'gh api',
    );
  if (tool === 'gh' && / gist create /.test(text))
    return finding(/ (?:--public|-p) /.test(text) ? 'exfiltrative' : 'write', 'gh gist create');
  if (tool === 'gh' && / repo edit /.test(text) && / --visibility[ =]public /.test(text))
    return finding('exfiltrative', 'makes a repository public');
  if (name === 'net' && / user /.test(text))
    return finding(/ \/delete /i.test(text) ? 'destructive' : / \/add /i.test(text) ? 'write' : 'read', 'net user');
  if (tool === 'crontab' && !found) return finding('write', 'installs a crontab');
  return undefined;
}

function awsSpecial(text: string): Finding | undefined {
  if (/ s3 (?:cp|mv|sync) /.test(text)) {
    if (/ --delete /.test(text)) return finding('destructive', 'mirror with delete');
    const [from, to] = text
      .replace(/^.* s3 (?:cp|mv|sync) /, '')
      .split(' ')
      .filter((word) => word === '-' || (word !== '' && !word.startsWith('-')));
    // To standard output: what reads it decides.
    if (to === '-') return finding('read', 'prints an object');
    if (from?.startsWith('s3://') && to?.startsWith('s3://')) return finding('exfiltrative', 'copies between buckets');
    return finding(to?.startsWith('s3://') ? 'exfiltrative' : 'write', 'aws s3 copy');
  }
  if (/ get-parameters?(?:-by-path)? /.test(text) && / --with-decryption /.test(text))
    return finding('exfiltrative', 'prints decrypted parameters');
  if (/ put-bucket-(?:acl|policy) | put-object-acl /.test(text))
    return finding(/public-read|"Principal": ?"\*"/.test(text) ? 'exfiltrative' : 'write', 'bucket rights');
  if (/ modify-(?:db-snapshot|image|snapshot)-attribute /.test(text)) return finding('exfiltrative', 'shares a snapshot');
  return undefined;
}
