import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { room } from './mutation-rooms.mjs';

export default defineConfig({
  root: join(import.meta.dirname, '..'),
  test: {
    include: room.tests,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Below the time after which Stryker takes a mutant for an endless loop.
    expect: { poll: { timeout: 5_000 } },
  },
});
