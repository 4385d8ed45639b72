import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';
import { responsesStream } from '../../support/upstream/responses-stream.ts';
import { startUpstream } from '../../support/upstream/start-upstream.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** A program of its own that serves, and can be taken away under itself. */
const startCopy = async (upstreamUrl: string) => {
  const folder = createTemporaryFolder('replaced');
  const program = join(folder, 'program');
  mkdirSync(program);
  for (const name of ['dist', 'bin', 'package.json']) {
    cpSync(join(ROOT, name), join(program, name), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(program, 'node_modules'));
  const child = spawn(process.execPath, [join(program, 'bin/gomodel-ts.js'), 'serve', '--port', '0'], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      GOMODEL_HOME: join(folder, 'data'),
      OPENAI_BASE_URL: upstreamUrl,
      OPENAI_API_KEY: 'sk-test',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(async () => {
    child.kill('SIGINT');
    await once(child, 'exit');
  });
  let said = '';
  const origin = await new Promise<string>((resolve, reject) => {
    child.stderr.on('data', (chunk) => {
      said += chunk;
      const found = /(http:\/\/\S+)\/v1\b/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', () => reject(new Error(said)));
  });
  return { program, origin, said: () => said };
};

const PAGE = ['', 'audit', 'usage', 'favicon.svg', 'theme.js'];
const API = [
  'audit/log',
  'audit/conversation',
  'usage/summary',
  'usage/daily',
  'usage/models',
  'usage/clients',
  'usage/sessions',
  'usage/log',
  'dashboard/config',
  'providers/status',
  'codex/status',
  'openapi.json',
  'audit/export?format=jsonl',
];

it.each(['dist', 'node_modules'])(
  'N6: a gateway whose %s was removed serves on, or says that it must be started again',
  async (removed) => {
    const events = responsesStream([{ text: 'ok' }]);
    const upstream = await startUpstream(() => ({ kind: 'sse', events }));
    onTestFinished(() => upstream.close());
    const { program, origin, said } = await startCopy(upstream.url);
    const turn = async (): Promise<string> => {
      const response = await fetch(`${origin}/v1/responses`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          model: 'gpt-5.5',
          stream: true,
          // What reads a script of code mode is loaded late.
          input: [
            {
              type: 'custom_tool_call',
              name: 'exec',
              call_id: 'c1',
              input: 'await tools.exec_command({cmd:"ls"})',
            },
            { type: 'custom_tool_call_output', call_id: 'c1', output: 'x' },
          ],
        }),
      });
      expect(response.status).toBe(200);
      return response.text();
    };
    rmSync(join(program, removed), { recursive: true });

    expect(await turn()).toContain('response.completed');
    for (const path of PAGE) {
      const response = await fetch(`${origin}/admin/dashboard/${path}`);
      expect([path, response.status]).toEqual([path, 200]);
    }
    const html = await (await fetch(`${origin}/admin/dashboard/`)).text();
    const assets = [...html.matchAll(/assets\/[^"]+/g)].map(([name]) => name);
    expect(assets.length).toBeGreaterThan(0);
    for (const asset of assets) {
      expect((await fetch(`${origin}/admin/dashboard/${asset}`)).status).toBe(200);
    }
    const log = await (await fetch(`${origin}/admin/api/v1/audit/log`)).text();
    const id = /"id":"([^"]+)"/.exec(log)?.[1] ?? '';
    for (const path of [...API, `audit/log/${id}`, `audit/log/${id}/turn`, `audit/conversation?id=${id}`]) {
      const response = await fetch(`${origin}/admin/api/v1/${path}`).catch((error: unknown) => {
        throw new Error(`${path}: ${said()}`, { cause: error });
      });
      const text = await response.text();
      expect(text).not.toContain('Please report');
      if (response.status >= 500)
        expect([path, text]).toEqual([path, expect.stringContaining('start it again')]);
    }
    expect((await fetch(`${origin}/health`)).status).toBe(200);
    expect((await fetch(`${origin}/readyz`)).status).toBe(200);
    expect(await turn()).toContain('response.completed');
  },
);
