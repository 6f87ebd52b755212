// Client configuration: the exact shapes that each client reads, and no token where it must not stand.
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { clientConfigs } from './client-config.ts';

const token = 'sp_0123456789';
const url = 'http://127.0.0.1:7860/mcp';
const configs = new Map(clientConfigs({ name: 'sallyport', url, token }).map((config) => [config.client, config.text]));
const value = (client: string): unknown => parse(configs.get(client) ?? '');

it('Claude Code: one command', () => {
  expect(configs.get('Claude Code')).toBe(
    `claude mcp add --transport http sallyport ${url} --header "Authorization: Bearer ${token}" -s user`,
  );
});

it('Cursor: mcpServers with url and headers', () => {
  expect(value('Cursor')).toEqual({ mcpServers: { sallyport: { url, headers: { Authorization: `Bearer ${token}` } } } });
});

it('VS Code: servers, and an input that asks for the token', () => {
  expect(value('VS Code')).toEqual({
    servers: { sallyport: { type: 'http', url, headers: { Authorization: `Bearer \${input:sallyport-token}` } } },
    inputs: [{ type: 'promptString', id: 'sallyport-token', description: 'Sallyport token', password: true }],
  });
});

it('Codex: the token comes from the environment, never from the file', () => {
  expect(configs.get('Codex')).toBe(`[mcp_servers.sallyport]\nurl = "${url}"\nbearer_token_env_var = "SALLYPORT_TOKEN"`);
});

it('writes a placeholder when the token is not known', () => {
  const texts = clientConfigs({ name: 'sallyport', url, token: undefined }).map((config) => config.text);
  expect(texts.join('\n')).not.toContain('undefined');
  expect(texts.filter((text) => text.includes('sp_YOUR_TOKEN'))).toHaveLength(2);
});
