// `sallyport passkey …`: inviting a reviewer to register a passkey, and the passkeys there are.
import { type Action, show } from '../command.ts';
import { withGateway } from '../connect.ts';
import { exitCode } from '../exit-code.ts';
import { printable, textTable } from '../text-table.ts';

export const invitePasskeyAction: Action = async (run, user = '') => {
  const reply = await withGateway(run, (client) => client.invitePasskey({ user }));
  show(
    run,
    reply,
    () => `${reply.url}\nFor ${reply.user}, who signs in there; good once, until ${reply.expiresAt}. The link alone opens nothing.`,
  );
  return exitCode.ok;
};

export const listPasskeysAction: Action = async (run) => {
  const reply = await withGateway(run, (client) => client.passkeys({ user: run.options.text('user') }));
  show(run, reply, () => {
    if (reply.passkeys.length === 0) return 'None.';
    const rows = reply.passkeys.map((one) => [
      one.name,
      one.user,
      printable(one.title ?? ''),
      one.rpId,
      `${one.registeredAt} by ${one.registeredBy}`,
      one.invitedBy,
      one.lastUsedAt ?? 'never',
    ]);
    return textTable(['NAME', 'USER', 'WHAT', 'GOOD AT', 'REGISTERED', 'INVITED BY', 'LAST USED'], rows);
  });
  return exitCode.ok;
};

export const removePasskeyAction: Action = async (run, name = '') => {
  const reply = await withGateway(run, (client) => client.removePasskey(name));
  show(run, reply, () => `Removed: ${reply.name}. It approves nothing any more; what it signed stays verifiable.`);
  return exitCode.ok;
};
