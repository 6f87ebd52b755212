// The one error class of the gateway. `message` may leave the process; `detail` and `cause` may not.
// Expected outcomes are values, not exceptions: throw this only for broken infrastructure or a bug.

export class GatewayError extends Error {
  /** Stable machine-readable code, e.g. `log_unavailable`; listed in docs/errors.md. */
  readonly code: string;
  /** For the operator's log only; never sent to an agent. */
  readonly detail: string | undefined;

  constructor(code: string, message: string, options: { detail?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'GatewayError';
    this.code = code;
    this.detail = options.detail;
  }
}
