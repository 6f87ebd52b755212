// What a person reads when a file cannot be had: which one, and what to do; in JSON the same.
import { expect, test } from 'vitest';
import { exitCode } from './exit-code.ts';
import { reportFailure } from './failure.ts';
import type { Terminal } from './terminal.ts';

function told(error: unknown, json = false): { code: number; text: string } {
  const lines: string[] = [];
  const terminal = { out: (line: string) => lines.push(line), err: (line: string) => lines.push(line), progress: () => undefined };
  return { code: reportFailure(error, terminal as unknown as Terminal, json), text: lines.join('\n') };
}
const failed = (code: string, path?: string) =>
  Object.assign(new Error(`${code}: the system's words, open '${path}'`), { code, syscall: 'open', path });

test.each([
  ['ENOENT', 'There is no file or folder no.yaml (ENOENT). Check the name: it is looked for from the folder you are in.'],
  ['EISDIR', 'Not a file but a folder: no.yaml (EISDIR). Name a file in it.'],
  ['ENOTDIR', 'A part of this path is no folder: no.yaml (ENOTDIR). Check the path.'],
  ['EMFILE', "EMFILE: the system's words, open 'no.yaml'"],
])('a file that cannot be had: %s', (code, message) => {
  expect(told(failed(code, 'no.yaml'))).toEqual({ code: exitCode.usage, text: `sallyport: ${message}` });
  expect(JSON.parse(told(failed(code, 'no.yaml'), true).text)).toEqual({ error: { code: 'file_unreadable', message } });
});

test("a failure without a path keeps the system's words", () => {
  expect(told(failed('EPIPE')).text).toBe("sallyport: EPIPE: the system's words, open 'undefined'");
});

test('a port that this user may not open is told as a port, never as a file', () => {
  const refused = Object.assign(new Error('listen EACCES: permission denied 127.0.0.1:80'), {
    ...{ code: 'EACCES', syscall: 'listen', address: '127.0.0.1', port: 80 },
  });
  expect(told(refused).text).toBe(
    'sallyport: This user may not open port 80 of 127.0.0.1. Choose one from 1024 on (--listen for agents, --admin for operators), or run as a user that may.',
  );
  const elsewhere = Object.assign(new Error('listen EADDRNOTAVAIL: address not available 192.0.2.9:80'), {
    ...{ code: 'EADDRNOTAVAIL', syscall: 'listen', address: '192.0.2.9', port: 80 },
  });
  expect(told(elsewhere).text).toBe(
    'sallyport: This machine has no address 192.0.2.9. Name one that it has (--listen for agents, --admin for operators).',
  );
});
