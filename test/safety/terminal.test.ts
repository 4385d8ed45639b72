import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../support/cli/start-cli.ts';

/** Titles the window, fills the clipboard, erases the screen, hides and reorders text. */
const HOSTILE =
  'a\x1b]0;title\x07b\x1b]52;c;ZXZpbA==\x07c\x1b[2Jd\x1b[8me\x9b2Jf\x08\x7fg\u202eh\u2066i\u200bj';
const HARMLESS = /^(?:[\t\n\r\x20-\x7e\xa1-\uffff]|\x1b\[(?:[0-47]|2[2-7]|[349]\d)m)*$/;
const HIDDEN = /[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/;

const expectHarmless = (text: string): void => {
  expect(text).toMatch(HARMLESS);
  expect(text).not.toMatch(HIDDEN);
};

/** A provider whose every word is hostile. */
const server = createServer((request, response) => {
  const answersList = request.url?.endsWith('/models') === true;
  response.writeHead(answersList ? 200 : 400, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify(
      answersList
        ? { object: 'list', data: [{ id: HOSTILE, object: 'model' }] }
        : { error: { message: HOSTILE, code: HOSTILE, type: HOSTILE } },
    ),
  );
});
let folder = '';
let env: Record<string, string> = {};

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  folder = await mkdtemp(join(tmpdir(), 'gomodel-terminal-'));
  env = {
    GOMODEL_HOME: join(folder, 'home'),
    CODEX_HOME: join(folder, 'codex'),
    OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`,
    OPENAI_API_KEY: 'sk-0123456789abcdef',
    FORCE_COLOR: '1',
  };
});
afterAll(() => {
  server.close();
});

describe('M11: what a stranger said reaches the terminal only as something to look at', () => {
  it.each([
    [['models']],
    [['models', '--json']],
    [['providers', '--check']],
    [['providers', '--check', '--json']],
    [['config', '--show-origin']],
    [['config', '--json']],
    [['doctor']],
    [['logs']],
    [['logs', HOSTILE]],
    [[HOSTILE]],
    [['config', `--${HOSTILE}`]],
    [['config', '--config', join('/nowhere', HOSTILE.replaceAll('\0', ''))]],
    [['providers', '--provider', HOSTILE]],
    [['init-codex', '--provider-id', HOSTILE]],
    [['init-codex', '--base-url', HOSTILE]],
  ])('in `gomodel-ts %j`', async (args) => {
    const { stdout, stderr } = await runCli(args, {
      ...env,
      OPENAI_MODELS: `first,${HOSTILE}`,
      DEFAULT_PROVIDER: 'openai',
    });
    expect((stdout + stderr).length).toBeGreaterThan(0);
    expectHarmless(stdout);
    expectHarmless(stderr);
  });

  it('in a problem of the configuration file', async () => {
    const config = join(folder, 'bad.yaml');
    await writeFile(
      config,
      `server:\n  port: "${HOSTILE.replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)}"\n`,
    );
    const { code, stdout, stderr } = await runCli(['config', '--config', config], env);
    expect(code).toBe(2);
    expect(stderr).toContain('bad.yaml');
    expectHarmless(stdout + stderr);
  });

  it('keeps the data of JSON', async () => {
    const { stdout } = await runCli(['models', '--json'], env);
    const names = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { id?: string; name?: string });
    expect(JSON.stringify(names)).toContain(JSON.stringify(HOSTILE).slice(1, -1));
  });
});
