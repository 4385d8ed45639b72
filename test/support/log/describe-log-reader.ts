import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answerFleet } from '../../../src/admin/answers/fleet.ts';
import type { FleetAnswer } from '../../../src/admin/api-types/fleet.ts';
import { createPricing } from '../../../src/admin/cost/create-pricing.ts';
import { idTimeMs } from '../../../src/base/ids.ts';
import type { Recorder } from '../../../src/log/capture/recorder.ts';
import { type FollowedEvent, keepFacts, type LogQuery, type LogReader } from '../../../src/log/port.ts';
import type { ExchangeRecord } from '../../../src/log/record.ts';
import { createTemporaryFolder } from '../temporary-folder.ts';
import { closeExchange, type ExchangeSample, openExchange, recordExchange } from './record-exchange.ts';
import { createSettableClock, type SettableClock } from './settable-clock.ts';

/** A log of its own for each test, and a reader of it. */
export interface ReaderHarness {
  /** Records what the reader then finds. */
  startRecorder(clock: SettableClock): Promise<Recorder>;
  openReader(): LogReader;
  /** Fills the log with so many exchanges over so many days, written by a gateway that is gone. */
  fill(exchanges: number, days: number): Promise<void>;
  /** Called after each test. */
  remove(): Promise<void>;
}

/** What only some readers have. */
export interface ReaderTraits {
  /** Ways in which what a reader keeps to be quick may be damaged, after which it answers as before. */
  readonly damages?: Readonly<Record<string, () => void | Promise<void>>>;
  /** Deletes what is older than so many days, as retention does. */
  readonly forget?: (days: number, nowMs: number) => Promise<void>;
}

const HOUR_MS = 3_600_000;
const error = { origin: 'upstream', code: 'upstream_error', message: 'no' } as const;

const SAMPLES: readonly ExchangeSample[] = [
  {
    record: {
      model: 'gpt-5.5',
      provider: 'openai',
      usage: { inputTokens: 100, outputTokens: 10, totalTokens: 110 },
    },
  },
  { record: { model: 'gpt-5.5-mini', provider: 'openai', status: 429, error } },
  {
    record: { model: 'claude-sonnet-4-5', provider: 'anthropic', usage: { inputTokens: 7, totalTokens: 7 } },
  },
  { path: '/v1/models', record: { status: 404 } },
];

/** As the page asks who works with what. */
const askFleet = (log: LogReader, query: string): Promise<FleetAnswer> =>
  answerFleet(
    {
      log,
      pricing: createPricing(createTemporaryFolder('prices'), []),
      now: () => Date.now(),
      config: { policy: undefined },
      nameOfKey: () => undefined,
    },
    new URLSearchParams(query),
  );

/** What every reader of the log does, whatever it reads. */
export const describeLogReader = (
  name: string,
  start: () => Promise<ReaderHarness>,
  { damages = {}, forget }: ReaderTraits = {},
): void => {
  describe(name, () => {
    let harness: ReaderHarness;
    let clock: SettableClock;
    let recorder: Recorder;
    let reader: LogReader;
    beforeEach(async () => {
      harness = await start();
      clock = createSettableClock('2026-06-01T12:00:00Z');
      recorder = await harness.startRecorder(clock);
      reader = harness.openReader();
    });
    afterEach(async () => {
      await reader.close();
      await recorder.close();
      await harness.remove();
    });

    /** @returns ids, oldest first */
    const write = async (count: number, more: ExchangeSample = {}): Promise<string[]> => {
      const ids: string[] = [];
      for (let index = 0; index < count; index++) {
        clock.advance(HOUR_MS);
        const sample = SAMPLES[index % SAMPLES.length] as ExchangeSample;
        const record = { ...sample.record, ...more.record };
        ids.push(recordExchange(recorder, { ...sample, ...more, record }).id);
      }
      await recorder.flush();
      return ids;
    };
    const idsOf = (records: readonly { readonly id: string }[]): string[] => records.map(({ id }) => id);
    const listed = async (query: LogQuery, newest?: number): Promise<ExchangeRecord[]> => {
      const all: ExchangeRecord[] = [];
      for await (const batch of reader.list(query, newest === undefined ? {} : { newest }))
        all.push(...batch);
      return all;
    };

    it('pages from the newest to the oldest, by offset and by cursor, and counts all', async () => {
      const ids = (await write(23)).reverse();
      expect(await reader.page({}, { limit: 0 })).toEqual({ records: [], total: 23 });
      const byOffset: string[] = [];
      for (let offset = 0; offset < 23; offset += 5) {
        const { records, total } = await reader.page({}, { limit: 5, offset });
        expect(total).toBe(23);
        byOffset.push(...idsOf(records));
      }
      expect(byOffset).toEqual(ids);
      const byCursor: string[] = [];
      for (let before: string | undefined; byCursor.length < 23; before = byCursor.at(-1)) {
        byCursor.push(...idsOf((await reader.page({}, { limit: 4, before })).records));
      }
      expect(byCursor).toEqual(ids);
    });

    /** 40 exchanges over two days, written by two gateways, and one that runs. */
    const writeTwoDays = async (): Promise<string[]> => {
      const ids = await write(20);
      await recorder.close();
      recorder = await harness.startRecorder(clock);
      ids.push(...(await write(20)));
      clock.advance(HOUR_MS);
      ids.push(openExchange(recorder).id);
      await recorder.flush();
      return ids;
    };
    /** The totals and pages of what selects all, a part of the time, or all up to an exchange. */
    const expectPages = async (asked: LogReader, ids: readonly string[]): Promise<void> => {
      const startedAtMs = (place: number): number => idTimeMs(ids[place] as string) as number;
      const last = ids.length - 1;
      for (const [query, wanted] of [
        [{}, ids],
        [{ until: ids[last] }, ids],
        [{ until: ids[7] }, ids.slice(0, 8)],
        [{ until: 'req_0' }, []],
        [{ span: { fromMs: startedAtMs(3), toMs: startedAtMs(last) } }, ids.slice(3, last)],
        [{ span: { fromMs: 0, toMs: startedAtMs(last) + 1 } }, ids],
        [{ ids: new Set([ids[1], ids[5], ids[last], 'req_unknown']) }, [ids[1], ids[5], ids[last]]],
        [{ ids: new Set([ids[1], ids[5]]), until: ids[3] }, [ids[1]]],
        [{ ids: new Set<string>() }, []],
        [{ filter: { model: undefined } }, ids],
      ] as const) {
        const newest = [...wanted].reverse();
        for (const wish of [{ limit: 0 }, { limit: 2 }, { limit: 100 }, { limit: 3, offset: 19 }]) {
          const { records, total } = await asked.page(query as LogQuery, wish);
          const from = wish.offset ?? 0;
          expect([total, idsOf(records)]).toEqual([wanted.length, newest.slice(from, from + wish.limit)]);
        }
        for (const before of [newest[0], newest[1], newest[24], newest.at(-1)]) {
          if (before === undefined) continue;
          const { records, total } = await asked.page(query as LogQuery, { limit: 3, before });
          const from = newest.indexOf(before) + 1;
          expect([total, idsOf(records)]).toEqual([wanted.length, newest.slice(from, from + 3)]);
        }
      }
    };

    it('counts and pages alike what it has just read and what an earlier reader has left', async () => {
      const ids = await writeTwoDays();
      await expectPages(reader, ids);
      for (let each = 0; each < 2; each++) {
        const later = harness.openReader();
        await expectPages(later, ids);
        await later.close();
      }
    });

    it.each(Object.entries(damages))('counts and pages alike after %s', async (_name, damage) => {
      const ids = await writeTwoDays();
      await expectPages(reader, ids);
      await damage();
      const later = harness.openReader();
      await expectPages(later, ids);
      await expectPages(reader, ids);
      await later.close();
    });

    it('finds and tells what answers call, and what the scripts among these calls do', async () => {
      const called = (toolCalls: string[], scriptCalls?: string[]) =>
        write(1, {
          record: { response: { finish: 'completed', toolCalls, ...(scriptCalls && { scriptCalls }) } },
        });
      const [scripted] = await called(['exec'], ['exec_command', 'apply_patch']);
      const [other] = await called(['exec'], ['exec_command']);
      const [older] = await called(['exec']);
      const [direct] = await called(['apply_patch']);
      await write(1);
      for (const [filter, found] of [
        [{ tool: 'apply_patch' }, [direct, scripted]],
        [{ tool: 'exec_*' }, [other, scripted]],
        [{ tool: 'exec' }, [older, other, scripted]],
        [{ search: 'ply_patch' }, [direct, scripted]],
        [{ tool: 'view_image' }, []],
      ] as const) {
        const { records, total } = await reader.page({ filter }, { limit: 10 });
        expect([filter, total, idsOf(records)]).toEqual([filter, found.length, found]);
        expect(idsOf(await listed({ filter })).sort()).toEqual([...found].sort());
        // Counted by what is kept beside the rows, where there is such a thing.
        expect((await reader.page({ filter }, { limit: 0 })).total).toBe(found.length);
      }
      const told = new Map<string, unknown>();
      for await (const batch of reader.facts({}))
        for (const { id, toolCalls, scriptCalls } of batch) told.set(id, [toolCalls, scriptCalls]);
      expect([scripted, older, direct].map((id) => told.get(id ?? ''))).toEqual([
        [['exec'], ['exec_command', 'apply_patch']],
        [['exec'], undefined],
        [['apply_patch'], undefined],
      ]);
    });

    if (forget) {
      it('counts no more what retention has deleted, before and while it reads', async () => {
        const ids = await writeTwoDays();
        const facts = reader.facts({})[Symbol.asyncIterator]();
        await facts.next();
        await forget(1, Date.parse('2026-06-04T00:00:00Z'));
        // Of what was deleted under its hands a reader may tell, or not; it does not fail.
        for (let { done } = await facts.next(); !done; ) ({ done } = await facts.next());
        const { total, records } = await reader.page({}, { limit: 100 });
        expect(total).toBe(records.length);
        expect(total).toBeLessThan(ids.length);
        expect(idsOf(records)).toContain(ids.at(-1));
        const later = harness.openReader();
        expect((await later.page({}, { limit: 0 })).total).toBe(total);
        await later.close();
      });
    }

    it.each<[string, LogQuery, (place: number) => boolean]>([
      ['model', { filter: { model: 'GPT-5.5*' } }, (place) => place % 4 < 2],
      ['provider', { filter: { provider: 'anthropic' } }, (place) => place % 4 === 2],
      ['failure', { filter: { error_type: 'any' } }, (place) => place % 4 === 1 || place % 4 === 3],
      ['status class', { filter: { status_code: '4xx' } }, (place) => place % 4 === 1 || place % 4 === 3],
      [
        'status ranges',
        {
          statuses: [
            [200, 299],
            [404, 404],
          ],
        },
        (place) => place % 4 !== 1,
      ],
      ['path', { filter: { path: '*models' } }, (place) => place % 4 === 3],
      ['usage', { hasUsage: true }, (place) => place % 4 === 0 || place % 4 === 2],
      ['search', { filter: { search: 'SONNET' } }, (place) => place % 4 === 2],
      [
        'words, each in a field of its own',
        { filter: { search: 'MINI upstream_error' } },
        (place) => place % 4 === 1,
      ],
      ['words that no field holds together', { filter: { search: '"mini upstream_error"' } }, () => false],
      ['nothing that exists', { filter: { session: 'none-such' } }, () => false],
    ])('selects by %s alike in pages, lists and facts', async (_name, query, isWanted) => {
      const ids = await write(12);
      const wanted = ids.filter((_, place) => isWanted(place));
      const { records, total } = await reader.page(query, { limit: 100 });
      expect(idsOf(records)).toEqual([...wanted].reverse());
      expect(total).toBe(wanted.length);
      expect(idsOf(await listed(query))).toEqual(wanted);
      expect(idsOf(await listed(query, 2))).toEqual(wanted.slice(-2));
      const facts: string[] = [];
      for await (const batch of reader.facts(query)) facts.push(...batch.map(({ id }) => id));
      expect(facts.sort()).toEqual(wanted);
    });

    it('selects by the time at which an exchange began, from and up to but not with', async () => {
      const ids = await write(40);
      const { records } = await reader.page({}, { limit: 100 });
      const times = records.map(({ startedAt }) => Date.parse(startedAt)).reverse();
      const span = { fromMs: times[9] as number, toMs: times[30] as number };
      expect(idsOf(await listed({ span }))).toEqual(ids.slice(9, 30));
      expect(idsOf(await listed({ span, until: ids[20] }))).toEqual(ids.slice(9, 21));
      expect(idsOf(await listed({ span }, 3))).toEqual(ids.slice(27, 30));
    });

    it('gives one exchange by its id or a beginning of it, with bodies and headers', async () => {
      const rawHeaders = ['X-A', 'b'];
      const ids = await write(3, { requestBody: 'asked', responseBody: 'answered', rawHeaders });
      const [id = ''] = ids;
      for (const given of [id, id.slice(4), id.slice(0, 16).toLowerCase()]) {
        const detail = await reader.get(given);
        expect(detail?.record.id).toBe(id);
        expect(detail?.requestHeaders).toEqual([['X-A', 'b']]);
        expect(detail?.requestBody?.bytes.toString()).toBe('asked');
      }
      expect((await reader.body(id, 'response'))?.bytes.toString()).toBe('answered');
      expect(await reader.get('req_00000000000000000000000000')).toBeUndefined();
      expect(await reader.body('req_00000000000000000000000000', 'request')).toBeUndefined();
      await expect(reader.get('req_01')).rejects.toMatchObject({ code: 'invalid_usage' });
    });

    it('gives all exchanges of a query with their bodies and headers, those that run among them', async () => {
      const ids = await write(9, {
        requestBody: 'asked',
        responseBody: 'answered',
        rawHeaders: ['X-A', 'b'],
      });
      clock.advance(HOUR_MS);
      const running = openExchange(recorder, { requestBody: 'still asked' });
      await recorder.flush();
      const told: string[] = [];
      for await (const { record, requestHeaders, requestBody, responseBody } of reader.details({})) {
        told.push(record.id);
        if (record.id === running.id) continue;
        expect(requestHeaders).toEqual([['X-A', 'b']]);
        expect(requestBody?.bytes.toString()).toBe('asked');
        expect(responseBody?.bytes.toString()).toBe('answered');
      }
      expect(told).toEqual([...ids, running.id]);
      const selected: string[] = [];
      for await (const { record } of reader.details({ filter: { provider: 'anthropic' } }))
        selected.push(record.id);
      expect(selected).toEqual(ids.filter((_, place) => place % 4 === 2));
    });

    it('stops at a few exchanges where an id is ambiguous (S6)', async () => {
      await write(50);
      const message = await reader.get('req_0').catch((cause: Error) => cause.message);
      expect(message).toMatch(/req_\w+, req_\w+/);
      expect(String(message).match(/req_\w{26}/g)?.length).toBeLessThanOrEqual(3);
    });

    it('sums by group and by day of a zone', async () => {
      await write(8);
      const byModel = await reader.sums({}, ['model', 'provider'], 'UTC');
      const sonnet = byModel.find(({ group }) => group[0] === 'claude-sonnet-4-5');
      expect(sonnet).toMatchObject({ requests: 2, inputTokens: 14, totalTokens: 14, failedRequests: 0 });
      expect(byModel.find(({ group }) => group[0] === undefined)).toMatchObject({ failedRequests: 2 });
      // From 13:00 to 20:00 UTC: in Kiribati the next day has begun, in Honolulu the day before goes on.
      const days = async (zone: string): Promise<unknown> =>
        (await reader.sums({}, ['day'], zone)).map(({ group: [day], requests }) => [day, requests]);
      expect(await days('Pacific/Kiritimati')).toEqual([['2026-06-02', 8]]);
      expect(await days('UTC')).toEqual([['2026-06-01', 8]]);
    });

    it('knows a model by what was asked for, what was sent and what answered', async () => {
      const record = { requestedModel: 'fast', sentModel: 'gpt-5.5', model: 'gpt-5.5-2026-04-23' };
      const [id = ''] = await write(1, { record: { ...record, usage: { inputTokens: 7, totalTokens: 7 } } });
      const query = { filter: { model: 'fast' } };
      expect(idsOf(await listed(query, 5))).toEqual([id]);
      for (const model of ['gpt-5.5', 'gpt-5.5-2026*']) {
        expect(idsOf(await listed({ filter: { model, requested_model: 'fast' } }, 5))).toEqual([id]);
      }
      const [row, ...more] = await reader.sums(query, ['requestedModel', 'sentModel', 'model'], 'UTC');
      expect(more).toEqual([]);
      expect(row).toMatchObject({ group: Object.values(record), requests: 1, inputTokens: 7 });
    });

    it('finds a thread by session, and by previous response ids that name a response', async () => {
      const inSession = await write(3, { rawHeaders: ['session-id', 'session-1234'] });
      expect(idsOf(await reader.thread({ sessionId: 'session-1234' }))).toEqual(inSession);
      const chain: string[] = [];
      for (let turn = 0; turn < 4; turn++) {
        const previous = turn === 0 ? {} : { previousResponseId: `resp_${turn - 1}` };
        chain.push(...(await write(1, { record: { responseId: `resp_${turn}`, ...previous } })));
      }
      // As servers that give one id out again do it.
      const repeated = await write(3, { record: { responseId: 'chatcmpl-123' } });
      for (const place of [0, 2, 3]) {
        const exchange = (await reader.get(chain[place] as string))?.record as ExchangeRecord;
        expect(idsOf(await reader.thread({ exchange }))).toEqual(chain);
      }
      const alone = (await reader.get(repeated[1] as string))?.record as ExchangeRecord;
      expect(idsOf(await reader.thread({ exchange: alone }))).toEqual([repeated[1]]);
    });

    it('searches the bodies of what a query selects, and goes on where its time ran out (S5)', async () => {
      const old = await write(1, { requestBody: `{"input":"${'a '.repeat(400)} Needle"}` });
      for (let each = 0; each < 40; each++) await write(1, { responseBody: `answer ${each}` });
      const young = await write(1, { responseBody: 'a nEEDLE in the answer' });
      const whole = await reader.searchBodies('needle', {}, { budgetMs: 60_000 });
      expect([...whole.ids].sort()).toEqual([...old, ...young].sort());
      expect(whole).toMatchObject({ isWhole: true });
      const [record] = await listed({ until: old[0] });
      const fromMs = Date.parse(record?.startedAt ?? '');
      const ofThatDay = { span: { fromMs, toMs: fromMs + 1 } };
      expect([...(await reader.searchBodies('needle', ofThatDay, { budgetMs: 60_000 })).ids]).toEqual(old);
      const found = new Set<string>();
      let after: string | undefined;
      let rounds = 0;
      for (let isWhole = false; !isWhole && rounds < 1_000; rounds++) {
        // No time at all: each round ends at the next block, and says where.
        const hits = await reader.searchBodies(
          'needle',
          {},
          { budgetMs: rounds % 2 === 0 ? -1 : 60_000, after },
        );
        for (const id of hits.ids) found.add(id);
        ({ isWhole } = hits);
        after = hits.next;
        expect(isWhole || after !== undefined).toBe(true);
      }
      expect([...found].sort()).toEqual([...old, ...young].sort());
    });

    it('finds words that an exchange says in its request, its answer and its record, wherever a round ends', async () => {
      const both = await write(1, {
        requestBody: '{"input":"find the Needle"}',
        responseBody: 'in the HAYSTACK, said "quite simply"',
        record: { model: 'gpt-5.5' },
      });
      await write(1, { requestBody: '{"input":"a needle"}', responseBody: 'alone' });
      await write(1, { requestBody: '{"input":"nothing"}', responseBody: 'a haystack' });
      const find = async (text: string, budgetMs: number): Promise<string[]> => {
        const found = new Set<string>();
        let after: string | undefined;
        for (;;) {
          const hits = await reader.searchBodies(text, {}, { budgetMs, after });
          for (const id of hits.ids) found.add(id);
          if (hits.isWhole) return [...found];
          after = hits.next;
        }
      };
      for (const budgetMs of [-1, 60_000]) {
        expect(await find('needle haystack', budgetMs)).toEqual(both);
        expect(await find('haystack gpt-5.5 needle', budgetMs)).toEqual(both);
        expect(await find('needle "quite simply"', budgetMs)).toEqual(both);
        expect(await find('"needle haystack"', budgetMs)).toEqual([]);
        expect(await find('needle haystack gpt-6', budgetMs)).toEqual([]);
      }
    });

    it('shows what runs, and what has ended as ended', async () => {
      const [ended = ''] = await write(1);
      clock.advance(HOUR_MS);
      const running = openExchange(recorder);
      await recorder.flush();
      const { records } = await reader.page({}, { limit: 10 });
      expect(records.map(({ id, durationMs }) => [id, durationMs === undefined])).toEqual([
        [running.id, true],
        [ended, false],
      ]);
      closeExchange(running);
      await recorder.flush();
      expect((await reader.page({ filter: { status_code: 'running' } }, { limit: 10 })).total).toBe(0);
    });

    it('tells what people, versions and repositories used, and paid for again (20.7)', async () => {
      const usage = (inputTokens: number, cachedInputTokens: number) => ({
        usage: { inputTokens, cachedInputTokens, outputTokens: 10, totalTokens: inputTokens + 10 },
      });
      const ada = { keyId: 'key-ada', userPath: '/team/ada', auth: 'key:key-ada' } as const;
      const codex = { name: 'codex_exec', version: '0.171.0', threadId: 'thread-1', policy: 'all-1' };
      const shop = { model: 'gpt-5.5', provider: 'openai', ...ada };
      const client = { ...codex, repository: 'github.com/corp/shop' };
      const ids = [
        ...(await write(1, {
          record: { ...shop, client: { ...client, version: '0.169.0' }, ...usage(20_000, 0) },
        })),
        ...(await write(1, { record: { ...shop, client, ...usage(21_000, 20_000) } })),
        // It pays again for what was in the cache a moment before.
        ...(await write(1, { record: { ...shop, client, ...usage(22_000, 0) } })),
        ...(await write(1, {
          record: {
            ...{ auth: 'chatgpt', provider: 'chatgpt', sentModel: 'gpt-5.5', model: 'gpt-5.4-mini' },
            ...{ findings: ['other_model'], client: { name: 'curl', version: '8.5.0' }, ...usage(500, 0) },
          },
        })),
        ...(await write(1, { record: { auth: 'rejected', status: 401, client } })),
      ];
      const answer = await askFleet(reader, 'start_date=2026-06-01&end_date=2026-06-01&timezone=UTC');
      expect(answer).toMatchObject({ exchanges: 5, is_whole: true });
      const named = (rows: readonly object[]): unknown =>
        Object.fromEntries(rows.map((row) => Object.values(row).slice(0, 2)).sort());
      expect(named(answer.people)).toEqual({ 'key-ada': '/team/ada', chatgpt: 1 });
      expect(answer.people.find(({ id }) => id === 'key-ada')).toMatchObject({
        ...{ requests: 3, policy: 'all-1', last_id: ids[2] },
        clients: ['codex_exec 0.171.0', 'codex_exec 0.169.0'],
      });
      expect(answer.repositories).toMatchObject([
        { repository: 'github.com/corp/shop', people: 1, requests: 3, last_id: ids[2] },
      ]);
      expect(answer.repositories[0]?.cost).toBeGreaterThan(0);
      expect(answer.other_models).toMatchObject([
        { asked: 'gpt-5.5', served: 'gpt-5.4-mini', requests: 1, cost: null, last_id: ids[3] },
      ]);
      const [newest, ...older] = [...answer.clients].sort((one, other) => other.requests - one.requests);
      expect(newest).toMatchObject({ version: '0.171.0', requests: 2, cache_losses: 1, lost_tokens: 21_000 });
      expect(newest?.lost_cost).toBeGreaterThan(0);
      for (const client of older)
        expect(client).toMatchObject({ requests: 1, cache_losses: 0, lost_cost: null });
    });

    it('keeps facts beyond their batch', async () => {
      await write(4, { record: { responseId: 'resp_1' } });
      const kept = [];
      for await (const batch of reader.facts({})) kept.push(...batch.map(keepFacts));
      expect(kept).toHaveLength(4);
      expect(kept[0]).toMatchObject({ responseId: 'resp_1', isStream: false });
      expect((await reader.size()).bytes).toBeGreaterThan(0);
    });

    it('tells what follows, each end once, and goes on from a cursor across restarts', async () => {
      await write(2);
      const stop = new AbortController();
      const followed = reader.follow('now', stop.signal);
      const told: FollowedEvent[] = [];
      const until = async (events: AsyncIterable<FollowedEvent>, count: number): Promise<void> => {
        let ends = 0;
        for await (const event of events) {
          told.push(event);
          if (event.type === 'close' && ++ends === count) return;
        }
      };
      const reading = until(followed, 3);
      const first = await write(3);
      await reading;
      stop.abort();
      expect(told.filter(({ type }) => type === 'close').map(({ record }) => record.id)).toEqual(first);
      const cursor = told.at(-1)?.cursor ?? '';
      // What happens while nobody follows, by two gateways and over midnight.
      const missed = await write(14);
      await recorder.close();
      recorder = await harness.startRecorder(clock);
      missed.push(...(await write(2)));
      told.length = 0;
      const again = new AbortController();
      const second = until(harness.openReader().follow(cursor, again.signal), missed.length);
      await Promise.race([second, sleep(10_000)]);
      again.abort();
      const ends = told.filter(({ type }) => type === 'close').map(({ record }) => record.id);
      expect(new Set(ends)).toEqual(new Set(missed));
    });

    it('reads a log of 100,000 exchanges within bounds of memory, by page, list and sum', async () => {
      await harness.fill(100_000, 60);
      let page = await reader.page({}, { limit: 50 });
      while (page.isTotalLeast) page = await reader.page({}, { limit: 50 });
      const { records, total } = page;
      expect(total).toBe(100_000);
      expect(records).toHaveLength(50);
      const before = process.memoryUsage();
      let count = 0;
      let last = '';
      let isSorted = true;
      let highest = 0;
      for await (const batch of reader.list({})) {
        for (const { id } of batch) {
          if (id <= last) isSorted = false;
          last = id;
        }
        count += batch.length;
        if (count % 10_000 === 0) highest = Math.max(highest, process.memoryUsage().rss);
      }
      expect([count, isSorted, last]).toEqual([100_000, true, records[0]?.id]);
      // All records at once would be some 250 MB.
      expect(highest - before.rss).toBeLessThan(200 * 2 ** 20);
      expect(idsOf(await listed({}, 20))).toEqual(idsOf(records.slice(0, 20)).reverse());
      const sums = await reader.sums({}, ['day'], 'UTC');
      expect(sums.reduce((sum, { requests }) => sum + requests, 0)).toBe(100_000);
      const fleet = await askFleet(reader, 'days=90');
      expect(fleet).toMatchObject({ exchanges: 100_000, is_whole: true });
      expect(fleet.clients.reduce((sum, { requests }) => sum + requests, 0)).toBe(100_000);
      expect(fleet.clients.length).toBe(2);
    }, 300_000);
  });
};
