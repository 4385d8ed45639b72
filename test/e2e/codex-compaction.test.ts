import { expect, it } from 'vitest';
import { CODEX_VERSIONS } from '../support/codex/ensure-codex.ts';
import { runCodex } from '../support/codex/run-codex.ts';
import type { RecordedRequest } from '../support/upstream/recorded-request.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import type { Answer } from '../support/upstream/script.ts';
import { chatGptProvider } from './codex-config.ts';
import { endedRequests, useStage } from './use-stage.ts';

const stage = useStage();

/** Runs a turn in which Codex wants its conversation made short after the first answer. */
const runUntilCompaction = async (version: string, answer: (request: RecordedRequest) => Answer) => {
  const { gateway } = await stage.setUp(answer);
  const run = await runCodex({
    version,
    prompt: 'Print the first file.',
    signIn: 'chatgpt',
    // The first answer of the double counts 1280 tokens.
    configToml: `model_auto_compact_token_limit = 1000\n${chatGptProvider(gateway.url)}`,
    args: ['-s', 'danger-full-access'],
    env: { GOMODEL_MASTER_KEY: 'none is asked for', OPENAI_BASE_URL: gateway.url },
  });
  return { run, gateway };
};

const toolCall: Answer = {
  kind: 'sse',
  events: responsesStream([{ call: 'exec_command', arguments: { cmd: 'cat hello.txt' } }]),
};

it('tells the user of Codex 0.113.0 that the upstream has no compaction, and what to do (LESSONS.md 18)', async () => {
  const { run, gateway } = await runUntilCompaction(CODEX_VERSIONS[0], ({ url }) =>
    url.endsWith('/responses/compact')
      ? { kind: 'json', status: 404, body: { error: { message: 'Not Found' } } }
      : toolCall,
  );
  expect(run.code).toBe(1);
  expect(run.stderr).toMatch(/^ERROR: .*404 Not Found: gomodel-ts: .* cannot compact a session.*init-codex/m);
  const records = await endedRequests(gateway, 2);
  expect(records.at(-1)).toMatchObject({
    status: 404,
    error: { code: 'compaction_not_supported', origin: 'upstream' },
  });
  expect(run.stderr).toContain(`request id: ${records.at(-1)?.id}`);
});

it('shows the user of Codex 0.171.0, which compacts by a model request, what the upstream says to it', async () => {
  const message = 'Invalid value: compaction_trigger.';
  const { run } = await runUntilCompaction(CODEX_VERSIONS[2], (request) =>
    JSON.stringify(request.json().input).endsWith('{"type":"compaction_trigger"}]')
      ? { kind: 'json', status: 400, body: { error: { message, type: 'invalid_request_error' } } }
      : toolCall,
  );
  expect(run.code).toBe(1);
  expect(run.stderr).toMatch(/^ERROR: .*compact/m);
  expect(run.stderr).toContain(message);
});
