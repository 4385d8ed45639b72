import type { CacheLoss } from '../../../src/admin/api-types/detail.ts';
import type { AuditEntry } from '../../../src/admin/api-types/entry.ts';
import { failEntry } from './fail-entry.ts';
import { type FixtureExchange, openEntry, PRICES, priceEntry } from './fixture-exchange.ts';
import type { Random } from './random.ts';
import type { Scenario } from './scenarios.ts';

export interface SessionOptions {
  random: Random;
  scenario: Scenario;
  /** Epoch milliseconds of the first request. */
  startedAtMs: number;
  /** Tokens of the first request's context: the prompt and the tools. */
  firstContext?: number;
  /** How often the scenario is gone through, to get a long context. */
  rounds?: number;
  /** False keeps every request from failing. */
  failures?: boolean;
}

const CLIENTS = [
  { name: 'codex_exec', version: '0.169.0', originator: 'codex_exec', transport: 'websocket' },
  { name: 'codex_cli_rs', version: '0.169.0', originator: 'codex_cli_rs', transport: 'http' },
  { name: 'codex_vscode', version: '0.160.0', originator: 'codex_vscode', transport: 'http' },
  { name: 'codex_cli_rs', version: '0.113.0', originator: 'codex_cli_rs', transport: 'http' },
] as const;
const MODELS = ['gpt-5.5', 'gpt-5.5', 'gpt-5.6-luna', 'gpt-6-astra', 'qwen3-coder-30b'] as const;

const createUuid = (random: Random, atMs: number): string => {
  const hex = (length: number) => Array.from({ length }, () => random.between(0, 15).toString(16)).join('');
  const time = Math.floor(atMs).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(3)}-a${hex(3)}-${hex(12)}`;
};

/** Who asks: most without a key of their own, the rest for two teams. */
const PEOPLE: ReadonlyArray<Pick<AuditEntry, 'keyId' | 'userPath' | 'labels'>> = [
  {},
  {},
  { keyId: 'p03hd82ksl', userPath: '/team/alpha' },
  { keyId: 'a9d77xk1b2', userPath: '/team/alpha/ci', labels: ['ci', 'nightly'] },
  { keyId: '4f7k2m9q1x', userPath: '/ops' },
];

const LOSSES: ReadonlyArray<Omit<CacheLoss, 'tokens'>> = [
  {
    cause: 'tools',
    where: 'tools[7] (web_search)',
    byteOffset: 21_806,
    before: '{"type":"web_search","external_web_access":false}',
    after: '{"type":"web_search","external_web_access":true}',
  },
  { cause: 'idle', idleMs: 47 * 60_000 },
  {
    cause: 'item',
    where: 'input[3] (message, developer)',
    byteOffset: 14_112,
    before: '<current_date>2026-11-21</current_date>',
    after: '<current_date>2026-11-22</current_date>',
  },
  { cause: 'header', where: 'header session_id', before: '0199f3c2-77aa', after: '0199f3d0-1b22' },
];

const fillRequest = (entry: AuditEntry, random: Random, context: number, encoding?: string): void => {
  const bodyBytes = Math.round(context * 4.1) + random.between(0, 900);
  entry.request = encoding
    ? { encoding, bodyBytes, wireBytes: Math.round(bodyBytes * (0.31 + random.next() * 0.06)) }
    : { bodyBytes, wireBytes: bodyBytes };
};

const costOfLoss = (model: string, tokens: number): Pick<CacheLoss, 'costUsd'> => {
  const price = PRICES[model];
  return price ? { costUsd: (tokens * (price.input - price.cached)) / 1e6 } : {};
};

/** One Codex session: a request a step, its context growing, most of it cached. */
export const generateSession = (options: SessionOptions): FixtureExchange[] => {
  const { random, scenario } = options;
  const client = random.pick(CLIENTS);
  const model = random.pick(MODELS);
  const local = model.startsWith('qwen');
  const chatgpt = !local && (client.version === '0.113.0' || random.chance(0.25));
  const zstd = chatgpt || client.version === '0.160.0';
  const sessionId = createUuid(random, options.startedAtMs);
  const person = random.pick(PEOPLE);
  const exchanges: FixtureExchange[] = [];
  let atMs = options.startedAtMs;
  let context = options.firstContext ?? random.between(9000, 14_000);
  let cached = 0;
  let previousResponseId: string | undefined;
  let turnId = createUuid(random, atMs);

  for (let round = 0; round < (options.rounds ?? 1); round++) {
    for (const [step, content] of scenario.steps.entries()) {
      const added = Math.ceil(JSON.stringify(content).length / 3.2) + random.between(300, 2400);
      context += added;
      const lost = cached > 12_000 && random.chance(0.06);
      const cachedNow = exchanges.length === 0 ? 0 : lost ? 0 : Math.floor(cached / 128) * 128;
      const outputTokens =
        random.between(60, 420) +
        (content.reasoning ? random.between(200, 1800) : 0) +
        Math.ceil((content.say?.length ?? 0) / 3.5);
      const reasoningTokens = content.reasoning ? Math.floor(outputTokens * (0.4 + random.next() * 0.4)) : 0;
      if (content.user !== undefined) turnId = createUuid(random, atMs);
      const open = () => {
        const entry = openEntry(atMs, '/v1/responses', {
          name: client.name,
          version: client.version,
          originator: client.originator,
          sessionId,
          threadId: sessionId,
          turnId,
        });
        entry.transport = client.transport;
        entry.stream = true;
        entry.model = model;
        entry.provider = local ? 'local' : chatgpt ? 'chatgpt' : 'openai';
        entry.upstream = local ? 'localhost:11434' : chatgpt ? 'chatgpt.com' : 'api.openai.com';
        Object.assign(entry, person);
        entry.auth = person.keyId ? `key:${person.keyId}` : chatgpt ? 'chatgpt' : 'master_key';
        entry.clientRequestId = createUuid(random, atMs);
        fillRequest(
          entry,
          random,
          client.transport === 'websocket' ? added : context,
          zstd && client.transport === 'http' ? 'zstd' : undefined,
        );
        if (client.transport === 'websocket' && previousResponseId)
          entry.previousResponseId = previousResponseId;
        return entry;
      };

      if (options.failures !== false && random.chance(0.05)) {
        const entry = open();
        failEntry(entry, random);
        exchanges.push({ entry, turn: { scenario, step } });
        atMs += (entry.durationMs ?? 0) + random.between(200, 3000);
      }
      const entry = open();
      const ttfbMs = random.between(320, 900) + (lost ? random.between(900, 2600) : 0);
      entry.status = 200;
      entry.overheadMs = Math.round((0.4 + random.next() * 1.4) * 100) / 100;
      entry.ttfbMs = ttfbMs;
      entry.durationMs = ttfbMs + Math.round(outputTokens * (6 + random.next() * 5));
      entry.response = {
        bytes: outputTokens * random.between(180, 240),
        events: outputTokens + random.between(8, 30),
        finish: 'completed',
        ...(content.calls ? { toolCalls: content.calls.map((call) => call.name) } : {}),
      };
      entry.usage = {
        inputTokens: context,
        cachedInputTokens: cachedNow,
        outputTokens,
        reasoningTokens,
        totalTokens: context + outputTokens,
      };
      entry.responseId = `resp_${createUuid(random, atMs).replaceAll('-', '')}`;
      entry.upstreamRequestId = `req_${createUuid(random, atMs + 1).replaceAll('-', '')}`;
      priceEntry(entry);
      exchanges.push({
        entry,
        turn: { scenario, step },
        ...(lost
          ? { cacheLoss: { tokens: cached, ...costOfLoss(model, cached), ...random.pick(LOSSES) } }
          : {}),
      });
      previousResponseId = entry.responseId;
      cached = context;
      context += outputTokens;
      atMs += entry.durationMs + random.between(400, 9000) + (lost ? 120_000 : 0);
    }
  }
  return exchanges;
};
