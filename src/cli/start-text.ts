// What the quick start prints: endpoints, the token, client configuration, what to try next. Texts only.
import { type ClientConfig, clientConfigs } from './client-config.ts';
import { QUICKSTART_AGENT } from './start-objects.ts';

export interface StartReport {
  /** Origins, without a path. */
  mcpUrl: string;
  adminUrl: string;
  dataDir: string;
  /** Where the operator token is kept; it is not printed. */
  operatorTokenFile: string;
  servers: readonly string[];
  /** Only when it was made by this start. */
  token: string | undefined;
}

export function startText(report: StartReport, style: { color: boolean }): string {
  const strong = (text: string) => (style.color ? `\u001b[1m${text}\u001b[22m` : text);
  return [
    strong('Sallyport is running.'),
    '',
    ...endpoints(report),
    '',
    ...tokenLines(report, strong),
    '',
    strong('Connect a client'),
    ...configsOf(report).flatMap(({ client, where, text }) => ['', `  ${client}, ${where}:`, '', indent(text)]),
    '',
    strong('Try next, in a second terminal'),
    '',
    '  npm run try',
    '      a walk: a read, a denied write, a freeze, the log',
    '  npm run -s sallyport -- log tail',
    '      watch every decision as it is made',
    `  npm run -s sallyport -- freeze --agent ${QUICKSTART_AGENT} --reason "trying it out"`,
    '      stop this agent at once; `unfreeze` lets it go on',
    '  npm run -s sallyport -- apply -f examples/quickstart/policy.yaml',
    '      change the policy while the gateway runs',
    '',
    'Stop with Ctrl-C. Nothing is lost: the next start goes on with the same data.',
  ].join('\n');
}

/** One line, for programs. */
export function jsonText(report: StartReport): string {
  const { mcpUrl, adminUrl, dataDir, operatorTokenFile, servers, token } = report;
  const endpoints = Object.fromEntries(servers.map((name) => [name, `${mcpUrl}/mcp/${name}`]));
  const clients = configsOf(report);
  return JSON.stringify({
    mcp: mcpUrl,
    admin: adminUrl,
    all: `${mcpUrl}/mcp`,
    endpoints,
    dataDir,
    operatorTokenFile,
    agent: QUICKSTART_AGENT,
    token,
    clients,
  });
}

function endpoints({ mcpUrl, adminUrl, dataDir, operatorTokenFile, servers }: StartReport): string[] {
  const rows: [string, string][] = [
    ['every server', `${mcpUrl}/mcp`],
    ...servers.map((name): [string, string] => [name, `${mcpUrl}/mcp/${name}`]),
    ['operators', `${adminUrl}   (token: ${operatorTokenFile})`],
    ['data', dataDir],
  ];
  const width = Math.max(...rows.map(([label]) => label.length)) + 3;
  return rows.map(([label, value]) => `  ${label.padEnd(width)}${value}`);
}

function tokenLines({ token }: StartReport, strong: (text: string) => string): string[] {
  if (token !== undefined) {
    return [`Token of agent "${QUICKSTART_AGENT}". It is stored as a hash only and not shown again:`, '', `  ${strong(token)}`];
  }
  return [
    `The token of agent "${QUICKSTART_AGENT}" was shown at the first start. For another one:`,
    '',
    `  npm run -s sallyport -- token create --agent ${QUICKSTART_AGENT}`,
  ];
}

function configsOf({ mcpUrl, token }: StartReport): ClientConfig[] {
  return clientConfigs({ name: 'sallyport', url: `${mcpUrl}/mcp`, token });
}

function indent(text: string): string {
  return text.replace(/^/gm, '    ');
}
