// Tools that servers have stated, with what each does: what a policy to start from is written over. Reads only.
import { classifyDefinition } from '../detect/intent/definition.ts';
import type { World } from '../policy/rehearse/space.ts';
import type { StarterTool } from '../policy/rehearse/starter.ts';

export function registeredTools({ servers }: World): StarterTool[] {
  return servers.flatMap(({ name: server, tools }) =>
    [...tools].map(([tool, definition]) => {
      const { intent, category } = classifyDefinition(definition);
      const description = typeof definition.description === 'string' ? definition.description : undefined;
      return { server, tool, intent, category, description };
    }),
  );
}
