// The agent listener on top of the pipeline: limits from the settings, the early look at the token, sessions that end at their servers too.
import { compileAll } from '../auth/source.ts';
import type { Judge } from '../kill/stopper.ts';
import { type AgentServer, createAgentServer, type SessionInfo } from '../server/agent-server.ts';
import type { Inside } from './gateway.ts';

export function agentListener(inside: Inside): AgentServer {
  const { config, pipeline, upstreams, logger, clock } = inside;
  const anonymous = config.profile === 'conformance';
  const { limits } = config;
  const server = createAgentServer({
    pipeline,
    clock,
    logger,
    config: {
      limits: {
        maxBodyBytes: limits.maxBodyBytes,
        maxConnections: limits.maxConnections,
        maxSessions: limits.maxSessions,
        maxSessionsPerPrincipal: limits.maxSessionsPerAgent,
        sessionIdleMs: limits.sessionIdleMs,
        maxEventsPerSession: limits.maxBufferedEvents,
        headersTimeoutMs: limits.headersTimeoutMs,
        requestTimeoutMs: limits.bodyTimeoutMs,
        keepAliveTimeoutMs: limits.keepAliveTimeoutMs,
      },
      allowedHosts: allowedHosts(inside),
      allowedOrigins: config.agent.allowedOrigins,
      trustedProxies: compileAll(config.agent.trustedProxies),
    },
    authenticate: (bearerHash, remoteAddress) => (anonymous && bearerHash === undefined) || isKnown(inside, bearerHash, remoteAddress),
    onSessionEnd: (session) => {
      if (!session.principal) return;
      upstreams
        .endSession(session.principal.org, session.id)
        .catch((error: unknown) => logger.warn({ why: String(error) }, 'a session could not be closed at its servers'));
    },
  });
  inside.killSwitch.stopper.add({ what: 'sessions', doomed: (org, judge) => server.doomedSessions(isDoomed(org, judge)) });
  return server;
}

/** A session belongs to its principal, and to its server when it is at the endpoint of one. */
function isDoomed(org: string, judge: Judge): (session: SessionInfo) => boolean {
  return ({ principal, surface }) =>
    principal?.org === org && judge({ principal, server: surface.type === 'server' ? surface.server : undefined }) !== undefined;
}

/** undefined leaves the listener its own default: loopback names when it is bound to loopback. */
function allowedHosts({ config }: Inside): string[] | undefined {
  const { allowedHosts, publicUrl } = config.agent;
  if (allowedHosts.length === 0 && publicUrl === undefined) return undefined;
  const named = publicUrl === undefined ? allowedHosts : [...allowedHosts, new URL(publicUrl).host];
  return [...named, 'localhost', '127.0.0.1', '[::1]'];
}

/**
 * A cheap look before a body is read; the pipeline identifies in any case. Refused attempts leave an entry, a few each second: in the log of the
 * organization whose token it was, else in that of the gateway's own.
 */
function isKnown(inside: Inside, bearerHash: string | undefined, remoteAddress: string): boolean {
  const { clock, control, strangers, config, log, logger } = inside;
  const nowMs = clock.nowMs();
  const { found, control: owner } = control.identify(bearerHash, nowMs, remoteAddress);
  if (found.principal) return true;
  if (strangers.admit(nowMs, owner?.org)) {
    const reason = bearerHash === undefined ? 'no token' : owner ? found.code : 'no valid token';
    const fields = { timeMs: nowMs, user: 'unknown', method: 'agent-token', result: 'failed' as const, reason, remoteAddress };
    log
      .record(owner?.org ?? config.organization, { type: 'signin', fields })
      .catch((error: unknown) => logger.error({ why: String(error) }, 'a refused attempt could not be recorded'));
  }
  return false;
}
