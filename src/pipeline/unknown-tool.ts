// What a tool that does not exist is answered with. One text for what is not there and for what a rule hides.
import { INVALID_PARAMS } from '../mcp/error-code.ts';
import { denyRpc, type Verdict } from './flight.ts';

export function unknownTool(name: string): Verdict {
  return denyRpc('unknown_capability', { code: INVALID_PARAMS, message: `Unknown tool: ${JSON.stringify(name.slice(0, 128))}` });
}
