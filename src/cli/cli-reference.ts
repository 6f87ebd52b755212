// docs/cli.md, rendered from the commander tree. Never describes anything that is not in it.
import type { Argument, Command, Option } from 'commander';
import type { CommandSpec } from './command.ts';
import { commands } from './commands.ts';
import { exitCodeMeaning } from './exit-code.ts';
import { buildProgram } from './program.ts';

export function cliReference(): string {
  const program = buildProgram({ terminal: undefined, settings: [], onExit: () => undefined });
  return [
    '# Command line',
    '',
    'Generated from `src/cli/commands.ts`; do not edit. From a checkout, `sallyport` is `npm run -s sallyport --`.',
    '',
    'Commands that talk to a running gateway find it at `--url`, `SALLYPORT_ADMIN_URL`, or the admin address of the settings, and show the operator token',
    'of `SALLYPORT_OPERATOR_TOKEN` or of the file `operator.token` in the data directory. Every command takes `--json`: one JSON value on standard output (streams:',
    'one per line), failures as `{"error": {"code", "message"}}`. There is no colour when `NO_COLOR` is set or the output is not a terminal.',
    '',
    '## Exit codes',
    '',
    '| code | meaning |',
    '|---|---|',
    ...exitCodeMeaning.map(([code, meaning]) => `| ${code} | ${meaning} |`),
    '',
    ...program.commands.flatMap((command, i) => section(command, commands[i], 'sallyport')),
  ].join('\n');
}

function section(command: Command, spec: CommandSpec | undefined, parent: string): string[] {
  const path = `${parent} ${command.name()}`;
  const usage = [path, ...command.registeredArguments.map(argumentText)].join(' ');
  const nested = command.commands.flatMap((child, i) => section(child, spec?.commands?.[i], path));
  const head = [`${parent === 'sallyport' ? '##' : '###'} ${path}`, '', command.description(), ''];
  if (command.commands.length > 0) return [...head, ...nested];
  const extra = spec?.needs === 'settings' ? ['Every setting of [config.md](config.md) but the secret ones is a flag, too.', ''] : [];
  return [...head, '```text', `${usage} [options]`, '```', '', ...optionTable(command), '', ...extra, ...examples(spec), ...nested];
}

function optionTable(command: Command): string[] {
  const options = command.options.filter((option: Option) => !option.hidden);
  return ['| option | meaning |', '|---|---|', ...options.map((option) => `| \`${option.flags}\` | ${cell(option)} |`)];
}

function cell(option: Option): string {
  const choices = option.argChoices ? `: ${option.argChoices.map((choice) => `\`${choice}\``).join(', ')}` : '';
  return `${option.description}${choices}`.replaceAll('|', '\\|');
}

function argumentText(argument: Argument): string {
  const name = argument.variadic ? `${argument.name()}...` : argument.name();
  return argument.required ? `<${name}>` : `[${name}]`;
}

function examples(spec: CommandSpec | undefined): string[] {
  if (!spec?.examples || spec.examples.length === 0) return [];
  return ['```text', ...spec.examples.flatMap(([line, what]) => [`# ${what}`, `sallyport ${line}`]), '```', ''];
}
