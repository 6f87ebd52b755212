// Reads any bash text with the tree-sitter grammar. Substitutions, groups, loops and functions come out as pipelines like the rest.
// What the grammar did not accept makes the script not whole. Iterative where the depth is the text's, bounded everywhere.
import type { ShellCommand, ShellScript, ShellWord } from './script.ts';
import { MAX_COMMANDS, MAX_SHELL_DEPTH } from './script.ts';

/** The part of a syntax node of web-tree-sitter that is used here. */
export interface SyntaxNode {
  readonly type: string;
  readonly text: string;
  readonly namedChildren: readonly (SyntaxNode | null)[];
  readonly children: readonly (SyntaxNode | null)[];
  readonly hasError: boolean;
  readonly isMissing: boolean;
}

/** Parses and hands the root to `use`; the tree is freed afterwards. Undefined: no parser at hand, or it gave up. */
export type ParseBash = <T>(text: string, use: (root: SyntaxNode) => T) => T | undefined;

interface Reading {
  pipelines: ShellCommand[][];
  commands: number;
  whole: boolean;
}

export function treeScript(root: SyntaxNode): ShellScript {
  const reading: Reading = { pipelines: [], commands: 0, whole: !root.hasError };
  statements(root, reading, 0);
  return { pipelines: reading.pipelines, whole: reading.whole };
}

const LISTS = new Set([
  'program',
  'list',
  'compound_statement',
  'subshell',
  'do_group',
  'if_statement',
  'elif_clause',
  'else_clause',
  'while_statement',
  'for_statement',
  'c_style_for_statement',
  'case_statement',
  'case_item',
  'function_definition',
  'negated_command',
  'command_substitution',
  'process_substitution',
  'ERROR',
]);
const QUIET = new Set([
  'comment',
  'word',
  'variable_name',
  'number',
  'test_command',
  'unset_command',
  'heredoc_end',
  'string',
  'raw_string',
  'extglob_pattern',
  'concatenation',
  'simple_expansion',
  'expansion',
  'arithmetic_expansion',
  'string_content',
  'heredoc_start',
  'binary_expression',
  'postfix_expression',
  'unary_expression',
  'variable_assignment',
  'variable_assignments',
  'declaration_command',
  'ansi_c_string',
  'translated_string',
  'brace_expression',
  'regex',
  'special_variable_name',
  'array',
  'subscript',
]);

function statements(node: SyntaxNode, reading: Reading, depth: number): void {
  if (depth > MAX_SHELL_DEPTH) {
    reading.whole = false;
    return;
  }
  for (const child of node.namedChildren) if (child) statement(child, reading, depth);
}

function statement(node: SyntaxNode, reading: Reading, depth: number): void {
  if (node.type === 'ERROR') reading.whole = false;
  if (node.type === 'command') reading.pipelines.push([command(node, reading, depth)]);
  else if (node.type === 'pipeline') pipeline(node, reading, depth);
  else if (node.type === 'redirected_statement') redirected(node, reading, depth);
  else if (LISTS.has(node.type)) {
    if (node.type === 'function_definition') reading.pipelines.push([selfCall(node)]);
    statements(node, reading, depth + 1);
  } else if (QUIET.has(node.type)) substitutions(node, reading, depth);
  else {
    reading.whole = false;
    statements(node, reading, depth + 1);
  }
}

/** A function whose body names itself in a pipe or in the background multiplies without end. */
function selfCall(node: SyntaxNode): ShellCommand {
  const name = node.namedChildren[0]?.text ?? '';
  const body = node.namedChildren.at(-1)?.text ?? '';
  const bomb = name !== '' && (body.includes(`${name}|${name}`) || body.includes(`${name} | ${name}`) || body.includes(`${name}&`));
  return { words: [{ text: bomb ? 'forkbomb' : 'true', literal: true }], redirects: [], assigns: false, assigned: [] };
}

function pipeline(node: SyntaxNode, reading: Reading, depth: number): void {
  const commands: ShellCommand[] = [];
  for (const child of node.namedChildren) {
    if (!child) continue;
    if (child.type === 'command') commands.push(command(child, reading, depth));
    else if (child.type === 'redirected_statement') commands.push(...(redirectedCommands(child, reading, depth) ?? []));
    else {
      // A group or a loop in the middle: its commands are judged one by one, and stand for the source of what follows.
      const from = reading.pipelines.length;
      statement(child, reading, depth + 1);
      for (const part of reading.pipelines.slice(from)) if (part.length > 0) commands.push(part.at(-1) as ShellCommand);
    }
  }
  if (commands.length > 0) reading.pipelines.push(commands);
}

function redirected(node: SyntaxNode, reading: Reading, depth: number): void {
  const commands = redirectedCommands(node, reading, depth);
  if (commands) reading.pipelines.push(commands);
}

/** The commands of a statement with redirections; the last one carries them. */
function redirectedCommands(node: SyntaxNode, reading: Reading, depth: number): ShellCommand[] | undefined {
  const body = node.namedChildren[0];
  let commands: ShellCommand[] = [];
  if (body?.type === 'command') commands = [command(body, reading, depth)];
  else if (body && !/redirect$/.test(body.type)) {
    const from = reading.pipelines.length;
    statement(body, reading, depth + 1);
    commands = reading.pipelines.splice(from).flat();
  }
  const last = commands.at(-1) ?? { words: [], redirects: [], assigns: false, assigned: [] };
  if (commands.length === 0) commands = [last];
  for (const child of node.namedChildren) if (child && /redirect$/.test(child.type)) redirect(child, last, reading, depth);
  return commands;
}

function redirect(node: SyntaxNode, into: ShellCommand, reading: Reading, depth: number): void {
  const sign = node.children
    .map((child) => (child && /^[<>&|0-9-]+$/.test(child.text) && child.type !== 'word' ? child.text : ''))
    .join('');
  const target = node.namedChildren.findLast((child) => child !== null && child.type !== 'file_descriptor');
  const here = node.type === 'heredoc_redirect';
  into.redirects.push({ sign: here ? '<<' : sign, target: target ? word(target, reading, depth) : { text: '', literal: false } });
  if (here) for (const child of node.namedChildren) if (child) nested(child, into, reading, depth);
}

/** `cat <<EOF | sh`: the rest of the line hangs under the here-document. */
function nested(node: SyntaxNode, into: ShellCommand, reading: Reading, depth: number): void {
  if (node.type === 'heredoc_body') substitutions(node, reading, depth);
  else if (node.type === 'pipeline' || node.type === 'command' || node.type === 'list') {
    const from = reading.pipelines.length;
    statement(node, reading, depth + 1);
    const [first] = reading.pipelines.splice(from, 1);
    if (first) reading.pipelines.push([into, ...first]);
  } else if (/redirect$/.test(node.type)) redirect(node, into, reading, depth);
}

function command(node: SyntaxNode, reading: Reading, depth: number): ShellCommand {
  const found: ShellCommand = { words: [], redirects: [], assigns: false, assigned: [] };
  if (++reading.commands > MAX_COMMANDS) reading.whole = false;
  for (const child of node.namedChildren) {
    if (!child) continue;
    if (child.type === 'variable_assignment') {
      found.assigns = true;
      const [name, value] = child.namedChildren;
      if (name) found.assigned.push(`${name.text}=${value ? wordText(value, depth).text : ''}`);
      substitutions(child, reading, depth);
    } else if (/redirect$/.test(child.type)) redirect(child, found, reading, depth);
    else found.words.push(word(child.type === 'command_name' ? (child.namedChildren[0] ?? child) : child, reading, depth));
  }
  return found;
}

const EXPANDING = /^(?:command_substitution|process_substitution|simple_expansion|expansion|arithmetic_expansion)$/;

function word(node: SyntaxNode, reading: Reading, depth: number): ShellWord {
  substitutions(node, reading, depth);
  return wordText(node, depth);
}

function wordText(node: SyntaxNode, depth: number): ShellWord {
  if (node.type === 'raw_string') return { text: node.text.slice(1, -1), literal: true };
  if (node.type === 'ansi_c_string') return { text: ansi(node.text.slice(2, -1)), literal: true };
  if (node.type === 'string') return { text: node.text.slice(1, -1).replace(/\\(["\\$`])/g, '$1'), literal: !expands(node, 0) };
  if (node.type === 'concatenation' && depth <= MAX_SHELL_DEPTH) {
    const parts = node.namedChildren.map((child) => (child ? wordText(child, depth + 1) : { text: '', literal: true }));
    return { text: parts.map(({ text }) => text).join(''), literal: parts.every(({ literal }) => literal) };
  }
  return {
    text: EXPANDING.test(node.type) ? node.text : node.text.replace(/\\(.)/g, '$1'),
    literal: !EXPANDING.test(node.type) && !expands(node, 0),
  };
}

function ansi(text: string): string {
  return text
    .replace(/\\x([0-9a-fA-F]{1,2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/\\([0-7]{1,3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
    .replace(/\\n/g, '\n')
    .replace(/\\(['"\\])/g, '$1');
}

function expands(node: SyntaxNode, depth: number): boolean {
  if (depth > MAX_SHELL_DEPTH) return true;
  return node.namedChildren.some((child) => child !== null && (EXPANDING.test(child.type) || expands(child, depth + 1)));
}

function substitutions(node: SyntaxNode, reading: Reading, depth: number): void {
  if (depth > MAX_SHELL_DEPTH) {
    reading.whole = false;
    return;
  }
  if (node.type === 'command_substitution' || node.type === 'process_substitution') {
    statements(node, reading, depth + 1);
    return;
  }
  for (const child of node.namedChildren) if (child) substitutions(child, reading, depth + 1);
}
