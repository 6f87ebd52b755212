// `sallyport server list`: every registered server with what is approved of it, how it is, and why it failed last. Reads only, and asks no server.
import type { DefinitionsReply, ObjectBody, StatusReply } from '../../admin/contract.ts';
import { type Action, show } from '../command.ts';
import { withGateway } from '../connect.ts';
import { exitCode } from '../exit-code.ts';
import { printable, textTable } from '../text-table.ts';

interface ServerRow {
  server: string;
  transport: string;
  at: string;
  /** What is callable of it: `open` counts what nobody approved or rejected yet. */
  approved: number;
  open: number;
  trust: boolean;
  disabled: boolean;
  /** `up`, `failing`, `resting` (left alone for a while), `trial`, or `unused` when nothing asked for it since the gateway started. */
  state: string;
  lastError?: string;
}

export const listServersAction: Action = async (run) => {
  const rows = await withGateway(run, async (client) => {
    const [{ objects }, status] = await Promise.all([client.objects('server'), client.status()]);
    const rows: ServerRow[] = [];
    for (const object of objects) rows.push(rowOf(object, await client.definitions(object.metadata.name, 'brief'), status));
    return rows;
  });
  show(run, { servers: rows }, () => listText(rows));
  return exitCode.ok;
};

function rowOf({ metadata: { name }, spec }: ObjectBody, { definitions, trust }: DefinitionsReply, status: StatusReply): ServerRow {
  const { transport, url, urls, command, disabled } = spec as Partial<Record<string, unknown>>;
  const live = status.servers.find(({ server }) => server === name);
  const count = (states: readonly string[]) => definitions.filter(({ state }) => states.includes(state)).length;
  const last = live?.lastError;
  const failing = live !== undefined && live.connections === 0 && last !== undefined && live.health === 'up';
  return {
    server: name,
    transport: String(transport),
    at: String(url ?? (Array.isArray(urls) ? urls.join(' ') : command) ?? ''),
    approved: count(['approved']),
    open: count(['new', 'changed', 'renamed', 'vanished']),
    trust,
    disabled: disabled === true,
    state: disabled === true ? 'disabled' : live === undefined ? 'unused' : failing ? 'failing' : live.health,
    ...(last === undefined ? {} : { lastError: last }),
  };
}

function listText(rows: readonly ServerRow[]): string {
  if (rows.length === 0) return 'No server is registered. Register one: sallyport server add NAME --server-url URL';
  const table = textTable(
    ['NAME', 'TRANSPORT', 'STATE', 'APPROVED', 'OPEN', 'WHERE'],
    rows.map(({ server, transport, state, approved, open, trust, at }) => [
      server,
      transport,
      state,
      trust ? 'trusted' : String(approved),
      trust ? '-' : String(open),
      at,
    ]),
  );
  const failures = rows.flatMap(({ server, state, lastError }) =>
    lastError === undefined || state === 'up' ? [] : [printable(`${server} failed last: ${lastError}`)],
  );
  const next = rows.filter(({ trust, approved, disabled }) => !trust && !disabled && approved === 0);
  return [
    table,
    ...failures,
    ...next.slice(0, 5).map(({ server }) => `Nothing of ${server} is approved: sallyport server review ${server}`),
  ].join('\n');
}
