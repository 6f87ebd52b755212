// `sallyport serve` and `sallyport start`: settings from the command line, then the gateway until it is told to stop.
import type { Action } from '../command.ts';
import { usageError } from '../failure.ts';
import { readSettings } from '../settings.ts';

export const serveAction: Action = async (run) => {
  const config = readSettings(run);
  const { serve } = await import('../serve.ts');
  return serve({
    config,
    upstreams: run.options.list('upstream'),
    jsonReady: run.json || run.options.flag('jsonReady'),
    out: (line) => run.terminal.out(line),
  });
};

export const startAction: Action = async (run) => {
  const config = readSettings(run);
  if (config.profile === 'conformance') throw usageError('`start` is the quick start; the conformance profile is for `serve`.');
  const { start } = await import('../start.ts');
  const { terminal, options } = run;
  // What it prints is for reading: the process log holds warnings and errors only, unless somebody asked for more.
  const isAsked = (options.text('logLevel') ?? terminal.env.SALLYPORT_LOG_LEVEL) !== undefined || config.logLevel !== 'info';
  const quiet = isAsked ? config : { ...config, logLevel: 'warn' as const };
  return start({ config: quiet, json: run.json, color: terminal.color, path: terminal.env.PATH, out: (text) => terminal.out(text) });
};
