// `sallyport dlp …`: the shipped profiles as files to apply, what would be found in a file, and the end of all tokens made so far.
// Prints types and places, never values.
import { readFileSync } from 'node:fs';
import { findingName } from '../../detect/dlp/finding-name.ts';
import { PROFILES } from '../../detect/dlp/profile.ts';
import { EVERYTHING, scanText } from '../../detect/dlp/scan.ts';
import { systemClock } from '../../lib/clock.ts';
import { dlpProfiles } from '../../object/kind/dlp.ts';
import { type Action, show } from '../command.ts';
import { withGateway } from '../connect.ts';
import { exitCode } from '../exit-code.ts';
import { usageError } from '../failure.ts';
import { textTable } from '../text-table.ts';
import { applyText, warn } from './apply.ts';

export const dlpProfileAction: Action = async (run, wanted) => {
  if (wanted === undefined) {
    const list = dlpProfiles.map((name) => ({ name, title: PROFILES[name].title }));
    show(run, list, () =>
      textTable(
        ['PROFILE', ''],
        list.map(({ name, title }) => [name, title]),
      ),
    );
    return exitCode.ok;
  }
  const profile = dlpProfiles.find((name) => name === wanted);
  if (profile === undefined) throw usageError(`There is no profile "${wanted}". Known: ${dlpProfiles.join(', ')}.`);
  const object = { kind: 'dlp', metadata: { name: profile, description: PROFILES[profile].title }, spec: { profile } };
  show(run, object, () =>
    [
      '# sallyport apply -f FILE',
      'kind: dlp',
      'metadata:',
      `  name: ${profile}`,
      'spec:',
      `  profile: ${profile}`,
      '  # The rules of the profile, for reading. Your own stand under `rules:` and come first.',
      ...PROFILES[profile].rules.map((rule) => `  #   ${rule.name}: ${rule.types.join(', ')} in ${rule.direction} → ${rule.action}`),
    ].join('\n'),
  );
  return exitCode.ok;
};

export const dlpScanAction: Action = async (run, path = '') => {
  const text = readFileSync(path === '-' ? 0 : path, 'utf8');
  const found = scanText(text, { wanted: EVERYTHING, patterns: [] }).map((match) => ({
    type: findingName(match),
    detector: match.rule,
    line: text.slice(0, match.start).split('\n').length,
    column: match.start - text.lastIndexOf('\n', match.start - 1),
    length: match.end - match.start,
    confidence: match.confidence,
  }));
  show(run, found, () =>
    found.length === 0
      ? 'Nothing found.'
      : textTable(
          ['TYPE', 'LINE', 'COLUMN', 'LENGTH', 'CONFIDENCE', 'DETECTOR'],
          found.map((one) => [one.type, String(one.line), String(one.column), String(one.length), one.confidence.toFixed(2), one.detector]),
        ),
  );
  return exitCode.ok;
};

export const dlpPurgeAction: Action = async (run, name = '') =>
  withGateway(run, async (client) => {
    const { kind, metadata, spec } = await client.object('dlp', name);
    const tokens = (spec as { tokens?: object }).tokens ?? {};
    const validFrom = new Date(systemClock.nowMs()).toISOString();
    const reply = await client.apply({ objects: [{ kind, metadata, spec: { ...spec, tokens: { ...tokens, validFrom } } }], dryRun: false });
    warn(run, reply.warnings);
    show(run, reply, () => `${applyText(reply)}\nTokens made before ${validFrom} are worth nothing any more.`);
    return exitCode.ok;
  });
