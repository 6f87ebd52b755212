// Settings: where they come from, what is refused, and that secrets stay unprinted.
import { describe, expect, it } from 'vitest';
import { configReference, loadConfig, printableConfig, settings } from './config.ts';

const problems = (input: Parameters<typeof loadConfig>[0]) => (loadConfig(input).problems ?? []).join('\n');
const file = (text: string) => ({ name: 'gateway.yaml', text });

describe('loadConfig', () => {
  it('has defaults for everything: loopback, embedded database', () => {
    const { config } = loadConfig({ env: {} });
    expect(config).toMatchObject({
      dataDir: '.sallyport',
      agent: { host: '127.0.0.1', port: 7860 },
      admin: { host: '127.0.0.1', port: 7861 },
      profile: 'default',
      audit: { payloads: 'all' },
    });
    expect(config?.databaseUrl).toBeUndefined();
  });

  it('lets flags beat the environment and the environment beat the file', () => {
    const text = 'agent: {port: 1, allowedHosts: [a.example]}\nlogLevel: debug\n';
    const { config } = loadConfig({
      file: file(text),
      env: { SALLYPORT_AGENT_PORT: '2', SALLYPORT_ADMIN_PORT: '3', PATH: '/bin' },
      flags: { 'admin.port': '4', 'agent.host': undefined },
    });
    expect(config).toMatchObject({ agent: { port: 2, allowedHosts: ['a.example'] }, admin: { port: 4 }, logLevel: 'debug' });
  });

  it('reads lists from text', () => {
    expect(loadConfig({ env: { SALLYPORT_AGENT_ALLOWED_HOSTS: 'a.example, b.example,' } }).config?.agent.allowedHosts).toEqual([
      'a.example',
      'b.example',
    ]);
  });

  it.each([
    [{ env: { SALLYPORT_AGNET_PORT: '1' } }, 'unknown variable SALLYPORT_AGNET_PORT. Did you mean "SALLYPORT_AGENT_PORT"?'],
    [{ env: {}, file: file('agent:\n  prot: 1') }, 'unknown setting agent.prot. Did you mean "agent.port"?'],
    [{ env: {}, file: file('agent:\n  port: seven') }, 'agent.port (gateway.yaml:2)'],
    [{ env: { SALLYPORT_AGENT_PORT: '70000' } }, 'agent.port (variable SALLYPORT_AGENT_PORT)'],
    [{ env: {}, flags: { 'agent.port': '1.5' } }, 'agent.port (flag --agent-port)'],
    [{ env: {}, flags: { 'agent.prot': '1' } }, 'unknown setting agent.prot'],
    [{ env: {}, file: file('a: &x 1\nlogLevel: *x') }, 'aliases'],
    [{ env: {}, file: file('[') }, 'gateway.yaml:1:'],
    [{ env: {}, file: file('- 1') }, 'expected settings'],
    [{ env: {}, file: file(`# ${'x'.repeat(256 * 1024)}`) }, 'larger than'],
    [
      { env: { SALLYPORT_PROFILE: 'conformance', SALLYPORT_AGENT_HOST: '0.0.0.0', SALLYPORT_AGENT_ALLOWED_HOSTS: 'x' } },
      'profile conformance',
    ],
    [{ env: { SALLYPORT_AGENT_HOST: '0.0.0.0' } }, 'set agent.publicUrl or agent.allowedHosts'],
    [{ env: { SALLYPORT_ADMIN_HOST: '::' } }, 'admin.allowedHosts'],
    [{ env: { SALLYPORT_LIMITS_RATES: 'database' } }, 'limits.rates database needs DATABASE_URL'],
    // Longer than a timer can wait: it would not wait at all.
    [{ env: {}, flags: { 'audit.archiveIntervalMs': '2592000000' } }, 'audit.archiveIntervalMs (flag --audit-archive-interval-ms)'],
    [{ env: { REDIS_URL: 'http://cache' } }, 'redisUrl (variable REDIS_URL)'],
  ])('%j', (input, expected) => {
    expect(problems(input)).toContain(expected);
  });

  it('never prints a secret, wrong or right', () => {
    expect(problems({ env: { DATABASE_URL: 'mysql://u:hunter2@h/db' } })).not.toContain('hunter2');
    const { config } = loadConfig({ env: { DATABASE_URL: 'postgres://u:hunter2@h/db', SALLYPORT_MASTER_KEY: 'hunter3' } });
    expect(config?.databaseUrl).toContain('hunter2');
    const redis = loadConfig({ env: { REDIS_URL: 'rediss://u:hunter4@h:6380/1' } }).config;
    expect(redis?.redisUrl).toContain('hunter4');
    expect(redis && JSON.stringify(printableConfig(redis))).not.toContain('hunter');
    expect(config && JSON.stringify(printableConfig(config))).not.toMatch(/hunter/);
  });
});

describe('configReference', () => {
  it('has a described row for every setting, with distinct names', () => {
    const all = settings();
    expect(new Set(all.map((s) => s.env)).size).toBe(all.length);
    for (const setting of all) {
      expect(setting.description, setting.name).not.toBe('');
      const flag = setting.secret ? '' : `\`${setting.flag}\``;
      expect(configReference()).toContain(`| \`${setting.name}\` | \`${setting.env}\` | ${flag}`);
    }
  });
});
