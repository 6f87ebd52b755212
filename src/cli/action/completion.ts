// `sallyport completion SHELL`: a script that completes commands, options, kinds and choices, made from the same tree as the help.
// Only names go into it; what a command takes beyond them is completed as a file name.
import type { Command } from 'commander';
import { settings } from '../../config.ts';
import { kindNames } from '../../object/kinds.ts';
import { type Action, show } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { usageError } from '../failure.ts';
import { buildProgram } from '../program.ts';

export const completionAction: Action = async (run, shell = '') => {
  if (shell !== 'bash' && shell !== 'zsh')
    throw usageError(`There is no completion for ${JSON.stringify(shell.slice(0, 32))}. Name bash or zsh.`);
  const script =
    shell === 'bash' ? bashScript() : `autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n${bashScript()}`;
  show(run, { shell, script }, () => script);
  return exitCode.ok;
};

function bashScript(): string {
  const program = buildProgram({ terminal: undefined, settings: settings(), onExit: () => undefined });
  const places = placesOf(program, '');
  const cases = places.map(({ path, words }) => `    ${JSON.stringify(path)}) words=${JSON.stringify(words.join(' '))} ;;`);
  const choices = places.flatMap(({ path, choices }) =>
    choices.map(([option, values]) => `    ${JSON.stringify(`${path} ${option}`)}) words=${JSON.stringify(values.join(' '))} ;;`),
  );
  const paths = places.map(({ path }) => path).filter((path) => path !== '');
  return `# Completion of sallyport. In bash: source <(sallyport completion bash)
_sallyport() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} path= word= words= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case "$path $word" in
    ${paths.map((path) => JSON.stringify(path)).join(' | ')}) path="$path $word" ;;
    esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  case "$path $prev" in
${choices.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _sallyport sallyport`;
}

interface Place {
  /** Of the command, each word behind a blank: ` token create`. */
  path: string;
  words: string[];
  /** Values of options that take one of a few. */
  choices: [string, readonly string[]][];
}

function placesOf(command: Command, path: string): Place[] {
  const options = command.options.filter(({ hidden }) => !hidden);
  const kinds = command.registeredArguments[0]?.name() === 'kind' ? kindNames : [];
  const words = [
    ...command.commands.map((child) => child.name()),
    ...kinds,
    ...options.flatMap(({ long }) => (long ? [long] : [])),
    '--help',
  ];
  const choices = options.flatMap(({ long, argChoices }): [string, readonly string[]][] =>
    long && argChoices ? [[long, argChoices]] : [],
  );
  return [{ path, words, choices }, ...command.commands.flatMap((child) => placesOf(child, `${path} ${child.name()}`))];
}
