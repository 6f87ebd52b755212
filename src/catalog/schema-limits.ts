// What a schema may cost, before and while it is used. Schemas come from servers and are hostile until shown otherwise.

/** Levels of JSON nesting in a schema. */
export const MAX_SCHEMA_DEPTH = 128;
/** JSON values (keys included) in a schema. */
export const MAX_SCHEMA_NODES = 50_000;
/** Characters of all strings and keys in a schema, UTF-16 code units. */
export const MAX_SCHEMA_CHARS = 500_000;
/** Characters of one pattern. */
export const MAX_PATTERN_CHARS = 2_000;
/** Patterns in one schema; each is a compiled automaton. */
export const MAX_PATTERNS = 500;
/** Instructions of all compiled patterns of one schema together: what bounds the time compiling them takes. */
export const MAX_PATTERN_INSTRUCTIONS = 50_000;
/** Schema nodes visited, keys and elements looked at in one validation. */
export const MAX_STEPS = 500_000;
/** Nesting of schema evaluation in one validation. */
export const MAX_EVALUATION_DEPTH = 400;
/** Issues reported of one validation. */
export const MAX_ISSUES = 20;
/** Characters of the path of an issue; what is longer is cut. */
export const MAX_PATH_CHARS = 256;
/** Characters one validation may feed to patterns, UTF-16 code units: linear engines are slow, not free. */
export const MAX_MATCHED_CHARS = 300_000;
/** What one match counts for beside its text: many short texts cost as much as a long one. */
export const MATCH_COST_CHARS = 32;
