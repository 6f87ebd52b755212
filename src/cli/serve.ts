// `sallyport serve`: runs the gateway until it is told to stop. Orderly on SIGINT and SIGTERM, at once on the second signal.
// Prints where it listens; with --json-ready exactly one JSON line, for whoever started it.
import { type Gateway, startGateway } from '../app.ts';
import type { Config } from '../config.ts';
import { GatewayError } from '../lib/error.ts';
import { registerForConformance } from './conformance-profile.ts';
import { ensureOperator, type FirstOperator } from './operator-file.ts';

export interface ServeOptions {
  config: Config;
  /** `name=url` servers, conformance profile only. */
  upstreams: readonly string[];
  jsonReady: boolean;
  out: (line: string) => void;
}

/** Resolves with the exit code when the gateway has stopped. */
export async function serve(options: ServeOptions): Promise<number> {
  const { config, upstreams } = options;
  if (upstreams.length > 0) await registerForConformance(config, upstreams);
  const gateway = await startGateway(config);
  const operator = await ensureOperator(gateway, config.organization, config.dataDir).catch(async (error: unknown) => {
    await gateway.close();
    throw error;
  });
  await gateway.control.atLeast(config.organization, operator.revision);
  const ended = untilStopped(gateway);
  announce(gateway, options, operator);
  return ended;
}

function announce(gateway: Gateway, options: ServeOptions, operator: FirstOperator): void {
  if (options.jsonReady) {
    options.out(JSON.stringify({ mcp: gateway.mcpUrl, admin: gateway.adminUrl, instance: gateway.instance }));
    return;
  }
  options.out(`Agents:    ${gateway.mcpUrl}/mcp  (one server: ${gateway.mcpUrl}/mcp/<server>)`);
  options.out(`Operators: ${gateway.adminUrl}`);
  if (operator.path !== undefined) options.out(`Operator token: in ${operator.path}`);
  options.out('Stop with Ctrl-C.');
}

/** Closes the gateway on SIGINT or SIGTERM; resolves with the exit code. */
export function untilStopped(gateway: Pick<Gateway, 'close' | 'logger' | 'clock'>): Promise<number> {
  return new Promise((resolve) => {
    let firstMs: number | undefined;
    const stop = (signal: NodeJS.Signals): void => {
      const nowMs = gateway.clock.monotonicMs();
      if (firstMs !== undefined) {
        if (nowMs - firstMs > SAME_SIGNAL_MS) process.exit(signal === 'SIGINT' ? 130 : 143);
        return;
      }
      firstMs = nowMs;
      gateway.close().then(
        () => resolve(0),
        (error: unknown) => {
          gateway.logger.error({ why: error instanceof GatewayError ? error.code : String(error) }, 'the gateway could not stop in order');
          resolve(1);
        },
      );
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
}

/** npm hands on a Ctrl-C that the terminal has already sent: within this time, milliseconds, the second signal is the first one again. */
const SAME_SIGNAL_MS = 500;
