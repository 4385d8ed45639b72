import type { Database } from './database.ts';

/**
 * A secret that all gateways of a database have: that of the first who asks.
 * @throws GatewayError storage_unavailable
 */
export const shareSecret = async (
  { query }: Pick<Database, 'query'>,
  name: string,
  own: Buffer,
): Promise<Buffer> => {
  await query('INSERT INTO gomodel.secrets (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
    name,
    own,
  ]);
  const [row] = await query<{ value: Buffer }>('SELECT value FROM gomodel.secrets WHERE name = $1', [name]);
  return row?.value ?? own;
};
