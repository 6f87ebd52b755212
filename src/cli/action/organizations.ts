// `sallyport org …`: organizations of the gateway. The token of a new first operator goes into a file of mode 0600, never to the screen.
import { type Action, show } from '../command.ts';
import { withGateway } from '../connect.ts';
import { exitCode } from '../exit-code.ts';
import { operatorTokenPath, writeOperatorToken } from '../operator-file.ts';
import { readSettings } from '../settings.ts';

export const createOrganizationAction: Action = async (run, name = '') => {
  const { dataDir } = readSettings(run);
  const body: Record<string, string> = { name };
  for (const key of ['title', 'owner', 'contact']) {
    const value = run.options.text(key);
    if (value !== undefined) body[key] = value;
  }
  const { token, ...made } = await withGateway(run, (client) => client.createOrganization(body));
  const path = operatorTokenPath(dataDir, made.name);
  writeOperatorToken(path, token);
  show(run, { ...made, operatorToken: path }, () =>
    [
      `Organization ${made.name} is made. Its operator is ${made.operator}.`,
      `Operator token  ${path}`,
      `Next: sallyport get all --org ${made.name}`,
    ].join('\n'),
  );
  return exitCode.ok;
};

export const listOrganizationsAction: Action = async (run) => {
  const reply = await withGateway(run, (client) => client.organizations());
  show(run, reply, () => reply.organizations.map(({ name, own }) => (own ? `${name} (the operator token's own)` : name)).join('\n'));
  return exitCode.ok;
};
