// Names of JSON members that say something by their place: what names or holds the value of the member beside it, lists of columns, parts of a name.
// Lists only.

/** The columns of the rows beside it. */
export const COLUMN_LISTS = new Set(['columns', 'headers', 'header', 'fields', 'cols', 'columnNames', 'column_names', 'Columns']);
/** Says what the member beside it is … */
export const LABELS = new Set([
  'name',
  'key',
  'label',
  'field',
  'title',
  'type',
  'attribute',
  'question',
  'fieldName',
  'field_name',
  'property',
  'header',
  'Name',
  'Key',
  'k',
  'Label',
  'id',
  'param',
  'variable',
  'column',
  'displayName',
  'caption',
  'kind',
  'system',
  'code',
]);
/** … and the member that is meant. */
export const LABELLED = new Set([
  'value',
  'val',
  'content',
  'answer',
  'data',
  'text',
  'Value',
  'raw',
  'string',
  'stringValue',
  'current',
  'fieldValue',
  'field_value',
  'displayValue',
  'v',
  'number',
]);
/** Members that hold nothing but the value of their object, as stores of documents and pages have them: {"name": {"stringValue": …}}. */
export const WRAPPERS = new Set([
  'stringValue',
  'S',
  '#text',
  '_text',
  '$t',
  'plain_text',
  'rich_text',
  'title',
  'text',
  'content',
  'value',
  'formatted',
]);
/** Parts of a name, in the object of a person. */
export const NAME_PARTS = new Set(['first', 'last', 'middle', 'full', 'display', 'given', 'family', 'surname', 'forename', 'preferred']);

/** Lines of an address, in the object of one. */
export const ADDRESS_LINES = new Set(['line', 'lines', 'line1', 'line2', 'line_1', 'line_2']);

/** Kinds of things in a state file whose result is a secret, and where that stands. */
export const MAKES_SECRETS = new Set(['random_password']);
export const MADE_IN = new Set(['instances', 'values', 'attributes']);
