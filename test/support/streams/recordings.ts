import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../../recordings');

export const readRecording = (name: string): Buffer => readFileSync(join(FOLDER, name));

/** The events of a `.chunks.txt` recording, which holds the data of one event a line, framed as SSE. */
export const recordedEvents = (name: string): string[] => {
  const lines = readRecording(name)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
  return lines.map((line) => {
    const data = JSON.parse(line) as { type?: string };
    return data.type === undefined ? `data: ${line}\n\n` : `event: ${data.type}\ndata: ${line}\n\n`;
  });
};
