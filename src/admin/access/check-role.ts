import { GatewayError } from '../../base/errors.ts';
import type { Role } from '../../guard/role.ts';
import type { Viewer } from '../../guard/viewer.ts';

/** The least role that a route asks for; `user` sees none of them. */
export type RequiredRole = Exclude<Role, 'user'>;

/** Each role may do what those before it may. */
const RANKS: Readonly<Record<Role, number>> = { user: 0, member: 1, auditor: 2, admin: 3 };

/** @throws GatewayError not_permitted */
export const checkRole = ({ role, name }: Viewer, required: RequiredRole): void => {
  if (RANKS[role] >= RANKS[required]) return;
  throw new GatewayError(
    'not_permitted',
    `${name} has the role ${role}, but this needs the role ${required}. Ask whoever runs this gateway.`,
  );
};
