// The legs of the conformance run, as data: who is measured, at which revision, against what. `L` is 2025-11-25 and older,
// `M` is 2026-07-28; the client side comes first.

import type { FixtureOptions } from '../support/fixture/fixture.ts';
import type { Revision } from './suite.ts';

interface LegBase {
  name: string;
  about: string;
  revision: Revision;
  /** Without a gateway in between: shows that the fixture, or the driver, is not the one to blame. */
  direct?: true;
}

export interface ServerLeg extends LegBase {
  role: 'server';
  fixture: FixtureOptions;
  /** Scenarios run one by one, instead of the requirement set of the revision. */
  scenarios?: readonly string[];
}

export interface ClientLeg extends LegBase {
  role: 'client';
  /** Era of the agent; that of the revision unless given. */
  agent?: 'legacy' | 'modern';
  scenarios?: readonly string[];
}

export type Leg = ServerLeg | ClientLeg;

const TASKS = [
  'tasks-lifecycle',
  'tasks-capability-negotiation',
  'tasks-wire-fields',
  'tasks-request-state-removal',
  'tasks-mrtr-input',
  'tasks-request-headers',
  'tasks-dispatch-and-envelope',
  'tasks-status-notifications',
  'tasks-required-task-error',
  'tasks-mrtr-composition',
];
const SKILLS = ['sep-2640-skills-directory', 'sep-2640-skills-enumeration', 'sep-2640-skills-manifest'];
const CLIENT_L = ['initialize', 'tools_call', 'elicitation-sep1034-client-defaults', 'sse-retry', 'json-schema-2020-12-preservation'];
const CLIENT_M = [
  'tools_call',
  'request-metadata',
  'sep-2322-client-request-state',
  'http-standard-headers',
  'http-custom-headers',
  'http-invalid-tool-headers',
  'json-schema-ref-no-deref',
  'json-schema-2020-12-preservation',
];

export const legs: readonly Leg[] = [
  { name: 'direct-L', about: 'the fixture itself', role: 'server', direct: true, revision: '2025-11-25', fixture: { era: 'legacy' } },
  { name: 'direct-M', about: 'the fixture itself', role: 'server', direct: true, revision: '2026-07-28', fixture: { era: 'modern' } },
  { name: 'direct-client-L', about: 'the driver itself', role: 'client', direct: true, revision: '2025-11-25', scenarios: CLIENT_L },
  { name: 'direct-client-M', about: 'the driver itself', role: 'client', direct: true, revision: '2026-07-28', scenarios: CLIENT_M },
  { name: 'L-L', about: 'same era', role: 'server', revision: '2025-11-25', fixture: { era: 'legacy' } },
  { name: 'M-M', about: 'same era', role: 'server', revision: '2026-07-28', fixture: { era: 'modern' } },
  { name: 'tasks-M-M', about: 'tasks extension', role: 'server', revision: '2026-07-28', fixture: { era: 'modern' }, scenarios: TASKS },
  { name: 'skills-M-M', about: 'skills extension', role: 'server', revision: '2026-07-28', fixture: { era: 'modern' }, scenarios: SKILLS },
  { name: 'L-M', about: 'cross era', role: 'server', revision: '2025-11-25', fixture: { era: 'modern' } },
  { name: 'M-L', about: 'cross era', role: 'server', revision: '2026-07-28', fixture: { era: 'legacy' } },
  { name: 'L-sse', about: 'old HTTP+SSE server', role: 'server', revision: '2025-11-25', fixture: { transport: 'sse' } },
  { name: 'client-L', about: 'gateway as client', role: 'client', revision: '2025-11-25' },
  { name: 'client-M', about: 'gateway as client', role: 'client', revision: '2026-07-28' },
  {
    name: 'client-L-M',
    about: 'legacy agent, modern server',
    role: 'client',
    revision: '2026-07-28',
    agent: 'legacy',
    scenarios: CLIENT_M,
  },
  {
    name: 'client-M-L',
    about: 'modern agent, legacy server',
    role: 'client',
    revision: '2025-11-25',
    agent: 'modern',
    scenarios: CLIENT_L,
  },
];
