// Settings of the admin listener: part of config.ts.
import { z } from 'zod';
import { about } from './audit-setting.ts';

const hosts = z.array(z.string().min(1).max(255)).max(64);

export const adminSettings = z.strictObject({
  host: z.string().min(1).max(255).default('127.0.0.1').meta(about('Address the admin listener binds to.')),
  port: z.number().int().min(0).max(65_535).default(7861).meta(about('Port of the admin listener; 0 takes a free one.')),
  allowedHosts: hosts.default([]).meta(about('Host header values accepted besides loopback names and the host of publicUrl.')),
  publicUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .meta(
      about('URL under which people reach the admin listener: links to tickets start with it. Unset: links work on this machine only.'),
    ),
  metrics: z
    .enum(['loopback', 'viewer'])
    .default('loopback')
    .meta(
      about(
        'Who may read /metrics: anyone on this machine, or an operator token of role viewer. Behind a proxy on the same machine everyone is loopback: choose viewer.',
      ),
    ),
  commands: z
    .enum(['auto', 'on', 'off'])
    .default('auto')
    .meta(
      about(
        'Whether role admin may register servers that run a command (stdio) through the admin API. auto: only while the admin listener is on loopback.',
      ),
    ),
});
