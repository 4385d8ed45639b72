import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../../../src/config/load-config.ts';
import { SETTINGS } from '../../../src/config/settings.ts';

const FOLDER = join(import.meta.dirname, '../../../.container');
const FILES = readdirSync(FOLDER).filter((file) => /^compose.*\.yaml$/.test(file));
const KNOWN: ReadonlySet<string> = new Set([
  ...Object.values(SETTINGS).map(({ variable }) => variable as string),
  'OPENAI_API_KEY',
]);

/** As Compose does: the value, else the default that stands behind it. */
const substitute = (text: string): string =>
  text.replace(
    /\$\{(\w+)(?::-([^}]*)|:\?)?\}/g,
    (_all, name: string, fallback?: string) => fallback ?? `a-${name}`,
  );

it.each(FILES)(
  '%s gives each gateway settings that there are, a configuration that loads, and a folder of its own',
  (file) => {
    const { services } = parse(readFileSync(join(FOLDER, file), 'utf8'), { merge: true }) as {
      services: Record<string, { environment?: Record<string, string>; volumes?: string[] }>;
    };
    const gateways = Object.entries(services).filter(([name]) => name.startsWith('gateway'));
    expect(gateways.length).toBeGreaterThan(0);
    for (const [, { environment = {} }] of gateways) {
      expect(Object.keys(environment).filter((name) => !KNOWN.has(name))).toEqual([]);
      const env = Object.fromEntries(
        Object.entries(environment).map(([name, value]) => [name, substitute(String(value))]),
      );
      expect(loadConfig({ flags: {}, env, dotenv: {}, dataDir: '/data' }).storage.kind).toBe(
        file.includes('team') ? 'postgresql' : 'files',
      );
    }
    const folders = gateways.map(([, { volumes }]) => volumes?.[0]);
    expect(new Set(folders).size).toBe(gateways.length);
  },
);
