import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, objectsOf } from '../../../src/base/json-object.ts';
import { createTemporaryFolder } from '../temporary-folder.ts';
import { AWKWARD_TOOLS } from '../translate/awkward-request.ts';

/** Codex's configuration of a server whose tools have schemas that providers refuse. */
export const hardTools = (): string => {
  const tools = objectsOf(AWKWARD_TOOLS)
    .filter(({ parameters }) => isObject(parameters))
    .map(({ name, parameters }) => ({
      name,
      description: `The tool ${String(name)}.`,
      inputSchema: { type: 'object', ...(parameters as object) },
      annotations: { readOnlyHint: true },
    }));
  const file = join(createTemporaryFolder('mcp'), 'tools.json');
  writeFileSync(file, JSON.stringify(tools));
  const server = join(import.meta.dirname, 'mcp-server.mjs');
  return `
[mcp_servers.hard]
command = ${JSON.stringify(process.execPath)}
args = ${JSON.stringify([server, file])}
`;
};
