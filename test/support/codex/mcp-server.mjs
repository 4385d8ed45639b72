// A server of the Model Context Protocol over standard input and output, whose tools have the schemas that it is given:
// `node mcp-server.mjs TOOLS.json`. Each tool answers what it was called with.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { createInterface } from 'node:readline';

const tools = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));

const answers = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: 'hard', version: '1.0.0' },
  }),
  'tools/list': () => ({ tools }),
  'tools/call': ({ name, arguments: given }) => ({
    content: [{ type: 'text', text: `${name} was called with ${JSON.stringify(given)}` }],
  }),
  ping: () => ({}),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) continue;
  const answer = answers[method];
  const told = answer
    ? { result: answer(params ?? {}) }
    : { error: { code: -32_601, message: `there is no ${method}` } };
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...told })}\n`);
}
