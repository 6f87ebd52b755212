// A cell of a row: a range without the blanks and quotes around it.

export interface Cell {
  start: number;
  end: number;
}

export function trimmed(text: string, from: number, to: number): Cell {
  let start = from;
  let end = to;
  while (start < end && text.charCodeAt(start) <= 0x20) start++;
  while (end > start && text.charCodeAt(end - 1) <= 0x20) end--;
  if (end - start >= 2 && (text[start] === '"' || text[start] === "'" || text[start] === '`') && text[end - 1] === text[start]) {
    start++;
    end--;
  }
  return { start, end };
}
