import type { Query } from '../database.ts';

/** The number that marks rows and files as this gateway's. */
export interface Registration {
  /** @throws GatewayError storage_unavailable */
  number(): Promise<number>;
  /** The tables may be others by now. */
  forget(): void;
}

/** @param instance of this gateway, the same in each of its runs */
export const createRegistration = (query: Query, instance: string): Registration => {
  let known: number | undefined;
  return {
    number: async () => {
      if (known !== undefined) return known;
      const [row] = await query<{ id: number }>(
        `INSERT INTO gomodel.instances (name) VALUES ($1)
         ON CONFLICT (name) DO UPDATE SET seen_at = clock_timestamp() RETURNING id`,
        [instance],
      );
      known = row?.id ?? 0;
      return known;
    },
    forget: () => {
      known = undefined;
    },
  };
};
