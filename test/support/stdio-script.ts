// Servers over stdio in a few lines of script: the handshake is done, `onCall` says the rest. Runs as `node -e`.

/** `onCall` is the body of `(message, say) => …` for every message after the handshake. */
export function scriptedServer(onCall: string, capabilities: object = { tools: {}, logging: {} }): string[] {
  const script = `
    const say = (message) => process.stdout.write((typeof message === 'string' ? message : JSON.stringify({ jsonrpc: '2.0', ...message })) + '\\n');
    const onCall = async (message, say) => { ${onCall} };
    require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
      const message = JSON.parse(line);
      if (message.method === 'initialize') {
        say({ id: message.id, result: { protocolVersion: '2025-11-25', capabilities: ${JSON.stringify(capabilities)}, serverInfo: { name: 's', version: '1' } } });
      } else void onCall(message, say);
    });`;
  return ['-e', script];
}
