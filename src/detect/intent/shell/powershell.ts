// PowerShell commands: verb-noun names and the aliases of them. Flags decide for requests; encoded commands are decoded and judged.
import type { Intent } from '../../../call.ts';
import { type Finding, finding } from '../verdict.ts';
import { isSecretPath } from './command.ts';

const VERB = new Map<string, Intent>();
for (const [intent, words] of [
  [
    'read',
    'get select where sort measure format test compare find resolve convertfrom convertto show out-host out-string tee-host write read foreach group join split trace wait watch search ping',
  ],
  [
    'write',
    'set new add copy move rename import install update start restart enable register save expand compress mount out push publish grant unblock initialize edit checkpoint restore resume sync unlock protect tee',
  ],
  [
    'destructive',
    'remove clear stop disable uninstall unregister suspend dismount reset format-volume block revoke limit deny initialize-disk invoke-expression',
  ],
  ['exfiltrative', 'send export-secret'],
] as const)
  for (const word of words.split(' ')) VERB.set(word, intent);

const ALIAS: Readonly<Record<string, string>> = {
  iwr: 'invoke-webrequest',
  irm: 'invoke-restmethod',
  iex: 'invoke-expression',
  gci: 'get-childitem',
  gc: 'get-content',
  ri: 'remove-item',
  sc: 'set-content',
  gps: 'get-process',
  spps: 'stop-process',
  icm: 'invoke-command',
  saps: 'start-process',
};

/** Undefined: not a PowerShell command. */
export function powershellCommand(name: string, args: readonly string[]): Finding | undefined {
  // `sc` is the control of services, too.
  const isService =
    name.toLowerCase() === 'sc' && /^(?:query\w*|qc|start|stop|delete|create|config|pause|continue|sdset|failure)$/i.test(args[0] ?? '');
  const full = isService ? 'sc' : (ALIAS[name.toLowerCase()] ?? name.toLowerCase());
  const match = /^([a-z]+)-([a-z]+)$/.exec(full);
  if (!match) return undefined;
  const text = ` ${args.join(' ')} `;
  const [, verb, noun] = match;
  if (full === 'invoke-webrequest' || full === 'invoke-restmethod') return request(text);
  if (full === 'invoke-expression' || full === 'invoke-command' || full === 'invoke-item')
    return finding('destructive', `${full} runs what it is given`, false);
  if (/ -whatif /i.test(text)) return finding('read', `${full} -WhatIf`);
  if (full === 'get-content' && args.some(isSecretPath)) return finding('exfiltrative', 'reads a secret file');
  if (full === 'format-volume' || full === 'initialize-disk' || full === 'clear-disk') return finding('destructive', full);
  if (/^out-(?:file|printer)$/.test(full) || /^(?:set|add)-content$/.test(full)) return finding('write', full);
  if (/^out-/.test(full) || /^write-(?:host|output|verbose|debug|warning|error)$/.test(full)) return finding('read', full);
  if (noun === 'executionpolicy' && verb === 'set') return finding('destructive', 'weakens the execution policy');
  if (full === 'set-mppreference' || full === 'set-netfirewallprofile') return finding('destructive', full);
  if (verb === 'export') return finding('write', full);
  const intent = verb === undefined ? undefined : VERB.get(verb);
  return intent ? finding(intent, `cmdlet ${full.slice(0, 40)}`) : undefined;
}

function request(text: string): Finding {
  if (/ -infile /i.test(text)) return finding('exfiltrative', 'uploads a file');
  const method = / -method[ :]['"]?(\w+)/i.exec(text)?.[1]?.toUpperCase();
  if (method === 'DELETE') return finding('destructive', 'HTTP DELETE');
  if (/ -(?:body|form) /i.test(text) && /get-content|\$env:|get-childitem|\$\(|readall/i.test(text))
    return finding('exfiltrative', 'sends data of the machine');
  if (method && method !== 'GET' && method !== 'HEAD') return finding('write', `HTTP ${method}`);
  return finding(/ -outfile /i.test(text) ? 'write' : 'read', 'HTTP GET');
}

/** `powershell -EncodedCommand <base64 of UTF-16>`: the text, if it is one. */
export function encodedCommand(args: readonly string[]): string | undefined {
  const at = args.findIndex((arg) => /^-e(?:c|n|nc|ncodedcommand|ncoded)?$/i.test(arg));
  const text = at < 0 ? undefined : args[at + 1];
  return text !== undefined && /^[A-Za-z0-9+/=]{8,16384}$/.test(text) ? Buffer.from(text, 'base64').toString('utf16le') : undefined;
}
