import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';

const LAPTOP = { width: 1280, height: 800 };

export interface OpenPage {
  readonly page: Page;
  /** What went wrong in the page: exceptions, errors on the console, violations of the content policy. */
  readonly problems: string[];
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

/** One browser for the tests of a file, and a way to open pages that no two tests share anything of. */
export const useBrowser = () => {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox'],
    });
  });
  afterAll(() => browser?.close());
  return {
    /** Opens an address, and waits until the page stands. */
    open: async (address: string, context: BrowserContextOptions = {}): Promise<OpenPage> => {
      if (!browser) throw new Error('the browser has not been started');
      const page = await (await browser.newContext({ viewport: LAPTOP, ...context })).newPage();
      const problems = collectProblems(page);
      await page.goto(address);
      await page.locator('.shell, .login').first().waitFor();
      return { page, problems };
    },
  };
};
