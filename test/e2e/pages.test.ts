import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { findFreePort } from '../bench/find-free-port.ts';
import { ensureCodex } from '../support/codex/ensure-codex.ts';
import { createCodexFolders } from '../support/codex/run-codex.ts';
import { signInto } from '../support/codex/sign-in.ts';
import { blocksOf, PAGES, readPage } from '../support/pages/read-pages.ts';
import { serveUntilUp, stopAll, stopGateway, typeLines } from '../support/pages/type-lines.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import { startUpstream } from '../support/upstream/start-upstream.ts';

const ROOT = join(import.meta.dirname, '../..');
const CI = readFileSync(join(ROOT, '.ci/run'), 'utf8');
const BLOCKS = PAGES.flatMap(blocksOf);

/** Run by a test of their own: they need a terminal, or last too long. */
const RUN_ELSEWHERE = [
  'npm start',
  'npm run bench',
  'npm run test:mutation',
  // The same tests as npm test.
  'npm run coverage',
  // compare-codex.test.ts runs it.
  'npm run compare-codex 0.169.0 0.171.0',
];
/** `npx gomodel-ts codex` needs a terminal: launcher.test.ts runs it in one. */
const LAUNCHER = 'launcher';

afterEach(stopAll);

/** `npx gomodel-ts` as a reader types it in the clone, but from any folder. */
const createPath = (codexBinary: string): string => {
  const folder = createTemporaryFolder('bin');
  const npx = join(folder, 'npx');
  const bin = join(ROOT, 'bin/gomodel-ts.js');
  writeFileSync(npx, `#!/bin/sh\nshift\nexec "${process.execPath}" "${bin}" "$@"\n`);
  chmodSync(npx, 0o755);
  return [folder, dirname(codexBinary), process.env.PATH].join(delimiter);
};

/** Types the commands into one shell, one after the other; gives what each printed. */
const walk = async (name: string, commands: readonly string[]): Promise<ReadonlyMap<string, string>> => {
  const upstream = await startUpstream({ kind: 'sse', events: responsesStream([{ text: 'ok' }]) });
  onTestFinished(() => upstream.close());
  const { home, codexHome, workFolder } = createCodexFolders();
  mkdirSync(join(home, 'data'));
  const codex = await ensureCodex('0.171.0');
  const env: NodeJS.ProcessEnv = {
    PATH: createPath(codex),
    HOME: home,
    CODEX_HOME: codexHome,
    GOMODEL_HOME: join(home, 'data'),
    OPENAI_BASE_URL: upstream.url,
    ANTHROPIC_BASE_URL: upstream.url,
    CHATGPT_BASE_URL: upstream.url,
    PORT: String(await findFreePort()),
    TERM: 'dumb',
  };
  if (name === 'trust') writeFileSync(join(workFolder, '.env'), 'PORT=8081\n');
  if (name === 'chatgpt') signInto(codexHome, 'chatgpt', codex, env);
  const desk = { cwd: workFolder, env };
  const before = name === 'demo' ? await serveUntilUp('npx gomodel-ts serve --demo', desk) : undefined;
  const { outputs, gateway } = await typeLines(commands, { ...desk, gateway: before });
  if (gateway) await stopGateway(gateway);
  return outputs;
};

/** What some commands have to print, by a part of the command. */
const PRINTS: readonly (readonly [command: string, output: RegExp])[] = [
  ['codex exec', /^ok\n$/],
  ['providers --check', /^\* +anthropic .* ✓ gpt-test answered in /m],
  ['logs --json', /"model":"[^"]+","status":200/],
  ['curl -s', /"output"/],
];

describe('the pages', () => {
  it('have no command that no test runs', () => {
    const unknown = BLOCKS.filter(({ walk: name }) => name === undefined)
      .flatMap(({ commands }) => commands)
      .filter((line) => !CI.includes(line) && !RUN_ELSEWHERE.includes(line));
    expect(unknown).toEqual([]);
    expect(BLOCKS.flatMap(({ commands }) => commands).length).toBeGreaterThan(20);
  });

  it('have no link that leads nowhere', () => {
    const dead = PAGES.flatMap((page) =>
      [...readPage(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
        .map(([, target = '']) => join(ROOT, dirname(page), target))
        .filter((target) => !existsSync(target))
        .map((target) => `${page}: ${target}`),
    );
    expect(dead).toEqual([]);
  });

  it('leave the front page at most 9 KB', () => {
    expect(Buffer.byteLength(readPage('README.md'))).toBeLessThanOrEqual(9_000);
  });

  const walked = BLOCKS.filter(({ walk: name }) => name !== undefined && name !== LAUNCHER);
  const titles = new Set(walked.map(({ page, walk: name }) => `${page}, ${name},`));
  const walks = [...titles].map(
    (title) => [title, walked.filter(({ page, walk: name }) => title === `${page}, ${name},`)] as const,
  );

  it.each(walks)('%s leads where it says', async (_title, blocks) => {
    const outputs = await walk(
      blocks[0]?.walk ?? '',
      blocks.flatMap(({ commands }) => commands),
    );
    for (const [line, output] of outputs) {
      const expected = PRINTS.find(([command]) => line.includes(command))?.[1];
      if (expected) expect(output, line).toMatch(expected);
    }
  });
});

it('starts from a clone by npm start', async () => {
  const env = {
    ...process.env,
    PORT: String(await findFreePort()),
    GOMODEL_HOME: createTemporaryFolder('data'),
    OPENAI_API_KEY: '',
  };
  const child = await serveUntilUp('npm start', { cwd: ROOT, env });
  expect(await (await fetch(`http://127.0.0.1:${env.PORT}/health`)).json()).toMatchObject({
    service: 'gomodel-ts',
  });
  await stopGateway(child);
});
