// Rows of text under headings, in columns. Control characters of names and reasons never reach the terminal.

export function textTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const clean = rows.map((row) => row.map(printable));
  const widths = headings.map((heading, i) => Math.max(heading.length, ...clean.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => (i === cells.length - 1 ? cell : cell.padEnd(widths[i] ?? 0))).join('  ');
  return [headings, ...clean].map((cells) => line(cells).trimEnd()).join('\n');
}

/** Text from outside as one line that cannot move the cursor or change colours. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (char) => {
    const code = char.codePointAt(0) ?? 0;
    return code === 10 ? ' ' : `\\u{${code.toString(16)}}`;
  });
}
