// GraphQL as an argument: the operation that is chosen by name, its kind, and the verbs of the fields of a mutation.
// A document that the parser rejects, or in which no operation can be chosen, is not understood.
import { type DocumentNode, type FieldNode, Kind, type OperationDefinitionNode, parse } from 'graphql';
import { actionPhrase } from './phrase.ts';
import { type Finding, finding, join } from './verdict.ts';

/** UTF-16 units of one document. */
export const MAX_GRAPHQL_CHARS = 32_768;
const MAX_TOKENS = 8_000;
const MAX_BRACES = 64;
/** Nodes of one page from which a query counts as bulk. */
const BULK_NODES = 5_000;
const MAX_FIELDS = 2_000;

export function analyseGraphql(text: string, operationName: string | undefined): Finding {
  if (text.length > MAX_GRAPHQL_CHARS || depthOf(text) > MAX_BRACES) return finding('destructive', 'GraphQL too large or too deep', false);
  let document: DocumentNode;
  try {
    document = parse(text, { noLocation: true, maxTokens: MAX_TOKENS });
  } catch {
    return finding(/\bmutation\b/.test(text) ? 'destructive' : 'write', 'not a GraphQL document', false);
  }
  const operations = document.definitions.filter((node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION);
  const named =
    operationName === undefined || operationName === '' ? operations : operations.filter(({ name }) => name?.value === operationName);
  if (named.length === 0) return finding('destructive', 'no operation of that name', operations.length === 0);
  let found: Finding | undefined;
  for (const operation of named) found = join(found, operationFinding(operation, document));
  return found ?? finding('destructive', 'no operation', false);
}

function operationFinding(operation: OperationDefinitionNode, document: DocumentNode): Finding {
  const fields = rootFields(operation, document);
  if (operation.operation !== 'mutation')
    return isBulk(operation) ? finding('exfiltrative', 'asks for very many nodes') : exporting(fields);
  if (fields.length >= MAX_FIELDS) return finding('destructive', 'more fields than are looked at', false);
  let found: Finding = finding('write', 'mutation');
  for (const field of fields) {
    const phrase = actionPhrase(field.name.value);
    if (phrase && phrase.intent !== 'read') found = join(found, finding(phrase.intent, `mutation ${field.name.value.slice(0, 40)}`));
  }
  return found;
}

function exporting(fields: readonly FieldNode[]): Finding {
  for (const field of fields) {
    const phrase = actionPhrase(field.name.value);
    if (phrase?.intent === 'exfiltrative' && phrase.verb === 'export') return finding('exfiltrative', 'query that exports');
  }
  return finding('read', 'query');
}

/** Fields at the root, those in fragments included. */
function rootFields(operation: OperationDefinitionNode, document: DocumentNode): FieldNode[] {
  const fields: FieldNode[] = [];
  const seen = new Set<string>();
  const sets = [operation.selectionSet];
  for (let set = sets.pop(); set && fields.length < MAX_FIELDS; set = sets.pop())
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) fields.push(selection);
      else if (selection.kind === Kind.INLINE_FRAGMENT) sets.push(selection.selectionSet);
      else if (!seen.has(selection.name.value)) {
        seen.add(selection.name.value);
        const fragment = document.definitions.find(
          (node) => node.kind === Kind.FRAGMENT_DEFINITION && node.name.value === selection.name.value,
        );
        if (fragment?.kind === Kind.FRAGMENT_DEFINITION) sets.push(fragment.selectionSet);
      }
    }
  return fields;
}

function isBulk(operation: OperationDefinitionNode): boolean {
  const sets = [operation.selectionSet];
  let count = 0;
  for (let set = sets.pop(); set && count < MAX_FIELDS; set = sets.pop())
    for (const selection of set.selections) {
      count++;
      if (selection.kind === Kind.FIELD) {
        for (const { name, value } of selection.arguments ?? [])
          if (
            /^(?:first|last|limit|take|pageSize|perPage|count|top)$/.test(name.value) &&
            value.kind === Kind.INT &&
            (Number(value.value) >= BULK_NODES || Number(value.value) < 0)
          )
            return true;
      }
      if ('selectionSet' in selection && selection.selectionSet) sets.push(selection.selectionSet);
    }
  return false;
}

function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const char of text) {
    if (char === '{' || char === '[' || char === '(') deepest = Math.max(deepest, ++depth);
    else if (char === '}' || char === ']' || char === ')') depth--;
  }
  return deepest;
}
