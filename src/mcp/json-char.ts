// The characters that give a JSON text its structure, as char codes, for those that pass over the text itself.
// Constants only: each reader keeps them in variables of its own, which the engine reads fastest.

export const JSON_CHAR = {
  QUOTE: 0x22,
  COMMA: 0x2c,
  COLON: 0x3a,
  OPEN_BRACKET: 0x5b,
  BACKSLASH: 0x5c,
  CLOSE_BRACKET: 0x5d,
  OPEN_BRACE: 0x7b,
  CLOSE_BRACE: 0x7d,
} as const;
