// Command lines of clusters and clouds that print a secret, whatever their verb: `kubectl get secret -o yaml`, `az account get-access-token`.
// Looks at words only.
import { type Finding, finding } from '../verdict.ts';

/** All of the patterns must be there, wherever; none of them looks far. */
const REVEALS: readonly (readonly [tool: string, ...patterns: RegExp[]])[] = [
  ['kubectl', / get /, /[ ,]secrets?(?:[/,]\S{0,300})? /, / (?:-o|--output|--template)(?! ?=?(?:name|wide)\b)/],
  ['kubectl', / get /, / --raw[= ]\S*\/secrets\b/],
  ['kubectl', / config view /, / --raw\b/],
  [
    'az',
    / keyvault secret (?:show|download|backup) | keys? list | list-keys | list-connection-strings? | show-connection-string | (?:get-access-token|list-credentials|list-publishing-credentials) | credential (?:show|list) /,
  ],
  [
    'aws',
    / (?:get-session-token|assume-role[\w-]*|get-federation-token|create-access-key|export-credentials|get-authorization-token|get-cluster-credentials[\w-]*|generate-data-key|create-login-profile|decrypt) /,
  ],
  ['gcloud', / (?:print-identity-token|print-access-token|print-settings-token) | keys create | versions access /],
  ['terraform', / output /, / -raw /, /password|secret|token|key|credential|dsn|connection/],
  ['terraform', / state pull /],
  ['gh', / auth token /],
  ['gh', / auth status /, / --show-token /],
  ['etcdctl', / get /, / --(?:prefix|from-key)\b/],
  ['heroku', / config(?::get)? | pg:backups:download /],
];

/** Undefined: prints no secret, as far as is known. */
export function reveals(tool: string, words: readonly string[]): Finding | undefined {
  const text = ` ${words.join(' ')} `;
  const isOne = REVEALS.some(([name, ...patterns]) => name === tool && patterns.every((pattern) => pattern.test(text)));
  if (!isOne) return undefined;
  return finding('exfiltrative', `${tool} prints a secret`);
}
