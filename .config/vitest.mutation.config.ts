import { defineConfig } from 'vitest/config';
import { room } from './mutation-rooms.mjs';

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: { include: room.tests, testTimeout: 60_000, hookTimeout: 60_000 },
});
