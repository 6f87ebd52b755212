// A stdio server that tells everything it knows: its environment on standard error, in its handshake, in results and errors; and one tool that
// dies with its last words. For tests that look for credentials where none may be.
import { createInterface } from 'node:readline';

interface Message {
  id?: string | number;
  method?: string;
  params?: { name?: string; protocolVersion?: string };
}

const everything = JSON.stringify(process.env);
console.error(`environment: ${everything}`);

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line) as Message;
  if (id === undefined) return;
  const say = (answer: object) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...answer })}\n`);
  if (method === 'initialize') {
    const serverInfo = { name: 'leaky', version: '1' };
    say({ result: { protocolVersion: params?.protocolVersion, capabilities: { tools: {} }, serverInfo, instructions: everything } });
  } else if (method === 'tools/list') {
    say({
      result: { tools: ['result', 'error', 'die'].map((name) => ({ name, inputSchema: { type: 'object' }, description: everything })) },
    });
  } else if (params?.name === 'error') say({ error: { code: -32000, message: everything, data: { environment: everything } } });
  else if (params?.name === 'die') {
    console.error(`last words: ${everything}`);
    process.exit(1);
  } else say({ result: { content: [{ type: 'text', text: everything }] } });
});
