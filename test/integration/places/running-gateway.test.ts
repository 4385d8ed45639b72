import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findLivingGateway } from '../../../src/cli/running-instances.ts';
import { isAliveHere, ownIdentity } from '../../../src/state/process-identity.ts';
import { openState } from '../../../src/state/state.ts';
import { runCli, startCli } from '../../support/cli/start-cli.ts';
import { composeGateway } from '../../support/gateway/compose-gateway.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

const entry = { version: '0.1.0', startedAt: '2026-11-29T00:00:00.000Z' };

const announce = async (dataDir: string, url: string, instance?: string): Promise<void> => {
  const state = await openState(dataDir);
  onTestFinished(await state.announce({ ...entry, url, ...(instance && { instance }) }));
};

describe('whether a gateway is alive and ours (P5)', () => {
  it('does not hang on the name of the host', () => {
    expect(ownIdentity().place).not.toContain(hostname());
    // As an older version wrote it, under whatever name the network gave.
    expect(isAliveHere({ ...ownIdentity(), place: `mac-of-dhcp.local ${ownIdentity().place}` })).toBe(true);
    expect(isAliveHere({ ...ownIdentity(), place: 'another machine' })).toBe(false);
  });

  it('is not believed of a process id alone: init-codex writes no dead port', async () => {
    const dataDir = createTemporaryFolder('stale');
    // This test's process is alive, and no gateway.
    await announce(dataDir, 'http://localhost:9');
    expect(await findLivingGateway(dataDir)).toBeUndefined();
    const codexHome = createTemporaryFolder('codex');
    const args = ['init-codex', '--dry-run', '--codex-home', codexHome, '--data-dir', dataDir];
    const { stdout, stderr } = await runCli(args, { PORT: '8123' });
    expect(stdout + stderr).toContain('http://localhost:8123/v1');
    expect(stdout + stderr).not.toContain('localhost:9/');
  });

  it('is not believed of another gateway that has the port since, nor of another program', async () => {
    const dataDir = createTemporaryFolder('replaced');
    const gateway = await composeGateway('http://127.0.0.1:9/v1');
    const url = `http://127.0.0.1:${gateway.port}`;
    await announce(dataDir, url, 'of another one');
    expect(await findLivingGateway(dataDir)).toBeUndefined();
    const server = createServer((_request, response) => void response.end('{"service":"something"}'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    await announce(dataDir, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    expect(await findLivingGateway(dataDir)).toBeUndefined();
    await announce(dataDir, url);
    expect(await findLivingGateway(dataDir)).toMatchObject({ url });
  });

  it.each([[[]], [['--workers', '2']]])('is known of the one that serves with %j', async (more) => {
    const GOMODEL_HOME = createTemporaryFolder('home');
    const serve = startCli(['serve', '--demo', '--port', '0', ...more], { GOMODEL_HOME });
    onTestFinished(() => void serve.child.kill('SIGINT'));
    const banner = await serve.until((text) => text.includes('/v1'), 'stderr');
    const url = /(http:\/\/\S+)\/v1/.exec(banner)?.[1] ?? '';
    const state = await openState(GOMODEL_HOME);
    while ((await state.instances()).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await state.instances())[0]?.instance).toMatch(/^[0-9a-f]{16}$/);
    expect(await findLivingGateway(GOMODEL_HOME)).toMatchObject({ url });
    serve.child.kill('SIGINT');
    await serve.ended;
  });
});
