// What is said of operands that do not go together: which field is of which type, and what to write instead where that can be said.
import type { Node } from './syntax.ts';
import { nameOf, type ValueType } from './value-type.ts';

interface Operand {
  /** `args.a.b`; undefined for anything but members of a variable. */
  path: string | undefined;
  node: Node;
  type: ValueType;
}

const OPERATORS: Readonly<Record<string, string | undefined>> = { '@in': 'in' };

export function misfit(name: string, operands: readonly Operand[]): string {
  const shown = OPERATORS[name] ?? name.replaceAll('_', '');
  if (name === '_%_' && operands.every(({ type }) => isNumber(type))) return wholeOnly(operands);
  const given = operands.map(({ type }) => nameOf(type)).join(' and ');
  const what = /^[a-z]/i.test(name) ? `${name}() does not take ${given || 'nothing'}` : `"${shown}" does not go with ${given}`;
  const fields = operands.flatMap(({ path, type }) => (path === undefined ? [] : [`${path} is ${nameOf(type)}`]));
  return [[what, fields.join(' and ')].filter((part) => part !== '').join(': '), adviceFor(name, operands)].filter(Boolean).join('; ');
}

/** Numbers of arguments are never known to be whole: JSON has one kind of number. */
function wholeOnly(operands: readonly Operand[]): string {
  const broken = operands.filter(({ type }) => type.kind !== 'int');
  const written = operands.map((one) => (one.type.kind === 'int' ? textOf(one) : `int(${textOf(one)})`)).join(' % ');
  const names = broken.map(textOf).join(' and ');
  return `"%" takes whole numbers alone, and ${names} may have a fraction, whatever the schema says of ${broken.length > 1 ? 'them' : 'it'}; write ${written}`;
}

function adviceFor(name: string, operands: readonly Operand[]): string | undefined {
  const [text, number] = [operands.find(({ type }) => type.kind === 'string'), operands.find(({ type }) => isNumber(type))];
  const list = operands.find(({ type, path }) => type.kind === 'list' && path !== undefined);
  if (name === 'contains' && list) return `whether an item is in a list is asked so: "x" in ${list.path}`;
  const time = operands.find(({ type }) => type.kind === 'time');
  if (time && text) return `write timestamp(${textOf(text)})`;
  if (!/^_(?:[=!<>]=?|[+*/-])_$|^_==_$/.test(name) || !text || !number) return undefined;
  if (text.path !== undefined) return `write double(${text.path}) to read it as a number`;
  if (number.path === undefined || text.node.type !== 'literal') return undefined;
  const value = String(text.node.value);
  return /^\d+(?:\.\d+)?$/.test(value) ? `write ${value} without quotes` : `write string(${number.path}) to make it text`;
}

function isNumber({ kind }: ValueType): boolean {
  return kind === 'int' || kind === 'double';
}

function textOf({ path, node }: Operand): string {
  if (path !== undefined) return path;
  return node.type === 'literal' ? JSON.stringify(typeof node.value === 'bigint' ? Number(node.value) : node.value) : '…';
}
