/**
 * What is mutated, and the tests that run it in their own process: a CLI that a test starts runs `dist`, and
 * sees no mutant. Tests through a whole gateway are few, since each mutant that survives runs all that reach it.
 */
const ROOMS = {
  guard: {
    mutate: ['src/guard/**/*.ts'],
    tests: ['test/unit/guard/*.test.ts'],
  },
  json: {
    mutate: ['src/json/**/*.ts'],
    tests: ['test/unit/json/*.test.ts', 'test/unit/forward/edit-body.test.ts'],
  },
  coding: {
    mutate: ['src/coding/**/*.ts'],
    tests: ['test/unit/coding/*.test.ts', 'test/unit/places/zstd-libraries.test.ts'],
  },
  redact: {
    mutate: ['src/log/redact*.ts', 'src/base/secrets/secret-shapes.ts'],
    tests: ['test/unit/log/redact*.test.ts', 'test/unit/base/*.test.ts'],
  },
  forward: {
    mutate: [
      'src/forward/route/{choose-destination,check-credential}.ts',
      'src/forward/relay/relay-answer.ts',
      'src/forward/send/check-status.ts',
    ],
    tests: ['test/unit/forward/{choose-destination,relay-answer}.test.ts'],
  },
  config: {
    mutate: ['src/config/**/*.ts'],
    tests: [
      'test/unit/config/*.test.ts',
      'test/unit/places/addresses.test.ts',
      'test/unit/forward/no-proxy.test.ts',
    ],
  },
};

const name = process.env.MUTATION_ROOM ?? 'guard';
if (!Object.hasOwn(ROOMS, name)) {
  throw new Error(`MUTATION_ROOM=${name}: choose one of ${Object.keys(ROOMS).join(', ')}`);
}

export const room = { name, ...ROOMS[name] };
