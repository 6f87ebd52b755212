// Configuration of common MCP clients for this gateway, ready to paste. Texts only; reads and writes nothing.
// Never puts a token where the client would refuse it: Codex takes it from the environment, VS Code asks for it.

export interface ClientConfig {
  client: string;
  /** Where the text goes: a file, or a terminal. */
  where: string;
  text: string;
}

/** `token` undefined: the texts hold a placeholder instead. */
export function clientConfigs(input: { name: string; url: string; token: string | undefined }): ClientConfig[] {
  const { name, url } = input;
  const bearer = `Bearer ${input.token ?? TOKEN_PLACEHOLDER}`;
  const inputId = `${name}-token`;
  return [
    {
      client: 'Claude Code',
      where: 'in a terminal',
      text: `claude mcp add --transport http ${name} ${url} --header "Authorization: ${bearer}" -s user`,
    },
    {
      client: 'Cursor',
      where: '~/.cursor/mcp.json',
      text: json({ mcpServers: { [name]: { url, headers: { Authorization: bearer } } } }),
    },
    {
      client: 'VS Code',
      where: '.vscode/mcp.json (it asks for the token)',
      text: json({
        servers: { [name]: { type: 'http', url, headers: { Authorization: `Bearer \${input:${inputId}}` } } },
        inputs: [{ type: 'promptString', id: inputId, description: 'Sallyport token', password: true }],
      }),
    },
    {
      client: 'Codex',
      where: `~/.codex/config.toml (it reads the token from ${TOKEN_VARIABLE})`,
      text: `[mcp_servers.${name}]\nurl = ${JSON.stringify(url)}\nbearer_token_env_var = "${TOKEN_VARIABLE}"`,
    },
  ];
}

const TOKEN_VARIABLE = 'SALLYPORT_TOKEN';
const TOKEN_PLACEHOLDER = 'sp_YOUR_TOKEN';

function json(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
