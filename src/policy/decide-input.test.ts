// What of a request a rule can see: its arguments, where a completion has them too, and the labels of the data that flows into it.
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../lib/json.ts';
import { argumentsIn, type DecideInput, flowLabels, isFollowUp, isUse, resourceMeant } from './decide-input.ts';

describe('the arguments of a request', () => {
  test('are those of a call and of a prompt, and there are none that are no object', () => {
    expect(argumentsIn('tools/call', { name: 't', arguments: { a: 1 } })).toEqual({ a: 1 });
    for (const odd of [undefined, null, 'x', 5, [1]])
      expect(argumentsIn('prompts/get', odd === undefined ? {} : { arguments: odd })).toBeUndefined();
    expect(argumentsIn('tools/call', undefined)).toBeUndefined();
    expect(argumentsIn('completion/complete', undefined)).toBeUndefined();
  });

  test('of a completion are what it is asked for and what stands already', () => {
    const argument = { name: 'path', value: '/etc' };
    expect(argumentsIn('completion/complete', { argument })).toEqual({ path: '/etc' });
    expect(argumentsIn('completion/complete', { argument, context: { arguments: { host: 'a' } } })).toEqual({ host: 'a', path: '/etc' });
    expect(argumentsIn('completion/complete', { argument, context: { arguments: { path: '/tmp' } } })).toEqual({ path: '/etc' });
    expect(argumentsIn('tools/call', { argument, context: { arguments: { host: 'a' } } })).toBeUndefined();
  });

  test('of a completion whose own argument cannot be read are what stands already', () => {
    const context = { arguments: { host: 'a' } };
    for (const argument of ['path', { value: '/etc' }, { name: 5, value: '/etc' }, { name: 'path' }])
      expect(argumentsIn('completion/complete', { argument, context })).toEqual({ host: 'a' });
    expect(argumentsIn('completion/complete', {})).toEqual({});
    for (const odd of ['x', {}, { arguments: 'x' }, [1]])
      expect(argumentsIn('completion/complete', { argument: { name: 'p', value: 'v' }, context: odd })).toEqual({ p: 'v' });
  });

  test('named like members of objects are arguments', () => {
    const found = argumentsIn('completion/complete', { argument: { name: '__proto__', value: 'v' } });
    expect(found && Object.entries(found)).toEqual([['__proto__', 'v']]);
  });
});

describe('the resource that a completion leads to', () => {
  const meant = (args: JsonObject) =>
    resourceMeant({ completing: 'id', args, capability: { kind: 'resource', name: 'note://{scope}/{id}' } } as unknown as DecideInput);

  test('is told by the values that stand already', () => {
    expect(meant({ id: '1' })).toBeUndefined();
    expect(meant({ id: '1', scope: 'private' })).toEqual({ name: 'note://private/{id}' });
  });

  test('cannot be told by values that are no texts', () => {
    for (const scope of [['private'], 5, null, { toString: 'private' }]) expect(meant({ id: '1', scope })).toEqual({ name: undefined });
  });
});

test('labels of data are the findings about flow, without that word', () => {
  expect(flowLabels([])).toEqual([]);
  expect(flowLabels([{ type: 'secret.key' }, { type: 'flow.customer' }, { type: 'overflow.x' }, { type: 'flow.web' }])).toEqual([
    'customer',
    'web',
  ]);
});

test('calls, reads and requests of a server use something; a follow-up is a call that is not made again', () => {
  expect((['call', 'read', 'reverse', 'list', 'meta', 'notification', 'subscription'] as const).map(isUse)).toEqual([
    ...[true, true, true],
    ...[false, false, false, false],
  ]);
  const of = (kind: 'call' | 'read', method: string) =>
    isFollowUp({ kind, method, server: undefined, capability: undefined, principal: {} as never });
  expect([of('call', 'tasks/get'), of('call', 'tools/call'), of('read', 'resources/read')]).toEqual([true, false, false]);
});
