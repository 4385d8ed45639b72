import { dirname } from 'node:path';
import tseslint from 'typescript-eslint';

/** What runs for each request, each connection and each event. */
const BUSY = 'src/{coding,forward,http,json,sse,websocket}/**/*.ts';

// Biome checks everything else: most of these rules need the types of the whole program.
export default [
  {
    files: ['src/**/*.{ts,tsx}', 'bin/*.js'],
    plugins: { '@typescript-eslint': tseslint.plugin },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: {
        projectService: { allowDefaultProject: ['bin/*.js'] },
        tsconfigRootDir: dirname(import.meta.dirname),
      },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
  {
    files: [BUSY, 'src/guard/request-head.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          // The engine makes a new shape for each such object. It is old from the beginning, and keeps the getter with
          // all that it leads to until the next full collection: with three of them, a third of a request's time.
          selector: "ObjectExpression > Property[kind='get']",
          message:
            'Use a method, or a class: a getter in an object literal keeps all of its request in memory.',
        },
      ],
    },
  },
];
