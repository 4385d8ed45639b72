import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { room } from './mutation-rooms.mjs';

export default defineConfig({
  root: join(import.meta.dirname, '..'),
  test: { include: room.tests, testTimeout: 60_000, hookTimeout: 60_000 },
});
