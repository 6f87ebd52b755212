// The method table: kinds, shapes, eras and what names a capability.
import { describe, expect, it } from 'vitest';
import { CACHEABLE_METHODS, knownMethods, MRTR_METHODS, methodInfo, methodKind, namedCapability } from './method-kind.ts';
import { REMOVED_METHODS } from './rev-2026-07-28/version.ts';

describe('methodKind', () => {
  it('is unknown for a method in the wrong shape', () => {
    expect(methodKind('tools/call', 'request')).toBe('call');
    expect(methodKind('tools/call', 'notification')).toBe('unknown');
    expect(methodKind('notifications/progress', 'notification')).toBe('notification');
    expect(methodKind('notifications/progress', 'request')).toBe('unknown');
  });

  it.each(['', 'Tools/call', 'tools/call ', 'constructor', '__proto__', 'toString', 'vendor/x'])('is unknown for %j', (method) => {
    expect(methodKind(method, 'request')).toBe('unknown');
    expect(namedCapability(method, {})).toBeUndefined();
  });

  it('treats the follow-ups of a task as calls, never as reads or lists', () => {
    for (const method of ['tasks/get', 'tasks/update', 'tasks/result', 'tasks/cancel']) expect(methodKind(method, 'request')).toBe('call');
  });

  it('agrees with the list of removed methods', () => {
    for (const method of REMOVED_METHODS) expect([method, methodInfo(method)?.modern]).toEqual([method, false]);
    for (const method of knownMethods())
      if (methodInfo(method)?.modern === false && methodInfo(method)?.from === 'client') expect(REMOVED_METHODS.has(method)).toBe(true);
    for (const method of [...CACHEABLE_METHODS, ...MRTR_METHODS]) expect(methodInfo(method)?.modern).toBe(true);
  });
});

describe('namedCapability', () => {
  it('reads the member that names what is used', () => {
    expect(namedCapability('tools/call', { name: 'a' })).toEqual({ kind: 'tool', name: 'a' });
    expect(namedCapability('prompts/get', { name: 'a' })).toEqual({ kind: 'prompt', name: 'a' });
    expect(namedCapability('resources/read', { uri: 'file:///a' })).toEqual({ kind: 'resource', name: 'file:///a' });
    expect(namedCapability('tasks/get', { taskId: 't' })).toEqual({ kind: 'task', name: 't' });
    expect(namedCapability('completion/complete', { ref: { type: 'ref/prompt', name: 'p' } })).toEqual({ kind: 'prompt', name: 'p' });
    for (const type of ['ref/prompt', 'ref/resource'])
      expect(namedCapability('completion/complete', { ref: { type, name: 'p', uri: 'note://1' } })).toBe('missing');
    const template = { type: 'ref/resource', uri: 'a://{b}' };
    for (const more of [
      { argument: { name: ['b'], value: '' } },
      { argument: 'b' },
      { context: 'b' },
      { context: { arguments: ['b'] } },
      { context: { arguments: { b: ['x'] } } },
      { context: { arguments: { b: 7 } } },
    ])
      expect(namedCapability('completion/complete', { ref: template, ...more }), JSON.stringify(more)).toBe('missing');
    for (const more of [{ context: null }, { context: {} }, { context: { arguments: null } }, { context: { arguments: { b: 'x' } } }])
      expect(namedCapability('completion/complete', { ref: template, ...more })).toEqual({ kind: 'resource', name: 'a://{b}' });
    expect(namedCapability('completion/complete', { ref: { type: 'ref/resource', uri: 'a://{b}' } })).toEqual({
      kind: 'resource',
      name: 'a://{b}',
    });
    expect(namedCapability('tools/list', undefined)).toBeUndefined();
  });

  it.each([
    ['tools/call', undefined],
    ['tools/call', { name: 5 }],
    ['tools/call', Object.create({ name: 'inherited' })],
    ['completion/complete', { ref: { type: 'ref/tool', name: 'x' } }],
    ['completion/complete', { ref: null }],
    ['tasks/get', {}],
  ])('says missing for %s %j', (method, params) => {
    expect(namedCapability(method, params)).toBe('missing');
  });
});
