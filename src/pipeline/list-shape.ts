// Where a list result holds its items, and what names them. Constants only.
import type { CapabilityKind } from '../call.ts';

export interface ListShape {
  member: string;
  kind: CapabilityKind;
  /** Member of an item that names the capability. */
  names: string;
}

export const LIST_SHAPES: Readonly<Record<string, ListShape>> = {
  'tools/list': { member: 'tools', kind: 'tool', names: 'name' },
  'prompts/list': { member: 'prompts', kind: 'prompt', names: 'name' },
  'resources/list': { member: 'resources', kind: 'resource', names: 'uri' },
  'resources/templates/list': { member: 'resourceTemplates', kind: 'resource', names: 'uriTemplate' },
};
