import type { LogSink } from '../../log/port.ts';
import type { Database } from '../database.ts';
import { createDayTables } from '../log/day-tables.ts';
import { createRegistration } from '../log/register-gateway.ts';
import type { BlockStore } from './block-store.ts';
import { createBlockWriter } from './write-blocks.ts';

/**
 * Copies bodies alone, to where they are kept: the rows do not wait for a store that is slow or away.
 * @param enforce deletes what is too old
 */
export const createBodySink = (
  database: Pick<Database, 'query'>,
  instance: string,
  store: BlockStore,
  enforce: () => Promise<void>,
): LogSink => {
  const registration = createRegistration(database.query, instance);
  const days = createDayTables(database.query);
  const blocks = createBlockWriter({ database, store, makeDay: (day) => days.make([day]) });
  return {
    put: async (batch, source) => {
      try {
        await blocks.put(await registration.number(), batch, source);
      } catch (cause) {
        // What was known of the tables may be wrong by now.
        for (const each of [registration, days, blocks]) each.forget();
        throw cause;
      }
    },
    enforce,
  };
};
