import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    include: ['test/load/**/*.test.ts'],
    testTimeout: 2_400_000,
    fileParallelism: false,
  },
});
