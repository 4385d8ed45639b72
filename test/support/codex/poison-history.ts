import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const POISON: readonly object[] = [
  // Of another provider, and of a gateway that nobody has any more.
  { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAAAABforeign' },
  { type: 'function_call', name: 'exec_command', arguments: '{"cmd": "ls', call_id: 'poison_1' },
  { type: 'function_call_output', call_id: 'poison_1', output: 'failed to parse' },
  { type: 'function_call', name: 'exec_command', arguments: '', call_id: 'poison_2' },
  { type: 'function_call_output', call_id: 'poison_2', output: '' },
  { type: 'function_call', name: 'exec_command', arguments: '[1]', call_id: 'poison_3' },
  { type: 'function_call_output', call_id: 'poison_3', output: 'not an object' },
  { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: '' }] },
];

/** Adds to the one session of a Codex home what providers refuse in every later turn. */
export const poisonHistory = (codexHome: string): void => {
  const folder = join(codexHome, 'sessions');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const [session] = files.filter((file) => file.endsWith('.jsonl')).sort();
  if (session === undefined) throw new Error(`no session in ${folder}`);
  const path = join(folder, session);
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  const last = JSON.parse(lines.at(-1) ?? '{}') as { readonly timestamp: string; readonly ordinal?: number };
  const poison = POISON.map((payload, index) => {
    const ordinal = last.ordinal === undefined ? {} : { ordinal: last.ordinal + index + 1 };
    return JSON.stringify({ timestamp: last.timestamp, ...ordinal, type: 'response_item', payload });
  });
  writeFileSync(path, `${[...lines, ...poison].join('\n')}\n`);
};
