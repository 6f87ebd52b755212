// The environment a stdio server starts with: a short list taken from the gateway's own, plus what its object and lease give.
// Never hands down anything else: the gateway's environment holds the master key and the database URL.

/** What programs need to find themselves, their user, their language and their temporary files. No name here may carry a credential. */
export const INHERITED_NAMES = ['HOME', 'LANG', 'LC_ALL', 'LC_CTYPE', 'LOGNAME', 'PATH', 'SHELL', 'TERM', 'TMPDIR', 'TZ', 'USER'] as const;

/** `own` is the gateway's environment; `given` wins over it. Exported shell functions (`() {…`) are not handed down. */
export function childEnvironment(
  own: Readonly<Record<string, string | undefined>>,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of INHERITED_NAMES) {
    const value = own[name];
    if (value !== undefined && !value.startsWith('()')) environment[name] = value;
  }
  for (const [name, value] of Object.entries(given)) environment[name] = value;
  return environment;
}
