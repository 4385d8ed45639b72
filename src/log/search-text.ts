import { readStoredBody } from './bodies/read-stored-body.ts';
import type { StoredBody } from './record.ts';

/** A text as it stands in JSON, and as it is; in lower case. */
export const needlesOf = (text: string): readonly string[] => {
  const plain = text.toLowerCase();
  return [...new Set([plain, JSON.stringify(plain).slice(1, -1)])];
};

/** Whether a body holds one of the texts; false where it cannot be read. */
export const holdsNeedle = async (body: StoredBody, needles: readonly string[]): Promise<boolean> => {
  const read = await readStoredBody(body, 'answer');
  if (!('bytes' in read)) return false;
  const text = new TextDecoder().decode(read.bytes).toLowerCase();
  return needles.some((needle) => text.includes(needle));
};
