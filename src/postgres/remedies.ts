/** What to do about an error, by the code of the system or of PostgreSQL. */
export const REMEDIES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Start it, or correct POSTGRES_URL.',
  ENOENT: 'Start it, or correct POSTGRES_URL.',
  ENOTFOUND: 'Correct the host in POSTGRES_URL.',
  // Wrong password or user; no such database; may not create what it needs.
  '28P01': 'Correct the user or the password in POSTGRES_URL.',
  '28000': 'Correct the user or the password in POSTGRES_URL.',
  '3D000': 'Create the database, or correct its name in POSTGRES_URL.',
  '42501':
    'Run `npx gomodel-ts migrate` with a POSTGRES_URL whose user may create a schema, or grant that to this one.',
  '53300': 'Lower POSTGRES_MAX_CONNS, or raise max_connections of the server.',
};
