import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject } from 'vitest';
import {
  type FixtureServer,
  type FixtureServerOptions,
  startFixtureServer,
} from '../dashboard/fixture-server.ts';
import { type OpenPage, useBrowser } from './use-browser.ts';

/** A gateway to run these tests against, in place of the fixture; tests that need the fixture are skipped. */
export const REAL_GATEWAY = process.env.DASHBOARD_URL?.replace(/\/$/, '');

/** The pages, and what shows that one has what it loads. */
export const PAGES: Readonly<Record<string, string>> = {
  audit: '[data-id]',
  sessions: '.session-link',
  usage: '.heat',
  keys: '.facts-table',
  budgets: '.budget',
  limits: '.limits',
  fleet: '.fleet-facts',
  'sign-ins': '.facts-table',
  'admin-log': '.changes',
  connect: '.facts',
};

export interface Dashboard {
  readonly url: string;
  /** Fails where the tests run against a real gateway. */
  readonly fixture: FixtureServer;
  /** Opens a page below `/admin/dashboard/`, and waits until it shows something. */
  open(path: string, options?: BrowserContextOptions): Promise<OpenPage>;
}

/** One browser and one server for the tests of a file. */
export const useDashboard = (options: Omit<FixtureServerOptions, 'folder'> = {}): Dashboard => {
  const browser = useBrowser();
  let server: FixtureServer | undefined;

  beforeAll(async () => {
    if (!REAL_GATEWAY) server = await startFixtureServer({ folder: inject('pageFolder'), ...options });
  });
  afterAll(() => server?.close());

  return {
    get url() {
      return REAL_GATEWAY ?? server?.url ?? '';
    },
    get fixture() {
      if (!server) throw new Error('this test needs the fixture: skip it where DASHBOARD_URL is set');
      return server;
    },
    open(path, context) {
      return browser.open(`${this.url}/admin/dashboard/${path}`, context);
    },
  };
};

/** The rows that are in view, as the ids of their exchanges, from the top. */
export const visibleIds = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const list = document.querySelector('.log-scroller')?.getBoundingClientRect();
    return [...document.querySelectorAll<HTMLElement>('[data-id]')]
      .filter((row) => {
        const { top, bottom } = row.getBoundingClientRect();
        return list !== undefined && top >= list.top - 1 && bottom <= list.bottom + 1;
      })
      .map((row) => row.dataset.id ?? '');
  });

/** Waits until the list shows rows. */
export const waitForRows = (page: Page): Promise<void> => page.locator('[data-id]').first().waitFor();

export const expectNoProblems = ({ problems }: OpenPage): void => expect(problems).toEqual([]);
