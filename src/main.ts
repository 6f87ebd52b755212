#!/usr/bin/env node
// The executable: hands the arguments to the command line and ends with its exit code. An older Node is told apart before anything that it could
// not load. Nothing else belongs here.
import process from 'node:process';

const NEEDED_NODE = 24;

if (Number.parseInt(process.versions.node, 10) < NEEDED_NODE) {
  process.stderr.write(`sallyport: Sallyport needs Node ${NEEDED_NODE} or newer; this is ${process.versions.node} (${process.execPath}). `);
  process.stderr.write('Install it from https://nodejs.org or with your version manager, then try again.\n');
  process.exitCode = 1;
} else {
  const [{ runProgram }, { processTerminal }] = await Promise.all([import('./cli/program.ts'), import('./cli/terminal.ts')]);
  process.exitCode = await runProgram(process.argv.slice(2), processTerminal());
}
