// The command line: builds the commander tree from the table of commands, runs the one that was asked for, returns its exit code.
// Never ends the process itself, and never loads the code of a command that is not run.
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { SettingInfo } from '../config.ts';
import { type CommandSpec, type OptionSpec, Options, type Run } from './command.ts';
import { commands } from './commands.ts';
import { exitCode, exitCodeMeaning } from './exit-code.ts';
import { reportFailure, usageError } from './failure.ts';
import type { Terminal } from './terminal.ts';
import { VERSION } from './version.ts';

export interface ProgramContext {
  terminal: Terminal | undefined;
  /** Settings offered as flags; empty when no command that takes them is asked for. */
  settings: readonly SettingInfo[];
  /** Given the exit code of the command that ran. */
  onExit(code: number): void;
}

/** `argv` without the program and its script. Never rejects. */
export async function runProgram(argv: readonly string[], terminal: Terminal): Promise<number> {
  let code: number = exitCode.ok;
  const json = argv.includes('--json');
  try {
    const settings = argv.some((word) => WITH_SETTINGS.has(word)) ? (await import('../config.ts')).settings() : [];
    const program = buildProgram({
      terminal,
      settings,
      onExit: (value) => {
        code = value;
      },
    });
    if (argv.length === 0) program.help({ error: true });
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    return reportFailure(json ? missingCommand(error, argv) : error, terminal, json);
  }
}

/** Where the help of a group would stand on a screen, JSON says which commands it has. */
function missingCommand(error: unknown, argv: readonly string[]): unknown {
  if (!(error instanceof CommanderError) || error.code !== 'commander.help' || error.exitCode === 0) return error;
  let path = 'sallyport';
  let choices = commands;
  for (const word of argv) {
    const group = choices.find(({ usage, commands: inner }) => usage === word && inner !== undefined);
    if (group) [path, choices] = [`${path} ${word}`, group.commands ?? []];
  }
  return usageError(`Say which command: ${path} ${choices.map(({ usage }) => usage.split(' ')[0]).join(' | ')}`);
}

export function buildProgram(context: ProgramContext): Command {
  const program = configure(new Command('sallyport'), context)
    .description('An MCP gateway: every call an AI agent makes is decided, recorded, and only then happens.')
    .version(VERSION, '-V, --version', 'print the version')
    .addHelpText(
      'after',
      () => `\n${exitCodeText()}\n\nFrom a checkout: npm run -s sallyport -- COMMAND\nExamples of a command: sallyport COMMAND --help`,
    );
  // Taken wherever it stands, also before the command it is for.
  program.addOption(toOption(JSON_OPTION).hideHelp());
  for (const spec of commands) program.addCommand(build(spec, context, undefined));
  return program;
}

const WITH_SETTINGS = new Set(commands.filter((spec) => spec.needs === 'settings').map((spec) => spec.usage.split(' ')[0] ?? ''));

function build(spec: CommandSpec, context: ProgramContext, parent: string | undefined): Command {
  const [name = '', ...args] = spec.usage.split(' ');
  const path = parent === undefined ? name : `${parent} ${name}`;
  const command = configure(new Command(name), context)
    .summary(spec.summary)
    .description(spec.details === undefined ? `${spec.summary}.` : `${spec.summary}.\n\n${spec.details}`);
  if (spec.group !== undefined) command.helpGroup(spec.group);
  for (const argument of args) command.argument(argument);
  for (const option of optionsOf(spec, context.settings)) command.addOption(option);
  if (spec.commands) command.addOption(toOption(JSON_OPTION).hideHelp());
  if (spec.examples)
    command.addHelpText('after', `\nExamples:\n${spec.examples.map(([line, what]) => `  # ${what}\n  sallyport ${line}`).join('\n')}`);
  for (const child of spec.commands ?? []) command.addCommand(build(child, context, path));
  const { load } = spec;
  if (load) {
    command.action(async (...given: unknown[]) => {
      const { terminal } = context;
      if (!terminal) return;
      const values = command.optsWithGlobals() as Record<string, unknown>;
      const run: Run = { terminal, json: values.json === true, options: new Options(values) };
      const action = await load();
      // A variadic argument comes as a list, and is the last one.
      const texts = given
        .slice(0, args.length)
        .flat()
        .map((value) => (typeof value === 'string' ? value : undefined));
      context.onExit(await action(run, ...texts));
    });
  }
  return command;
}

function configure(command: Command, context: ProgramContext): Command {
  const { terminal } = context;
  const json = () => command.opts().json === true || process.argv.includes('--json');
  return command
    .exitOverride()
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .showHelpAfterError('Run it with --help for its options and examples.')
    .configureHelp({ sortOptions: false })
    .configureOutput({
      writeOut: (text) => terminal?.out(text.trimEnd()),
      writeErr: (text) => {
        if (!json()) terminal?.err(text.trimEnd());
      },
      outputError: (text, write) => write(text.replace(/^error: /, 'sallyport: ')),
    });
}

const JSON_OPTION: OptionSpec = { flags: '--json', help: 'one JSON value on standard output, failures as {"error": {"code", "message"}}' };
const CONFIG_OPTION: OptionSpec = { flags: '--config <file>', help: 'settings file (SALLYPORT_CONFIG)' };
const DATA_OPTION: OptionSpec = { flags: '--data <dir>', help: 'data directory (SALLYPORT_DATA_DIR)' };
const URL_OPTION: OptionSpec = { flags: '--url <url>', help: 'admin URL of the running gateway (SALLYPORT_ADMIN_URL)' };
const ORG_OPTION: OptionSpec = { flags: '--org <name>', help: 'organization, where a gateway has several (SALLYPORT_ORGANIZATION)' };
const ADDRESS_OPTIONS: readonly OptionSpec[] = [
  { flags: '--listen <host:port>', help: 'short for --agent-host and --agent-port' },
  { flags: '--admin <host:port>', help: 'short for --admin-host and --admin-port' },
];

function optionsOf(spec: CommandSpec, settings: readonly SettingInfo[]): Option[] {
  const own = [...(spec.options ?? [])];
  if (spec.needs === 'gateway') own.push(URL_OPTION);
  if (spec.needs === 'settings') own.push(...ADDRESS_OPTIONS);
  if (spec.needs !== 'nothing') own.push(CONFIG_OPTION, DATA_OPTION);
  if (spec.needs !== 'nothing' && !own.some(({ flags }) => flags.startsWith('--org '))) own.push(ORG_OPTION);
  if (spec.commands === undefined) own.push(JSON_OPTION);
  const options = own.map(toOption);
  if (spec.needs === 'settings') options.push(...settings.map(settingOption));
  return options;
}

function toOption(spec: OptionSpec): Option {
  const option = new Option(spec.flags, spec.help);
  if (spec.choices) option.choices(spec.choices);
  const { repeat, blank } = spec;
  if (repeat)
    option.argParser((text: string, before: string[] | undefined) => [
      ...(before ?? []),
      ...(blank ? [text] : given(repeat === 'list' ? parts(text) : [text])),
    ]);
  return option;
}

/** INVARIANT: what is given empty is refused, not left out: an option that narrows would narrow nothing (program.test.ts). */
function given(values: readonly string[]): readonly string[] {
  if (values.length > 0 && values.every((value) => value.trim() !== '')) return values;
  throw new InvalidArgumentError('Give at least one value, or leave the option out.');
}

function parts(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** A secret keeps its flag only to say where it belongs. */
function settingOption(setting: SettingInfo): Option {
  const option = new Option(`${setting.flag} <value>`, setting.description).helpGroup('Settings:');
  if (!setting.secret) return option;
  return option.hideHelp().argParser(() => {
    throw usageError(`${setting.flag} is a secret, and others can read the arguments of a process. Set ${setting.env} instead.`);
  });
}

export function exitCodeText(): string {
  return ['Exit codes:', ...exitCodeMeaning.map(([code, meaning]) => `  ${String(code).padEnd(5)}${meaning}`)].join('\n');
}
