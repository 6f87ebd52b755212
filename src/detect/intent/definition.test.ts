// Tools of many kinds, by hand (test/cases/intent/tools.txt), and what no definition may do: lower its class by an annotation, break the analysis.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Intent } from '../../call.ts';
import type { JsonObject } from '../../lib/json.ts';
import { classifyDefinition } from './definition.ts';
import { MAX_DESCRIPTION_CHARS } from './phrase.ts';
import { MAX_ENUM_VALUES, MAX_PROPERTIES } from './schema-facts.ts';
import { rank } from './verdict.ts';

const LETTER: Record<string, Intent> = { r: 'read', w: 'write', d: 'destructive', e: 'exfiltrative' };
const casesOf = (name: string): [string, string, string][] =>
  readFileSync(new URL(`../../../test/cases/intent/${name}`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(' | ') as [string, string, string]);
const cases = ['tools.txt', 'unseen-tools.txt'].flatMap(casesOf);

const intentOf = (definition: JsonObject): Intent => classifyDefinition(definition).intent;

describe('tools of many servers', () => {
  it('reads the cases', () => expect(cases.length).toBeGreaterThan(400));

  it.each(cases)('%s: %s', (name, description, letters) => {
    expect([...letters].map((letter) => LETTER[letter])).toContain(intentOf({ name, description }));
  });

  it('names alone are nearly as good', () => {
    const wrong = cases.filter(([name, , letters]) => ![...letters].map((letter) => LETTER[letter]).includes(intentOf({ name })));
    expect(wrong.length / cases.length).toBeLessThan(0.02);
  });
});

describe('names that begin with the thing', () => {
  const judged = casesOf('terse-tools.txt').map(([name, description, letters]) => ({
    name,
    right: [...letters].map((letter) => LETTER[letter] as Intent),
    found: intentOf({ name, description }),
  }));

  it('nineteen of twenty are right', () => {
    expect(judged.length).toBeGreaterThan(150);
    const wrong = judged.filter(({ right, found }) => !right.includes(found));
    expect(wrong.length / judged.length, wrong.map(({ name }) => name).join(' ')).toBeLessThanOrEqual(0.06);
  });

  it('of those that must be stopped hardly one passes, and no reader is stopped', () => {
    const isStopped = (intent: Intent | undefined): boolean => intent === 'destructive' || intent === 'exfiltrative';
    const dangerous = judged.filter(({ right }) => right.every(isStopped));
    expect(dangerous.length).toBeGreaterThan(30);
    expect(dangerous.filter(({ found }) => !isStopped(found)).length).toBeLessThanOrEqual(1);
    const readers = judged.filter(({ right }) => right.length === 1 && right[0] === 'read');
    expect(readers.filter(({ found }) => isStopped(found))).toEqual([]);
  });
});

describe('tools in other languages', () => {
  const judged = casesOf('world-tools.txt').map(([name, description, letters]) => ({
    name,
    right: [...letters].map((letter) => LETTER[letter] as Intent),
    found: intentOf({ name, description }),
  }));
  const isStopped = (intent: Intent): boolean => intent === 'destructive' || intent === 'exfiltrative';

  it('nineteen of twenty are right, and no reader is stopped', () => {
    expect(judged.length).toBeGreaterThan(70);
    const wrong = judged.filter(({ right, found }) => !right.includes(found));
    expect(wrong.length / judged.length, wrong.map(({ name }) => name).join(' ')).toBeLessThanOrEqual(0.05);
    expect(judged.filter(({ right, found }) => right.join() === 'read' && isStopped(found))).toEqual([]);
  });

  it('of those that must be stopped one passes at most', () => {
    const dangerous = judged.filter(({ right }) => right.every(isStopped));
    expect(dangerous.length).toBeGreaterThan(20);
    expect(dangerous.filter(({ found }) => !isStopped(found)).length).toBeLessThanOrEqual(1);
  });

  it('a description that nobody can read is no reading', () => {
    expect(intentOf({ name: 'f17', description: 'Qorvu ang bilu nga mga vok ug ang zhim el los las' })).toBe('write');
  });

  it('the actions of a tool may be named in them, too', () => {
    const schema = { type: 'object', properties: { action: { type: 'string', enum: ['consultar', 'eliminar'] } } };
    expect(intentOf({ name: 'pedidos', description: 'Pedidos de la tienda', inputSchema: schema })).toBe('destructive');
  });

  it.each([
    ['agenda_items', 'The items of an agenda'],
    ['exclusive_offers', 'Offers for members'],
    ['virtual_terminals', 'Terminals that are online'],
  ])('English words that look like them are English: %s', (name, description) => {
    expect(intentOf({ name, description })).toBe('read');
  });
});

describe('tools that nobody looked at one by one', () => {
  const judged = casesOf('blind-tools.txt').map(([name, description, letters]) => ({
    name,
    right: [...letters].map((letter) => LETTER[letter] as Intent),
    found: intentOf({ name, description }),
  }));
  const isStopped = (intent: Intent): boolean => intent === 'destructive' || intent === 'exfiltrative';

  it('nineteen of twenty are right', () => {
    expect(judged.length).toBeGreaterThan(400);
    const wrong = judged.filter(({ right, found }) => !right.includes(found));
    expect(wrong.length / judged.length, wrong.map(({ name }) => name).join(' ')).toBeLessThanOrEqual(0.05);
  });

  it('hardly one that must be stopped passes, hardly a reader is stopped', () => {
    const dangerous = judged.filter(({ right }) => right.every(isStopped));
    expect(dangerous.length).toBeGreaterThan(70);
    expect(dangerous.filter(({ found }) => !isStopped(found)).length / dangerous.length).toBeLessThanOrEqual(0.04);
    const readers = judged.filter(({ right }) => right.join() === 'read');
    expect(readers.length).toBeGreaterThan(100);
    expect(readers.filter(({ found }) => isStopped(found)).length / readers.length).toBeLessThanOrEqual(0.03);
  });
});

describe('heads of descriptions', () => {
  it.each<[string, string, Intent]>([
    ['op4', 'Permanently wipes the given volume', 'destructive'],
    ['op5', 'Gently adjusts the angle of a lamp', 'write'],
    ['lint_chart', 'Run a policy scan on Helm scripts', 'read'],
    ['roll_log', 'Rolls the log up; older lines are discarded', 'destructive'],
    ['fold_cards', 'Joins two cards; the second one is removed', 'destructive'],
    ['basket', 'Places an order for the basket', 'destructive'],
    ['subtitle', 'Translates the subtitles and saves them', 'write'],
    ['info_7', 'File metadata', 'read'],
    ['chart_7', 'Plots a histogram of the numbers and returns it', 'read'],
    ['crm_7', 'Converts a prospect into an account', 'write'],
    ['evaluate_feature', 'Evaluates a feature for a user', 'read'],
    ['evaluate_snippet', 'Evaluates a snippet', 'destructive'],
    ['create_limit_ticket', 'Places an order at the exchange', 'destructive'],
    ['request_vehicle_record', 'Retrieves the record of a vehicle', 'read'],
    ['request_parking_permit', 'Asks the city for a permit', 'write'],
    ['format_drive', 'Formats a storage device', 'destructive'],
    ['format_date', 'Formats a date for a locale', 'read'],
    ['image_host', 'Reinstalls a machine; all its data is lost', 'destructive'],
    ['launch_exploit', 'Runs an exploit of a module', 'destructive'],
    ['decompile_class', 'Decompiles a class', 'read'],
    ['restore_copy', 'Restores a copy over the current data', 'destructive'],
    ['API-list-a-table', 'Query a table', 'read'],
    ['query_spans', 'Query spans of a service', 'read'],
    ['create_public_token', 'Creates a token for the browser', 'write'],
    ['write_off_loan', 'Writes off a loan', 'destructive'],
    ['poll_vote_9', 'Votes in a poll', 'read'],
    ['vote_ballot', 'Votes on a ballot', 'write'],
    ['record_film', 'Records a film', 'write'],
    ['record_films', 'The films that were recorded', 'write'],
    ['open_discussion', 'Opens a discussion', 'write'],
    ['open_page', 'Opens a page', 'read'],
    ['start_sql_engine', 'Starts a SQL engine', 'write'],
    ['line_in', 'Sends a line to the shell of the machine', 'destructive'],
    ['otchet_9', 'Формирует отчёт по продажам', 'read'],
    ['phone_9', 'Use when the user wants to hang up the call', 'destructive'],
    ['recall_lot', 'Recalls a lot of a product', 'destructive'],
    ['recall_fact', 'Recalls a fact', 'read'],
    ['grade_exam', 'Grades an exam', 'write'],
    ['chercher_train', 'Cherche un train', 'read'],
    ['tool_31', '口座から出金します', 'destructive'],
    ['picture_7', 'Removes the noise of a picture', 'write'],
  ])('%s: %s', (name, description, intent) => {
    expect(intentOf({ name, description })).toBe(intent);
  });

  it('a text that is told about is not run', () => {
    const schema = { type: 'object', properties: { sql: { type: 'string' } } };
    expect(intentOf({ name: 'sql_advice', description: 'Suggests indexes for a statement', inputSchema: schema })).toBe('read');
    expect(intentOf({ name: 'sql_advice', description: 'Runs a statement', inputSchema: schema })).toBe('destructive');
  });

  it('what is fetched may be a call', () => {
    expect(intentOf({ name: 'PhoneApi--FetchCall', description: 'Fetch a call by its id' })).toBe('read');
    expect(intentOf({ name: 'kafka_produce_event', description: 'Produce an event' })).toBe('write');
  });
});

describe('annotations', () => {
  const annotations = fc.record(
    { readOnlyHint: fc.boolean(), destructiveHint: fc.boolean(), idempotentHint: fc.boolean(), openWorldHint: fc.boolean() },
    { requiredKeys: [] },
  );

  it('annotations never lower', () => {
    fc.assert(
      fc.property(fc.constantFrom(...cases), annotations, ([name, description], stated) => {
        const blind = intentOf({ name, description });
        expect(rank(intentOf({ name, description, annotations: stated }))).toBeGreaterThanOrEqual(rank(blind));
        // Whatever the others say, changing `readOnlyHint` changes nothing.
        expect(intentOf({ name, description, annotations: { ...stated, readOnlyHint: true } })).toBe(
          intentOf({ name, description, annotations: { ...stated, readOnlyHint: false } }),
        );
      }),
    );
  });

  it('destructiveHint raises', () => {
    expect(intentOf({ name: 'sync_items', annotations: { destructiveHint: true } })).toBe('destructive');
    expect(intentOf({ name: 'export_contacts', annotations: { destructiveHint: true } })).toBe('exfiltrative');
  });
});

describe('schemas', () => {
  const tool = (name: string, properties: JsonObject): JsonObject => ({ name, inputSchema: { type: 'object', properties } });

  it('an action that deletes sets the upper bound', () => {
    expect(intentOf(tool('widget', { action: { type: 'string', enum: ['list', 'get'] } }))).toBe('read');
    expect(intentOf(tool('widget', { action: { type: 'string', enum: ['list', 'get', 'delete'] } }))).toBe('destructive');
    expect(intentOf(tool('list_todos', { action: { type: 'string', enum: ['assigned', 'mentioned', 'build_failed'] } }))).toBe('read');
  });

  it('an argument that is run makes an executor', () => {
    expect(classifyDefinition(tool('run', { sql: { type: 'string' } }))).toMatchObject({
      intent: 'destructive',
      executor: { language: 'sql' },
    });
    expect(classifyDefinition(tool('execute_command', { command: { type: 'string' } })).category).toBe('code-execution');
    expect(intentOf(tool('search', { query: { type: 'string' } }))).toBe('read');
  });

  it.each([
    ['list_directory', 'Get a detailed listing of all files and directories in a specified path.', 'filesystem'],
    [
      'create_directory',
      'Create a new directory or ensure a directory exists. Can create multiple nested directories in one operation.',
      'filesystem',
    ],
    ['directory_tree', 'Get a recursive tree view of files and directories as a JSON structure.', 'filesystem'],
    ['list_allowed_directories', 'Returns the list of directories that this server is allowed to access.', 'filesystem'],
    ['search_directory_users', 'Finds users of the company directory.', 'identity', 'query'],
  ])('a directory is of the file system unless it is one of people: %s', (name, description, category, property = 'path') => {
    expect(classifyDefinition({ ...tool(name, { [property]: { type: 'string' } }), description }).category).toBe(category);
  });

  it('looks at so many properties and values; values that are too many could be anything', () => {
    const properties = (before: number): JsonObject => ({
      ...Object.fromEntries(Array.from({ length: before }, (_, index) => [`p${index}`, { type: 'string' }])),
      action: { type: 'string', enum: ['get', 'delete'] },
    });
    expect(intentOf(tool('widget', properties(MAX_PROPERTIES - 1)))).toBe('destructive');
    expect(intentOf(tool('widget', properties(MAX_PROPERTIES)))).toBe('read');
    const values = (before: number): JsonObject => ({ action: { enum: Array.from({ length: before }, () => 'get') } });
    expect(intentOf(tool('widget', values(MAX_ENUM_VALUES)))).toBe('read');
    expect(intentOf(tool('widget', values(MAX_ENUM_VALUES + 1)))).toBe('destructive');
  });
});

describe('any definition', () => {
  it('is classified without a throw', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(() => classifyDefinition({ name: 'x', inputSchema: value } as JsonObject)).not.toThrow();
      }),
    );
    fc.assert(
      fc.property(fc.string(), fc.string(), (name, description) => {
        expect(['read', 'write', 'destructive', 'exfiltrative']).toContain(intentOf({ name, description }));
      }),
    );
  });

  it('a description counts up to its bound', () => {
    const lead = (chars: number): string => `Update an entry${' '.repeat(chars)}`;
    expect(intentOf({ name: 'entry', description: `${lead(100)}. It cannot be undone.` })).toBe('destructive');
    expect(intentOf({ name: 'entry', description: `${lead(MAX_DESCRIPTION_CHARS)}. It cannot be undone.` })).toBe('write');
  });
});

it('reads any name made of the words it knows: none breaks the analysis', () => {
  const words = 'test tool with progress status info order build log report run get list history check results'.split(' ');
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 5 }), (parts) => {
      classifyDefinition({ name: parts.join('_'), description: 'Reports.', inputSchema: { type: 'object' } });
    }),
  );
});

describe('names that begin with things, and sentences with verbs of no lexicon', () => {
  const of = (name: string, description = ''): string => classifyDefinition({ name, description, inputSchema: { type: 'object' } }).intent;

  it.each<[string, string, string]>([
    ['now_playing', 'The track that is on in a zone.', 'read'],
    ['recently_closed', 'Cards that were closed within the last week.', 'read'],
    ['meter_swap_history', 'Meters that were fitted at an address.', 'read'],
    ['ward_handover_notes', 'Notes from the last shift.', 'read'],
    ['grid_frequency', 'Hertz over the last minute.', 'read'],
    ['contact_list', 'The complete list of contacts of a team.', 'read'],
    ['loan_renewal', 'For a book that was borrowed.', 'write'],
    ['fine_waiver', 'A fine is no longer owed.', 'write'],
    ['lease_termination', 'Ends a lease before its term.', 'destructive'],
    ['badge_revocation', 'Makes a badge open no more doors.', 'destructive'],
    ['flight_plan_lodge', 'Lodges a flight plan with air traffic control.', 'write'],
    ['antenna_slew', 'Points an antenna to an azimuth.', 'write'],
    ['tax_return_file', 'Files the prepared return with the revenue office.', 'write'],
    ['drone_return_home', 'Calls the drone back to where it took off.', 'write'],
    ['geofence_wipe', 'Throws all geofences of a fleet away.', 'destructive'],
    ['kiln_shutoff', 'Cuts the gas to a kiln.', 'destructive'],
    ['office_card', 'Contains the address of a branch.', 'read'],
  ])('%s: %s → %s', (name, description, intent) => {
    expect(of(name, description)).toBe(intent);
  });

  it('a name that ends in a word nobody explains is not believed to read only; the plural names things', () => {
    expect([of('wind_turbine_feather'), of('chart_of_accounts'), of('order_status')]).toEqual(['write', 'read', 'read']);
  });
});
