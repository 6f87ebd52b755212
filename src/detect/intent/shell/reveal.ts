// Command lines of clusters and clouds that print a secret, whatever their verb: `kubectl get secret -o yaml`, `az account get-access-token`.
// Looks at words only.
import { type Finding, finding } from '../verdict.ts';

const REVEALS: readonly (readonly [tool: RegExp, words: RegExp])[] = [
  [
    /^kubectl$/,
    / get .*\bsecrets?(?:\/\S*)? .*(?:-o|--output|--template)(?! ?=?(?:name|wide)\b)| (?:-o|--output|--template)(?! ?=?(?:name|wide)\b)\S* .*\bget .*\bsecrets?\b/,
  ],
  [/^kubectl$/, / get .*--raw[= ]\S*\/secrets\b| config view .*--raw\b/],
  [
    /^az$/,
    / keyvault secret (?:show|download|backup) | keys? list | list-keys | list-connection-strings? | show-connection-string | (?:get-access-token|list-credentials|list-publishing-credentials) | credential (?:show|list) /,
  ],
  [
    /^aws$/,
    / (?:get-session-token|assume-role\S*|get-federation-token|create-access-key|export-credentials|get-authorization-token|get-cluster-credentials\S*|generate-data-key|create-login-profile|decrypt) /,
  ],
  [/^gcloud$/, / (?:print-identity-token|print-access-token|print-settings-token) | keys create | versions access /],
  [/^terraform$/, / output .*-raw .*(?:password|secret|token|key|credential|dsn|connection)| state pull /],
  [/^gh$/, / auth (?:token|status .*--show-token) /],
  [/^etcdctl$/, / get .*--(?:prefix|from-key)\b/],
  [/^heroku$/, / config(?::get)? | pg:backups:download /],
];

/** Undefined: prints no secret, as far as is known. */
export function reveals(tool: string, words: readonly string[]): Finding | undefined {
  const text = ` ${words.join(' ')} `;
  if (!REVEALS.some(([pattern, said]) => pattern.test(tool) && said.test(text))) return undefined;
  return finding('exfiltrative', `${tool} prints a secret`);
}
