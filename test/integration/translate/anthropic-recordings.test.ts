import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAnthropicSpec } from '../../../src/translate/anthropic/spec.ts';
import { readRecording, recordedEvents } from '../../support/streams/recordings.ts';
import { createRecordSink, type Told } from '../../support/translate/record-sink.ts';

/** The same of an answer, whoever reads it. */
interface Reading {
  readonly id: string | undefined;
  readonly model: string | undefined;
  readonly text: string;
  readonly reasoning: string;
  readonly signatures: readonly unknown[];
  readonly calls: readonly { id: string | undefined; name: string; input: unknown }[];
  readonly searches: readonly unknown[];
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
  readonly finish: string | undefined;
}

const FINISH: Readonly<Record<string, string>> = {
  end_turn: 'stop',
  tool_use: 'calls',
  max_tokens: 'length',
  stop_sequence: 'stop',
  refusal: 'filter',
};

const ofClient = (message: Anthropic.Message): Reading => {
  const of = <Type extends Anthropic.ContentBlock['type']>(type: Type) =>
    message.content.filter(
      (block): block is Extract<Anthropic.ContentBlock, { type: Type }> => block.type === type,
    );
  const { usage } = message;
  return {
    id: message.id,
    model: message.model,
    text: of('text').reduce((text, block) => text + block.text, ''),
    reasoning: of('thinking').reduce((text, block) => text + block.thinking, ''),
    signatures: of('thinking').map(({ signature }) => signature),
    calls: of('tool_use').map(({ id, name, input }) => ({ id, name, input })),
    searches: of('server_tool_use').map(({ input }) => input),
    inputTokens:
      usage.input_tokens + (usage.cache_read_input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0),
    outputTokens: usage.output_tokens,
    finish: FINISH[message.stop_reason ?? ''],
  };
};

const ofTold = (told: readonly Told[]): Reading => {
  const begin = told.flatMap((entry) => ('begin' in entry ? [entry.begin] : []));
  const usage = told.flatMap((entry) => ('usage' in entry ? [entry.usage] : [])).at(-1);
  const blocks = told.flatMap((entry) =>
    'state' in entry && Array.isArray(entry.state.blocks) ? entry.state.blocks : [],
  );
  return {
    id: begin[0]?.id,
    model: begin[0]?.model,
    text: told.reduce((text, entry) => text + ('text' in entry ? entry.text : ''), ''),
    reasoning: told.reduce((text, entry) => text + ('reasoning' in entry ? entry.reasoning : ''), ''),
    signatures: blocks.filter(({ type }) => type === 'thinking').map(({ signature }) => signature),
    calls: told.flatMap((entry) =>
      'call' in entry
        ? [{ id: entry.call.callId, name: entry.call.name, input: JSON.parse(entry.call.json) }]
        : [],
    ),
    searches: blocks.filter(({ type }) => type === 'server_tool_use').map(({ input }) => input),
    inputTokens: usage?.inputTokens,
    outputTokens: usage?.outputTokens,
    finish: told.flatMap((entry) => ('finish' in entry ? [entry.finish] : []))[0],
  };
};

const read = (body: Buffer, isStream: boolean, pieceBytes: number): Reading => {
  const { sink, told } = createRecordSink();
  const reader = createAnthropicSpec().createReader(sink, isStream);
  for (let at = 0; at < body.length; at += pieceBytes) reader.push(body.subarray(at, at + pieceBytes));
  reader.end();
  return ofTold(told);
};

const FOLDER = 'ai-sdk/anthropic';
const STREAMS = [
  `${FOLDER}/anthropic-clear-thinking.1.chunks.txt`,
  `${FOLDER}/anthropic-json-other-tool.1.chunks.txt`,
  `${FOLDER}/anthropic-refusal.chunks.txt`,
  `${FOLDER}/anthropic-text.chunks.txt`,
  `${FOLDER}/anthropic-tool-no-args.chunks.txt`,
  `${FOLDER}/anthropic-web-search-tool.1.chunks.txt`,
  'gomodel/anthropic/messages_stream.txt',
];
const BODIES = [
  `${FOLDER}/anthropic-claude-opus-5-reasoning-high.1.json`,
  `${FOLDER}/anthropic-text.json`,
  `${FOLDER}/anthropic-tool-no-args.json`,
  'gomodel/anthropic/messages.json',
  'gomodel/anthropic/messages_multi_turn.json',
  'gomodel/anthropic/messages_multimodal.json',
  'gomodel/anthropic/messages_with_params.json',
  'gomodel/anthropic/messages_with_tools.json',
];

const streamOf = (name: string): Buffer =>
  name.endsWith('.chunks.txt')
    ? Buffer.from(recordedEvents(name).join(''))
    : // The recording lacks the blank line that ends its last event.
      Buffer.concat([readRecording(name), Buffer.from('\n')]);

describe("what Anthropic's models really answered", () => {
  let body: Buffer = Buffer.alloc(0);
  let contentType = '';
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': contentType });
    response.end(body);
  });
  let client: Anthropic;

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    client = new Anthropic({ baseURL: `http://127.0.0.1:${port}`, apiKey: 'test', maxRetries: 0 });
  });
  afterAll(() => server.close());

  const ask = { model: 'any', max_tokens: 9, messages: [{ role: 'user', content: 'x' }] } as const;

  for (const name of STREAMS) {
    it(`is read from the stream as Anthropic's own client reads it: ${name}`, async () => {
      body = streamOf(name);
      contentType = 'text/event-stream';
      const message = await client.messages.stream({ ...ask, messages: [...ask.messages] }).finalMessage();
      const reading = ofClient(message);
      expect(read(body, true, body.length)).toEqual(reading);
      for (const pieceBytes of [1, 2, 3, 7, 64, 1021]) {
        expect(read(body, true, pieceBytes), `in pieces of ${pieceBytes}`).toEqual(reading);
      }
    });
  }

  for (const name of BODIES) {
    it(`is read from the body as Anthropic's own client reads it: ${name}`, async () => {
      body = readRecording(name);
      contentType = 'application/json';
      const message = await client.messages.create({ ...ask, messages: [...ask.messages] });
      expect(read(body, false, 100)).toEqual(ofClient(message));
    });
  }
});
