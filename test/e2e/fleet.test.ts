import { readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { whyNoPrivateEtc } from '../../src/codex/run/private-etc.ts';
import { compilePolicy } from '../../src/fleet/compile-policy.ts';
import { enrollInFull, enrollmentToml } from '../../src/fleet/enroll.ts';
import { findFreePort } from '../bench/find-free-port.ts';
import { runCli } from '../support/cli/start-cli.ts';
import { ensureCodex } from '../support/codex/ensure-codex.ts';
import { startHeldGateway } from '../support/faults/start-held-gateway.ts';
import { POLICY_YAML, policyOf } from '../support/fleet/policy-file.ts';
import { createMachine, type EnrolledMachine } from '../support/fleet/run-enrolled-codex.ts';
import { MASTER_KEY } from '../support/gateway/start-gateway.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';
import { createAuthority } from '../support/tls/create-authority.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import { startUpstream } from '../support/upstream/start-upstream.ts';

const WITHOUT = whyNoPrivateEtc();
const VERSIONS = ['0.169.0', '0.171.0'] as const;

const authority = createAuthority();
const pair = authority.issue('DNS:localhost');

const policyFor = (url: string, rules: string): string => `policy:
  url: ${url}
  auth: { env: GATEWAY_KEY }
  default:
    model: gpt-5.5
    effort: low
${rules}
`;

const STRICT = `    approval: [untrusted, on-request]
    sandbox: [read-only]
    web_search: [disabled]
    features: { memories: false }
    mcp_servers: {}`;

const answering = async (text: string) => {
  const upstream = await startUpstream({ kind: 'sse', events: responsesStream([{ text }]) });
  onTestFinished(() => upstream.close());
  return upstream;
};

/** A gateway over TLS with a policy, at a port that its policy names. */
const startFleet = async (rules: string, upstreamUrl: string) => {
  const port = await findFreePort();
  const url = `https://localhost:${port}`;
  const start = (dataDir?: string) =>
    startHeldGateway({
      upstreamUrl,
      masterKey: MASTER_KEY,
      env: { TLS_CERT: pair.certFile, TLS_KEY: pair.keyFile },
      args: ['--port', String(port)],
      ...(dataDir === undefined ? { configFile: policyFor(url, rules) } : { dataDir }),
    });
  return { url, gateway: await start(), start };
};

/** A user who wants another provider, and everything allowed. */
const hostileConfig = (evil: string): string => `model_provider = "mine"
approval_policy = "never"
sandbox_mode = "danger-full-access"
web_search = "live"
[features]
memories = true
[model_providers.mine]
name = "mine"
base_url = "${evil}"
wire_api = "responses"
env_key = "GATEWAY_KEY"
[model_providers.gomodel]
name = "mine, too"
base_url = "${evil}"
wire_api = "responses"
env_key = "GATEWAY_KEY"
[mcp_servers.other]
command = "/bin/cat"
`;

const servedBy = (dataDir: string) =>
  readFileSync(join(dataDir, 'admin-log.jsonl'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
    .filter(({ action }) => action === 'policy.serve');

const ENV = { GATEWAY_KEY: MASTER_KEY, CODEX_CA_CERTIFICATE: authority.file };

it.skipIf(WITHOUT).each(VERSIONS)(
  'Codex %s, enrolled by one line, goes to the gateway, whatever its user writes or says',
  async (version) => {
    const [good, evil] = [await answering('from the gateway'), await answering('from elsewhere')];
    const { url, gateway } = await startFleet(STRICT, good.url);
    const machine = await createMachine(
      version,
      { requirements: enrollmentToml(url) },
      hostileConfig(evil.url),
      ENV,
    );
    const { code, stdout, stderr } = await machine.exec([
      ...['-c', 'model_provider="mine"', '-c', `model_providers.gomodel.base_url="${evil.url}"`],
      'hello',
    ]);
    expect([code, stdout.trim(), stderr]).toEqual([0, 'from the gateway', expect.any(String)]);
    expect(stderr).toContain(
      'overridden by the required value "gomodel" from enterprise-managed requirements GoModel requirements (default-',
    );
    expect(evil.requests).toHaveLength(0);
    const body = JSON.parse((await good.request(0)).body.toString());
    expect([body.model, body.reasoning?.effort]).toEqual(['gpt-5.5', 'low']);
    // Its requests say which policy they follow, to the gateway and to nobody else.
    const asked = (await gateway.everyRecord()).filter(({ model }) => model !== undefined);
    const named = new Set(asked.map(({ client }) => client.policy));
    expect([...named]).toEqual([expect.stringMatching(/^default-[0-9a-f]{8}$/)]);
    expect((await good.request(0)).headers).not.toHaveProperty('x-gomodel-policy');
    const served = servedBy(gateway.dataDir);
    expect(served).toEqual([expect.objectContaining({ by: 'none', target: 'default' })]);
    expect(served[0]?.to).toMatchObject({ client: 'codex-cli' });
  },
);

it.skipIf(WITHOUT).each(VERSIONS)('policy test lets Codex %s show what holds', async (version) => {
  const dataDir = createTemporaryFolder('policy');
  writeFileSync(join(dataDir, 'gomodel.yaml'), POLICY_YAML);
  const PATH = [dirname(await ensureCodex(version)), process.env.PATH].join(delimiter);
  const test = async (...args: string[]) => {
    const { code, stdout } = await runCli(['policy', 'test', '--json', ...args], {
      GOMODEL_HOME: dataDir,
      PATH,
    });
    const steps = stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    return { code, told: Object.fromEntries(steps.map(({ name, message }) => [name, message])), steps };
  };
  const everybody = await test();
  expect(everybody.steps.filter(({ state }) => state !== 'ok')).toEqual([]);
  expect(everybody.code).toBe(0);
  expect(everybody.told).toMatchObject({
    Codex: expect.stringContaining(version),
    Provider: 'asked for policy-test-foreign, got gomodel at https://gw.corp/v1',
    Sandbox: 'asked for danger-full-access, got read-only (allowed: read-only)',
    'Web search': 'asked for live, got disabled',
    'MCP servers': 'one that is not listed was not started (allowed: none)',
    'Feature memories': 'asked for true, got false',
    Defaults: 'model gpt-5.5, effort low, sandbox read-only',
  });
  const engineering = await test('--group', 'engineering');
  expect(engineering.told).toMatchObject({
    Approval: 'asked for never, got on-request (allowed: on-request, untrusted)',
    Defaults: 'model gpt-6.1-sol, effort low, approval on-request, sandbox workspace-write',
  });
  writeFileSync(
    join(dataDir, 'gomodel.yaml'),
    POLICY_YAML.replace('memories: false', 'no_such_thing: false'),
  );
  expect((await test()).steps).toContainEqual(
    expect.objectContaining({ name: 'Feature no_such_thing', state: 'warning' }),
  );
});

it.skipIf(WITHOUT).each(VERSIONS)('Codex %s follows a policy in full without any server', async (version) => {
  const { requirements, config } = enrollInFull(compilePolicy(policyOf(POLICY_YAML), ['engineering']));
  const system = { requirements, ...(config !== undefined && { config }) };
  const machine = await createMachine(version, system, hostileConfig('http://127.0.0.1:9/v1'), ENV);
  const { thread, requirements: seen } = await requirementsOf(machine);
  expect(thread).toMatchObject({
    modelProvider: 'gomodel',
    approvalPolicy: 'on-request',
    model: 'gpt-6.1-sol',
  });
  expect(seen).toMatchObject({ modelProviders: { gomodel: { base_url: 'https://gw.corp/v1' } } });
});

const requirementsOf = async (machine: EnrolledMachine) =>
  machine.ask(async ({ call, told }) => {
    const { requirements } = await call('configRequirements/read');
    const thread = await call('thread/start', {});
    return { requirements, thread, told: JSON.stringify(told) };
  });

it.skipIf(WITHOUT).each(VERSIONS)(
  'what the policy allows is all that holds in Codex %s: with the gateway away, and changed once its copy is gone',
  async (version) => {
    const good = await answering('ok');
    const { url, gateway, start } = await startFleet(STRICT, good.url);
    const machine = await createMachine(
      version,
      { requirements: enrollmentToml(url) },
      hostileConfig('http://127.0.0.1:9/v1'),
      ENV,
    );
    const strict = {
      modelProvider: 'gomodel',
      allowedApprovalPolicies: ['untrusted', 'on-request'],
      allowedSandboxModes: ['read-only'],
      allowedWebSearchModes: ['disabled'],
      featureRequirements: { memories: false },
    };
    const first = await requirementsOf(machine);
    expect(first.requirements).toMatchObject(strict);
    expect(first.thread).toMatchObject({
      modelProvider: 'gomodel',
      approvalPolicy: 'untrusted',
      sandbox: { type: 'readOnly' },
      model: 'gpt-5.5',
    });
    expect(first.told).toContain('`web_search_mode` is disallowed by requirements');
    // No server of the user's own is started.
    expect(first.told).not.toContain('mcpServer/startupStatus');

    await gateway.stop('SIGTERM');
    const away = await requirementsOf(machine);
    expect(away.requirements).toMatchObject(strict);
    // A machine that has never seen the policy does not start without it.
    const other = await createMachine(version, { requirements: enrollmentToml(url) }, '', ENV);
    await expect(requirementsOf(other)).rejects.toThrow(/config/i);

    writeFileSync(
      join(gateway.dataDir, 'gomodel.yaml'),
      policyFor(
        url,
        STRICT.replace('[read-only]', '[workspace-write, read-only]').replace(
          '[untrusted, on-request]',
          '[on-request]',
        ),
      ),
    );
    await start(gateway.dataDir);
    // Codex keeps its copy for an hour, and until then asks nobody.
    expect((await requirementsOf(machine)).requirements).toMatchObject(strict);
    machine.forgetPolicy();
    const changed = await requirementsOf(machine);
    expect(changed.requirements).toMatchObject({
      ...strict,
      allowedApprovalPolicies: ['on-request'],
      allowedSandboxModes: ['workspace-write', 'read-only'],
    });
    expect(changed.thread).toMatchObject({ approvalPolicy: 'on-request' });
  },
);
