/** What a caller may see and change: see `.github/docs/keys.md`. */
export type Role = 'admin' | 'auditor' | 'member' | 'user';

export const ROLES: readonly Role[] = ['admin', 'auditor', 'member', 'user'];
