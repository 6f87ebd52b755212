// `npm run -s conformance [-- --leg NAME …] [--direct] [--json] [--entry FILE] [--list]`: the official suite through the
// gateway, one line per leg. Exits 1 on any surprise, 2 when it could not run. Leaves no process behind, also on Ctrl-C.

import { parseArgs } from 'node:util';
import { type Leg, legs } from './leg.ts';
import { type LegReport, runLeg } from './run-leg.ts';

const { values } = parseArgs({
  options: {
    leg: { type: 'string', multiple: true },
    direct: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    entry: { type: 'string' },
    list: { type: 'boolean', default: false },
  },
});

if (values.list) {
  for (const leg of legs) process.stdout.write(`${leg.name.padEnd(16)} ${leg.role} ${leg.revision}  ${leg.about}\n`);
} else {
  process.exitCode = await runAll(chosenLegs());
}

/** All legs, or those named, or only those without a gateway. */
function chosenLegs(): readonly Leg[] {
  const unknown = (values.leg ?? []).filter((name) => !legs.some((leg) => leg.name === name));
  if (unknown.length > 0) {
    process.stderr.write(`No leg named ${unknown.join(', ')}; --list shows them\n`);
    process.exit(2);
  }
  if (values.leg) return legs.filter((leg) => values.leg?.includes(leg.name));
  return values.direct ? legs.filter((leg) => leg.direct) : legs;
}

async function runAll(chosen: readonly Leg[]): Promise<number> {
  const stop = new AbortController();
  process.on('exit', () => stop.abort());
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));
  const reports: LegReport[] = [];
  if (!values.json) process.stdout.write(`${'leg'.padEnd(16)} passed/failed  rc  surprises\n`);
  for (const leg of chosen) {
    try {
      const report = await runLeg(leg, { signal: stop.signal, ...(values.entry ? { entry: values.entry } : {}) });
      reports.push(report);
      if (!values.json) print(report);
    } catch (error) {
      process.stderr.write(`${leg.name}: ${error instanceof Error ? error.message : String(error)}\n`);
      return 2;
    }
  }
  if (values.json) process.stdout.write(`${JSON.stringify(reports, null, 2)}\n`);
  return reports.some((report) => report.surprises.length > 0) ? 1 : 0;
}

function print(report: LegReport): void {
  const counts = `${report.passed}/${report.failed}`.padEnd(13);
  process.stdout.write(`${report.leg.padEnd(16)} ${counts}  ${String(report.exitCode).padEnd(2)}  ${report.surprises.length}\n`);
  for (const surprise of report.surprises) process.stdout.write(`    ${surprise.slice(0, 400)}\n`);
  if (report.surprises.length > 0) process.stdout.write(`    see ${report.results}\n`);
}
