#!/usr/bin/env node
// The executable: hands the arguments to the command line and ends with its exit code. Nothing else belongs here.
import { runProgram } from './cli/program.ts';
import { processTerminal } from './cli/terminal.ts';

process.exitCode = await runProgram(process.argv.slice(2), processTerminal());
