// Tags of servers and tools, as operators set them on server objects. What a server says about itself is no tag.
import type { CapabilityRef } from '../call.ts';
import { compileGlob, type Glob } from '../lib/glob.ts';
import type { Kind, StoredObject } from '../object/kinds.ts';

/** Tags of a server and, when the capability is a tool, of that tool. */
export type TagsOf = (server: string | undefined, capability: CapabilityRef | undefined) => readonly string[];

interface Tagged {
  tags: readonly string[];
  tools: readonly { glob: Glob; tags: readonly string[] }[];
}

export function compileTags(objects: readonly StoredObject[]): TagsOf {
  const servers = new Map<string, Tagged>();
  for (const object of objects) {
    if (!isKind(object, 'server')) continue;
    const { tags = [], toolTags = {} } = object.spec;
    const tools = Object.entries(toolTags).map(([name, ofTool]) => ({ glob: compileGlob(name), tags: ofTool }));
    if (tags.length > 0 || tools.length > 0) servers.set(object.metadata.name, { tags, tools });
  }
  return (server, capability) => {
    const tagged = server === undefined ? undefined : servers.get(server);
    if (!tagged) return NONE;
    if (capability?.kind !== 'tool' || tagged.tools.length === 0) return tagged.tags;
    return [...tagged.tags, ...tagged.tools.flatMap(({ glob, tags }) => (glob.test(capability.name) ? tags : NONE))];
  };
}

const NONE: readonly string[] = Object.freeze([]);

function isKind<K extends Kind>(object: StoredObject, kind: K): object is StoredObject & StoredObject<K> {
  return object.kind === kind;
}
