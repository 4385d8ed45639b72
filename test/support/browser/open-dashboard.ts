import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject } from 'vitest';
import {
  type FixtureServer,
  type FixtureServerOptions,
  startFixtureServer,
} from '../dashboard/fixture-server.ts';

/** A gateway to run these tests against, in place of the fixture; tests that need the fixture are skipped. */
export const REAL_GATEWAY = process.env.DASHBOARD_URL?.replace(/\/$/, '');

const LAPTOP = { width: 1280, height: 800 };

/** The pages, and what shows that one has what it loads. */
export const PAGES: Readonly<Record<string, string>> = {
  audit: '[data-id]',
  sessions: '.session-link',
  usage: '.heat',
  connect: '.facts',
};

export interface OpenPage {
  readonly page: Page;
  /** What went wrong in the page: exceptions, errors on the console, violations of the content policy. */
  readonly problems: string[];
}

export interface Dashboard {
  readonly url: string;
  /** Fails where the tests run against a real gateway. */
  readonly fixture: FixtureServer;
  /** Opens a page below `/admin/dashboard/`, and waits until it shows something. */
  open(path: string, options?: BrowserContextOptions): Promise<OpenPage>;
}

const collectProblems = (page: Page): string[] => {
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(`exception: ${error.message}`));
  page.on('console', (message) => {
    // A refusal that the page handles is logged by the browser all the same.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      problems.push(`console: ${message.text()}`);
    }
  });
  return problems;
};

/** One browser and one server for the tests of a file. */
export const useDashboard = (options: Omit<FixtureServerOptions, 'folder'> = {}): Dashboard => {
  let browser: Browser | undefined;
  let server: FixtureServer | undefined;

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox'],
    });
    if (!REAL_GATEWAY) server = await startFixtureServer({ folder: inject('pageFolder'), ...options });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  return {
    get url() {
      return REAL_GATEWAY ?? server?.url ?? '';
    },
    get fixture() {
      if (!server) throw new Error('this test needs the fixture: skip it where DASHBOARD_URL is set');
      return server;
    },
    async open(path, context = {}) {
      if (!browser) throw new Error('the browser has not been started');
      const page = await (await browser.newContext({ viewport: LAPTOP, ...context })).newPage();
      const problems = collectProblems(page);
      await page.goto(`${this.url}/admin/dashboard/${path}`);
      await page.locator('.shell, .login').first().waitFor();
      return { page, problems };
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
