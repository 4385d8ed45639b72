import { randomBytes } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { compressForStorage } from '../../../src/coding/compress-for-storage.ts';
import { readExchange } from '../../../src/log/files/read-exchange.ts';
import { composeGateway, type RunningGateway } from '../../support/gateway/compose-gateway.ts';
import { responsesStream } from '../../support/upstream/responses-stream.ts';
import { startUpstream } from '../../support/upstream/start-upstream.ts';
import { startWebSocketUpstream } from '../../support/upstream/websocket-upstream.ts';
import { CODEX_HEADERS, connectClient } from '../../support/websocket/connect-client.ts';

const TURNS = 600;
const START_BYTES = 40_000;
const TURN_BYTES = 1_500;

const bodyBytes = ({ dataDir }: RunningGateway): number =>
  readdirSync(dataDir, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.bodies'))
    .reduce((sum, name) => sum + statSync(join(dataDir, name)).size, 0);

/** Text that does not shrink much. */
const noise = (bytes: number): string => randomBytes(Math.ceil(bytes / 2)).toString('hex');

const WAYS = {
  'bridged to HTTP': () =>
    startUpstream((_request, index) => ({
      kind: 'sse',
      events: responsesStream([{ text: 'ok' }], { id: `resp_${index}` }),
    })),
  relayed: () =>
    startWebSocketUpstream((_frame, index) => ({
      kind: 'events',
      events: responsesStream([{ text: 'ok' }], { id: `resp_${index}` }),
    })),
};

it.each(Object.entries(WAYS))(
  `N5: the log of a WebSocket session of ${TURNS} turns, %s, is not much larger than its last turn and what was new`,
  async (_way, start) => {
    const upstream = await start();
    onTestFinished(() => upstream.close());
    const gateway = await composeGateway(upstream.url);
    const client = await connectClient(gateway.v1, { headers: CODEX_HEADERS });
    const said: string[] = [];
    let previous: string | undefined;
    for (let turn = 0; turn < TURNS; turn++) {
      const text = noise(turn === 0 ? START_BYTES : TURN_BYTES);
      said.push(text);
      const input = [{ type: 'message', role: 'user', content: [{ type: 'input_text', text }] }];
      const known = previous === undefined ? {} : { previous_response_id: previous };
      client.send({ type: 'response.create', model: 'gpt-test', store: false, input, ...known });
      const { response } = (await client.answer()) as unknown as { response: { id: string } };
      previous = response.id;
    }
    const records = await gateway.records();
    expect(records.filter(({ response }) => response.finish === 'completed')).toHaveLength(TURNS);

    const last = (await compressForStorage(Buffer.from(said.join('')))).length;
    const fresh = said.slice(1).reduce((sum, text) => sum + text.length, 0);
    expect(bodyBytes(gateway)).toBeLessThan(2 * last + fresh);
    const detail = await readExchange(gateway.dataDir, records.at(-1)?.id ?? '');
    expect(detail?.requestBody?.bytes.toString()).toContain(said.at(-1));
  },
  120_000,
);
