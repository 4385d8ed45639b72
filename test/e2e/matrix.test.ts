import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { isAtLeast } from '../../src/codex/edit/is-at-least.ts';
import { ensureCodex } from '../support/codex/ensure-codex.ts';
import { type MatrixCell, renderMatrix, replaceTable } from '../support/codex/render-matrix.ts';
import { runCodex } from '../support/codex/run-codex.ts';
import { MASTER_KEY } from '../support/gateway/start-gateway.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import type { Answer } from '../support/upstream/script.ts';
import { chatGptProvider, keyProvider } from './codex-config.ts';
import { useStage } from './use-stage.ts';

const VERSIONS = ['0.113.0', '0.122.0', '0.134.0', '0.149.0', '0.160.0', '0.169.0', '0.171.0'];
const PAGE = join(import.meta.dirname, '../../.github/docs/connect.md');
/** The oldest version of the matrix that opens a WebSocket of its own accord. */
const FIRST_WITH_WEBSOCKET = '0.122.0';

const call = (id: string, cmd: string): Answer => ({
  kind: 'sse',
  events: responsesStream([{ reasoning: `sealed-${id}` }, { call: 'exec_command', arguments: { cmd } }], {
    id,
  }),
});
const TURN: [Answer, ...Answer[]] = [
  call('resp_1', 'ls'),
  call('resp_2', 'cat hello.txt'),
  { kind: 'sse', events: responsesStream([{ text: 'ok' }], { id: 'resp_3' }) },
];

interface Way {
  readonly signIn: 'key' | 'chatgpt';
  readonly form: 'plain' | 'zstd' | 'WebSocket';
  readonly configure: (baseUrl: string) => string;
}

const overWebSocket = (config: string): string => `${config}supports_websockets = true\n`;

const WAYS: readonly Way[] = [
  { signIn: 'key', form: 'plain', configure: keyProvider },
  { signIn: 'key', form: 'WebSocket', configure: (url) => overWebSocket(keyProvider(url)) },
  // Codex compresses for a provider of this name alone.
  {
    signIn: 'chatgpt',
    form: 'plain',
    configure: (url) => chatGptProvider(url).replace('"OpenAI"', '"Other"'),
  },
  { signIn: 'chatgpt', form: 'zstd', configure: chatGptProvider },
  { signIn: 'chatgpt', form: 'WebSocket', configure: (url) => overWebSocket(chatGptProvider(url)) },
];

const stage = useStage();
const cells: MatrixCell[] = [];
const missing = new Set<string>();

beforeAll(async () => {
  for (const version of VERSIONS) {
    await ensureCodex(version).catch(() => missing.add(version));
  }
}, 1_800_000);

describe.each(VERSIONS)('Codex %s', (version) => {
  const ways = WAYS.filter(({ form }) => form !== 'WebSocket' || isAtLeast(version, FIRST_WITH_WEBSOCKET));

  it.for(ways)('answers ok after two tool calls: $signIn, $form', async (way, { skip }) => {
    if (missing.has(version)) return skip(`Codex ${version} does not install here`);
    const { signIn, form, configure } = way;
    const { upstream, gateway } = await stage.setUp(TURN, { masterKey: MASTER_KEY });
    const run = await runCodex({
      version,
      prompt: 'List the files, print the first one, then reply ok.',
      signIn: signIn === 'chatgpt' ? signIn : 'none',
      configToml: configure(gateway.url),
      args: ['-s', 'danger-full-access'],
      env: { OPENAI_API_KEY: MASTER_KEY, GOMODEL_MASTER_KEY: MASTER_KEY, OPENAI_BASE_URL: gateway.url },
    });
    expect(run.stderr).not.toMatch(/^ERROR: /m);
    expect(run).toMatchObject({ code: 0, stdout: 'ok\n' });
    expect(upstream.requests).toHaveLength(3);
    // Both tools ran, and what they printed reached the model.
    expect(JSON.stringify(upstream.requests[2]?.json())).toMatch(/hello\.txt.*hello\\/s);
    const records = await gateway.logs(
      (all) => all.filter(({ response }) => response.finish === 'completed').length >= 3,
    );
    const turns = records.filter(({ responseId }) => responseId !== undefined).slice(-3);
    expect(turns.map(({ response }) => response.toolCalls ?? [])).toEqual([
      ['exec_command'],
      ['exec_command'],
      [],
    ]);
    for (const { transport, request } of turns) {
      expect(transport).toBe(form === 'WebSocket' ? 'websocket' : 'http');
      expect(request.encoding).toBe(form === 'zstd' ? 'zstd' : undefined);
    }
    cells.push({ version, signIn, form });
  });
});

describe('the table of the page', () => {
  it('says what was seen', ({ skip }) => {
    if (missing.size > 0) skip('not every version could be tried');
    const page = readFileSync(PAGE, 'utf8');
    const written = replaceTable(page, 'matrix', renderMatrix(VERSIONS, cells, FIRST_WITH_WEBSOCKET));
    if (process.env.GOMODEL_WRITE_MATRIX) writeFileSync(PAGE, written);
    else expect(page).toBe(written);
  });
});
