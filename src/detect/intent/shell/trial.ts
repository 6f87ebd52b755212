// Is a command line only tried, or its help asked for? Flags count as long as they are those of the command itself: what stands behind a word that
// hands the rest over to another program is for that one. Looks at words only.

/** Flags that ask for a trial or for help, and for neither after all. */
const TRIAL = /^(?:--dry-run(?:=\w+)?|--help|--version|--what-if|--noop)$/;
const HELP = /^--(?:help|version)$/;
const NO_TRIAL = /^--(?:dry-run=(?:none|false|off|no|0|f|n)|no-dry-run)$/i;

/** What the tools of Debian call it. */
const SIMULATES = /^(?:-s|--simulate|--just-print|--recon|--no-act)$/;

/** Words behind which another program's words stand. */
const HANDS_OVER: Readonly<Record<string, RegExp>> = {
  docker: /^(?:run|exec|create)$/,
  npm: /^(?:run|run-script|rum|urn|exec|x|dlx|start|test|create|init)$/,
  pip: /^(?:run|tool)$/,
  cargo: /^(?:run|r)$/,
  go: /^(?:run|tool|generate)$/,
  dotnet: /^(?:run|exec|ef)$/,
  composer: /^(?:exec|run|run-script)$/,
  conda: /^run$/,
  heroku: /^run(?::\w+)?$/,
};
/** Commands whose whole line is another program's. */
const RUNNER = /^(?:npx|bunx|pnpx|uvx)$/;

/** `tool`: whose rules the command `name` follows. */
export function isTrial(name: string, tool: string, words: readonly string[]): boolean {
  const over = RUNNER.test(name) ? 0 : words.findIndex((word) => HANDS_OVER[tool]?.test(word)) + 1;
  const dashes = words.indexOf('--');
  const end = Math.min(over > 0 || RUNNER.test(name) ? over : words.length, dashes < 0 ? words.length : dashes);
  const own = words.slice(0, end);
  // `npm run --help`, `npx --version`: of the command itself, as long as nothing else stands before it.
  if (HELP.test(words[end] ?? '') && end === over) return true;
  if (tool === 'aws' && own.includes('--dryrun') && own[0] === 's3') return true;
  if (/^(?:apt|apt-get|aptitude)$/.test(name) && own.some((word) => SIMULATES.test(word))) return true;
  return own.some((word) => TRIAL.test(word)) && !own.some((word) => NO_TRIAL.test(word));
}
