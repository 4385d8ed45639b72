import type { Random } from '../dashboard/random.ts';

const TYPES = [
  'response.create',
  'response.create',
  'response.create',
  'response.create',
  'response.cancel',
  'response.interrupt',
  'response.steer',
  'response.inject',
  'session.update',
  '',
  'response.create\u0000',
];

const TEXTS = [
  '',
  'a',
  'resp_1',
  '\u0000',
  '\n\r\t',
  'grün 😀',
  '\ud800',
  '"\\',
  '{"type":"response.create"}',
  'x'.repeat(3000),
];

const value = (random: Random, depth: number): unknown => {
  const kind = random.next();
  if (kind < 0.3) return random.pick(TEXTS);
  if (kind < 0.45) return random.pick([0, -0, 1e308, -1.5e-10, 2 ** 53]);
  if (kind < 0.6) return random.pick([true, false, null]);
  if (depth > 3) return null;
  const length = Math.floor(random.next() * 4);
  if (kind < 0.8) return Array.from({ length }, () => value(random, depth + 1));
  return Object.fromEntries(
    Array.from({ length }, () => [random.pick([...TEXTS, ...MEMBERS]), value(random, depth + 1)]),
  );
};

const MEMBERS = [
  'model',
  'input',
  'tools',
  'stream',
  'store',
  'generate',
  'stream_id',
  'previous_response_id',
  'response_id',
  'client_metadata',
  'background',
  '__proto__',
  'constructor',
];

const message = (random: Random): Record<string, unknown> => {
  const made: Record<string, unknown> = {
    type: random.next() < 0.95 ? random.pick(TYPES) : value(random, 0),
  };
  for (const member of MEMBERS) if (random.next() < 0.3) made[member] = value(random, 0);
  if (random.next() < 0.3) made.input = [{ type: 'message', role: 'user', content: random.pick(TEXTS) }];
  if (random.next() < 0.2)
    made.client_metadata = { 'x-codex-turn-metadata': random.pick(TEXTS), x: value(random, 0) };
  if (random.next() < 0.3) made.store = false;
  return made;
};

/** Cuts, repeats, swaps and inserts characters: what was JSON mostly is none any more. */
const damage = (random: Random, text: string): string => {
  let damaged = text;
  for (let count = Math.ceil(random.next() * 3); count > 0; count--) {
    const at = Math.floor(random.next() * damaged.length);
    const length = Math.floor(random.next() * 5);
    const inserted = random.pick([
      '',
      '"',
      '\\',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '\u0000',
      'é',
      damaged.slice(at, at + 20),
    ]);
    damaged = damaged.slice(0, at) + inserted + damaged.slice(at + length);
  }
  return damaged;
};

/** A message that a client could send, mostly wrong in some way. Never one that asks for no answer. */
export const generateMessage = (random: Random): string => {
  const kind = random.next();
  if (kind < 0.05) return JSON.stringify(value(random, 0)) ?? 'undefined';
  const text = JSON.stringify(message(random), undefined, random.pick([undefined, undefined, 1, '\t']));
  const made = kind < 0.5 ? damage(random, text) : text;
  return made.includes('response.processed') ? '{}' : made;
};
