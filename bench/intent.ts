// `npm run -s node -- bench/intent.ts`: what classifying one call costs, on arguments up to 4 KiB of every language. Prints p50 and p99 over
// calls, each the median of repeats, so that a busy machine does not decide; `--json` prints one object. Exit code 1 when the p99 is above its bound.
import { readFileSync } from 'node:fs';
import { IntentAnalyser } from '../src/detect/intent/intent-analyser.ts';
import type { ToolProfile } from '../src/detect/intent/profile.ts';
import type { JsonObject } from '../src/lib/json.ts';
import { knownWords } from './words.ts';

knownWords('node -- bench/intent.ts', ['--json']);

const P99_MS = 0.5;
const REPEATS = 41;
const WARM_UP = 30;
const MAX_CHARS = 4_096;

const analyser = new IntentAnalyser();
const beganMs = performance.now();
await analyser.load(() => performance.now());
const loadMs = performance.now() - beganMs;

interface Sample {
  profile: ToolProfile;
  args: JsonObject;
  chars: number;
}

const samples = [...recorded(), ...grown()];
const costs = samples.map(cost).sort((a, b) => a.ms - b.ms);
const at = (share: number): number => costs[Math.min(costs.length - 1, Math.floor(costs.length * share))]?.ms ?? 0;
const figures = {
  'intent.calls': costs.length,
  'intent.p50Ms': round(at(0.5)),
  'intent.p99Ms': round(at(0.99)),
  'intent.maxMs': round(at(1)),
  'intent.loadMs': round(loadMs),
};
if (process.argv.includes('--json')) console.log(JSON.stringify(figures));
else {
  console.log(
    `${costs.length} calls: p50 ${figures['intent.p50Ms']} ms, p99 ${figures['intent.p99Ms']} ms (bound ${P99_MS}), largest ${figures['intent.maxMs']} ms; parsers loaded in ${figures['intent.loadMs']} ms`,
  );
  for (const { ms, sample } of costs.slice(-5).reverse())
    console.log(`  ${ms.toFixed(3)} ms  ${sample.profile.name}, ${sample.chars} characters`);
}
process.exitCode = at(0.99) > P99_MS ? 1 : 0;

/** The calls of the test cases. */
function recorded(): Sample[] {
  const lines = readFileSync(new URL('../test/cases/intent/calls.txt', import.meta.url), 'utf8').split('\n');
  const described = new Map(lines.filter((line) => line.startsWith('@')).map((line) => line.slice(2).split(' | ') as [string, string]));
  return lines
    .filter((line) => line !== '' && !/^[#@]/.test(line))
    .map((line) => {
      const [from, to] = [line.indexOf(' | '), line.lastIndexOf(' | ')];
      return sample(line.slice(0, from), described.get(line.slice(0, from)), JSON.parse(line.slice(from + 3, to)) as JsonObject);
    });
}

/** Long ones of every kind, at sizes up to the bound. */
function grown(): Sample[] {
  const fill = (head: string, unit: (index: number) => string, chars: number): string => {
    let text = head;
    for (let index = 0; text.length < chars; index++) text += unit(index);
    return text.slice(0, Math.max(text.lastIndexOf('\n', chars), text.lastIndexOf(',', chars), text.lastIndexOf(' ', chars)));
  };
  return [256, 1_024, 2_048, MAX_CHARS - 64].flatMap((chars) => [
    sample('execute_sql', undefined, { sql: fill('INSERT INTO t VALUES (0)', (index) => `, (${index})`, chars - 8), dialect: 'postgres' }),
    sample('execute_sql', undefined, { sql: `${fill('SELECT a', (index) => `, t.c${index}`, chars - 16)} FROM t`, dialect: 'mysql' }),
    sample('run_command', 'Run a shell command', { command: fill('mkdir -p a', (index) => `\ncp "f${index}" a/`, chars) }),
    sample('run_command', 'Run a shell command', {
      command: `cat > a.txt <<'EOF'\n${fill('', (index) => `line ${index} of a text\n`, chars - 32)}\nEOF`,
    }),
    sample('run_python', 'Run Python code', {
      code: fill('import pandas as pd\n', (index) => `df['c${index}'] = df['a'] * ${index}\n`, chars),
    }),
    sample('graphql_execute', 'Execute a GraphQL document', {
      query: `query { ${fill('a', (index) => ` f${index} { id }`, chars - 16).replace(/ f\d+ ?\{?[^}]*$/, '')} }`,
    }),
    sample('send_email', 'Send an email', {
      to: ['a@corp.example'],
      subject: 'x',
      body: fill('', (index) => `line ${index} of a text. `, chars),
    }),
    sample('create_page', 'Create a page', {
      children: Array.from({ length: Math.floor(chars / 64) }, (_, index) => ({ type: 'paragraph', text: `paragraph ${index}` })),
    }),
    sample('http_request', 'Send an HTTP request', {
      method: 'POST',
      url: 'https://api.example.com/v1/a',
      body: { text: fill('', () => 'word ', chars) },
    }),
  ]);
}

function sample(name: string, description: string | undefined, args: JsonObject): Sample {
  const value = { name, ...(description === undefined ? {} : { description }) };
  return { profile: analyser.profile({ value, hash: JSON.stringify(value) }, {}, undefined), args, chars: JSON.stringify(args).length };
}

function cost(sample: Sample): { ms: number; sample: Sample } {
  for (let count = 0; count < WARM_UP; count++) analyser.classify(sample.profile, sample.args);
  const times = Array.from({ length: REPEATS }, () => {
    const from = performance.now();
    analyser.classify(sample.profile, sample.args);
    return performance.now() - from;
  }).sort((a, b) => a - b);
  return { ms: times[Math.floor(REPEATS / 2)] ?? 0, sample };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
