import { describe, expect, it, onTestFinished } from 'vitest';
import { loadNative } from '../../../src/coding/zstd-library.ts';
import { runCli, startCli } from '../../support/cli/start-cli.ts';
import { withoutPackage } from '../../support/places/without-package.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

const env = {
  NODE_OPTIONS: withoutPackage('@mongodb-js/zstd'),
  GOMODEL_HOME: createTemporaryFolder('data'),
  CODEX_HOME: createTemporaryFolder('codex'),
  PORT: '0',
};

describe('on a platform without a zstd binary (P2)', () => {
  it.each([['--version'], ['--help'], ['logs']])('%s needs none', async (argument) => {
    const { code, stderr } = await runCli([argument], env);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining('Please report') });
  });

  it('doctor says which library is used instead', async () => {
    const { stdout } = await runCli(['doctor', '--demo', '--json'], env);
    const steps = stdout.split('\n').filter(Boolean);
    expect(steps[0]).toMatch(/"state":"ok","message":"Node [\d.]+, zstd works by (?:node:zlib|zstddec)/);
    // The round trip, compressed as well as this machine can.
    expect(steps.filter((step) => step.includes('"failed"') && step.includes('Request'))).toEqual([]);
  });

  it('serve decodes what Codex sends, and its log can be read with and without one', async () => {
    const serve = startCli(['serve', '--demo', '--json'], env);
    onTestFinished(() => void serve.child.kill('SIGKILL'));
    const banner = await serve.until((text) => /http:\/\/\S+\/v1/.test(text), 'stderr');
    const url = /http:\/\/\S+\/v1/.exec(banner)?.[0] ?? '';
    const { compress } = await loadNative();
    const text = `please repeat ${'what I say '.repeat(400)}`;
    const body = Buffer.from(JSON.stringify({ model: 'gpt-5.5', input: text, stream: true }));
    const headers = { 'content-type': 'application/json' };
    const coded = new Uint8Array((await compress?.(body)) ?? []);
    const answers = await Promise.all([
      fetch(`${url}/responses`, {
        method: 'POST',
        headers: { ...headers, 'content-encoding': 'zstd' },
        body: coded,
      }),
      fetch(`${url}/responses`, { method: 'POST', headers, body }),
    ]);
    for (const answer of answers) {
      expect(answer.status).toBe(200);
      await answer.text();
    }
    const records = await serve.until((text) => (text.match(/"status":200/g) ?? []).length >= 2);
    serve.child.kill('SIGINT');
    await serve.ended;
    const ids = records.split('\n').filter((line) => line.includes('"path":"/v1/responses"'));
    expect(ids).toHaveLength(2);
    for (const line of ids) {
      const { id } = JSON.parse(line) as { id: string };
      for (const here of [env, { ...env, NODE_OPTIONS: '' }]) {
        const { code, stdout } = await runCli(['logs', id], here);
        expect({ code, stdout }).toEqual({
          code: 0,
          stdout: expect.stringContaining('please repeat what I say'),
        });
      }
    }
  });
});
