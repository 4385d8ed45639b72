import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hardTools } from '../support/codex/hard-tools.ts';
import { poisonHistory } from '../support/codex/poison-history.ts';
import { replaceTable } from '../support/codex/render-matrix.ts';
import { type ProviderSeen, renderProviders } from '../support/codex/render-providers.ts';
import { type CodexOutcome, type CodexRun, runCodex } from '../support/codex/run-codex.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';
import type { Step } from '../support/translate/dialect-double.ts';
import { DIALECT_CASES, MORE_CASES, NATIVE_CASES } from '../support/translate/dialect-doubles.ts';
import { keyProvider } from './codex-config.ts';
import { endedRequests, useStage } from './use-stage.ts';

const PAGE = join(import.meta.dirname, '../../.github/docs/providers.md');

const PATCH = [
  '*** Begin Patch',
  '*** Update File: hello.txt',
  '@@',
  '-hello',
  '+hello "wörld"',
  '*** End Patch',
];
const exec = (cmd: string) => [{ name: 'exec_command', input: { cmd } }];

/** Two commands, a patch, and an answer. */
const SESSION: [Step, ...Step[]] = [
  { thought: 'First the files.', calls: exec('ls') },
  { text: 'Now the first one.', calls: exec('cat hello.txt') },
  { thought: 'Now the patch.', calls: [{ name: 'apply_patch', input: { input: `${PATCH.join('\n')}\n` } }] },
  { text: 'ok' },
];

/** A grey pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==',
  'base64',
);

/** Codex gives its patching tool to models that it knows: one of each version's, as an alias. */
const WAYS = [
  ['0.113.0', 'gpt-5.4', 'http'],
  ['0.169.0', 'gpt-5.5', 'http'],
  ['0.169.0', 'gpt-5.5', 'websocket'],
] as const;

const stage = useStage();

const expectOk = (run: CodexOutcome): void => {
  expect(run.stderr).not.toMatch(/^ERROR: /m);
  expect(run).toMatchObject({ code: 0, stdout: 'ok\n' });
};

const seen: ProviderSeen[] = [];

describe.each(DIALECT_CASES)('Codex with a model of $title', ({ provider, model, start }) => {
  it.each(WAYS)(
    '%s, asking for %s, patches and sees an image, over %s',
    async (version, alias, transport) => {
      const { upstream, gateway, double } = await stage.setUpProvider(start, SESSION, {
        configFile: `aliases:\n  ${alias}: ${provider}/${model}\n`,
      });
      const image = join(createTemporaryFolder('image'), 'pixel.png');
      writeFileSync(image, PNG);
      const run = await runCodex({
        version,
        prompt: 'List the files, print the first one, patch it, then reply ok.',
        configToml: `${keyProvider(gateway.url)}${transport === 'websocket' ? 'supports_websockets = true\n' : ''}`,
        args: ['-m', alias, '-i', image, '-s', 'danger-full-access', '--'],
        env: { OPENAI_API_KEY: 'anything' },
      });
      expect(double.refusals).toEqual([]);
      expectOk(run);
      expect(readFileSync(join(run.workFolder, 'hello.txt'), 'utf8')).toBe('hello "wörld"\n');
      const bodies = double.bodies();
      expect(bodies).toHaveLength(SESSION.length);
      expect(bodies[1]).toContain('hello.txt');
      expect(bodies[2]).toContain('hello\\n');
      expect(bodies[3]).toMatch(/\*\*\* Begin Patch/);
      expect(upstream.requests).toHaveLength(0);

      const records = await endedRequests(gateway, SESSION.length);
      const losses = records[0]?.translation?.losses.join() ?? '';
      // Where a provider sees no images, that is said.
      const isBlind = /image/.test(losses);
      if (isBlind) expect(bodies[0]).not.toContain('iVBORw0KGgo');
      else expect(bodies[0]).toContain(PNG.toString('base64'));
      for (const record of records) {
        expect(record).toMatchObject({
          status: 200,
          transport,
          provider,
          upstreamModel: model,
          route: 'alias',
          response: { finish: 'completed' },
          usage: { inputTokens: expect.any(Number), cachedInputTokens: expect.any(Number) },
        });
      }
      expect(records.map(({ response }) => response.toolCalls ?? [])).toEqual([
        ['exec_command'],
        ['exec_command'],
        ['apply_patch'],
        [],
      ]);
      seen.push({ provider, what: transport });
      if (!isBlind) seen.push({ provider, what: 'image' });
    },
  );

  it('that Codex does not know is answered as well', async () => {
    const { gateway, double } = await stage.setUpProvider(start, [
      { calls: exec('cat hello.txt') },
      { text: 'ok' },
    ]);
    const run = await runCodex({
      version: '0.169.0',
      prompt: 'Print hello.txt, then reply ok.',
      configToml: keyProvider(gateway.url),
      args: ['-m', `${provider}/${model}`, '-s', 'danger-full-access'],
      env: { OPENAI_API_KEY: 'anything' },
    });
    expect(double.refusals).toEqual([]);
    expectOk(run);
    expect(double.bodies()[1]).toContain('hello\\n');
  });
});

/** Every kind of provider once. */
const KINDS = [...DIALECT_CASES, ...MORE_CASES, ...NATIVE_CASES].filter(
  ({ provider }, index, all) => all.findIndex((other) => other.provider === provider) === index,
);
const NEXT_PATCH = PATCH.join('\n').replace('-hello', '-hello "wörld"').replace('+hello "wörld"', '+done');
const SCRIPT = `const { output } = await tools.exec_command({ cmd: "cat hello.txt" });
await tools.apply_patch(${JSON.stringify(PATCH.join('\n'))});
text(output);
`;

describe.each(KINDS)('Codex 0.171.0 with a model of $title', ({ provider, model, start, isNative }) => {
  const open = (steps: readonly [Step, ...Step[]]) =>
    stage.setUpProvider(start, steps, {
      configFile: `aliases:\n  gpt-5.5: ${provider}/${model}\n  gpt-6-astra: ${provider}/${model}\n`,
    });
  const runNewest = (baseUrl: string, more: Partial<CodexRun> & Pick<CodexRun, 'args'>) =>
    runCodex({
      version: '0.171.0',
      prompt: 'Print the file, patch it, then reply ok.',
      configToml: `${keyProvider(baseUrl)}${hardTools()}`,
      env: { OPENAI_API_KEY: 'anything' },
      ...more,
    });

  it('uses hard MCP tools, and goes on from a poisoned history over WebSocket', async () => {
    const { gateway, double } = await open([
      { calls: exec('cat hello.txt') },
      { calls: [{ name: 'tool_search', input: { query: 'the tool', limit: 30 } }] },
      { calls: [{ name: 'mcp__hard__choices', input: { level: 1, kind: 'insert_text' } }] },
      { calls: [{ name: 'apply_patch', input: { input: `${PATCH.join('\n')}\n` } }] },
      { text: 'ok' },
      { calls: exec('cat hello.txt') },
      { calls: [{ name: 'apply_patch', input: { input: `${NEXT_PATCH}\n` } }] },
      { text: 'ok' },
    ]);
    const image = join(createTemporaryFolder('image'), 'pixel.png');
    writeFileSync(image, PNG);
    const common = ['-m', 'gpt-5.5', '-s', 'danger-full-access'];
    const run = await runNewest(gateway.url, { args: [...common, '-i', image, '--'] });
    expect(double.refusals).toEqual([]);
    expectOk(run);
    expect(readFileSync(join(run.workFolder, 'hello.txt'), 'utf8')).toBe('hello "wörld"\n');
    expect(double.bodies()[2]).toContain(isNative ? 'odata' : 'mcp__hard__odata');
    expect(double.bodies()[3]).toContain('choices was called with');
    if (double.bodies()[0]?.includes(PNG.toString('base64'))) seen.push({ provider, what: 'image' });
    seen.push({ provider, what: 'http' }, { provider, what: 'hard schemas' });

    if (!isNative) poisonHistory(run.codexHome);
    const { codexHome, workFolder } = run;
    const overWebSocket = ['-c', 'model_providers.gomodel.supports_websockets=true'];
    const args = [...overWebSocket, ...common, 'resume', '--last'];
    const again = await runNewest(gateway.url, { codexHome, workFolder, args });
    expect(double.refusals).toEqual([]);
    expectOk(again);
    expect(readFileSync(join(workFolder, 'hello.txt'), 'utf8')).toBe('done\n');
    if (!isNative) expect(double.bodies()[5]).toContain('not an object');
    const records = await endedRequests(gateway, 8);
    expect(records.slice(5).map(({ transport }) => transport)).toEqual(Array(3).fill('websocket'));
    seen.push({ provider, what: 'websocket' });
    if (!isNative) seen.push({ provider, what: 'poisoned history' });
  });

  it('runs and patches in code mode', async () => {
    const { gateway, double } = await open([
      { calls: [{ name: 'functions__exec', input: { input: SCRIPT } }] },
      { text: 'ok' },
    ]);
    const args = ['-m', 'gpt-6-astra', '-s', 'danger-full-access'];
    const run = await runNewest(gateway.url, { args });
    expect(double.refusals).toEqual([]);
    expectOk(run);
    expect(readFileSync(join(run.workFolder, 'hello.txt'), 'utf8')).toBe('hello "wörld"\n');
    expect(double.bodies()[1]).toContain('hello\\n');
    seen.push({ provider, what: 'code mode' });
  });
});

describe('the table of the page', () => {
  it('says what was seen of each provider', () => {
    const page = readFileSync(PAGE, 'utf8');
    const written = replaceTable(page, 'providers', renderProviders(KINDS, seen));
    if (process.env.GOMODEL_WRITE_MATRIX) writeFileSync(PAGE, written);
    else expect(page).toBe(written);
  });
});
