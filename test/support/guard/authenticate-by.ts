import { type Authenticate, createAuthenticate } from '../../../src/guard/create-authenticate.ts';

/** The check of a gateway that has a master key, or none, and no other keys. */
export const authenticateBy = (masterKey: string | undefined): Authenticate =>
  createAuthenticate({
    masterKey,
    ring: {
      isGuarding: false,
      check: () => ({ kind: 'unknown' }),
      find: () => undefined,
      stateOf: () => 'revoked',
    },
    naming: { userPathHeader: 'x-gomodel-user-path', tagging: [] },
  });
