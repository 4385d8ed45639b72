import { systemClock } from '../../base/time/clock.ts';
import { writeEntryLink } from '../../state/entry-links.ts';

export interface LinkWish {
  /** Of the gateway, such as `http://localhost:8080`. */
  readonly url: string;
  /** Whether it asks for a key. */
  readonly isGuarded: boolean;
  readonly dataDir: string;
  /** A page of the dashboard with its query, such as `sessions?session=…`; default: its first one. */
  readonly view?: string;
}

/** The address of the dashboard; one that signs its browser in, once and within a minute, where a key is asked for. */
export const dashboardLink = ({ url, isGuarded, dataDir, view }: LinkWish): string => {
  const page = `${url}/admin/dashboard`;
  if (!isGuarded) return view === undefined ? page : `${page}/${view}`;
  const token = writeEntryLink(dataDir, systemClock.now());
  const query = new URLSearchParams({ token, ...(view !== undefined && { view }) });
  return `${page}/enter?${query}`;
};
