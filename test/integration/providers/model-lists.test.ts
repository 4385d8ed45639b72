import { statSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { FetchList } from '../../../src/providers/lists/fetch-list.ts';
import { createModelLists, type ModelLists } from '../../../src/providers/lists/model-lists.ts';
import { createListFile } from '../../../src/providers/lists/saved-lists.ts';
import type { ListedModel } from '../../../src/providers/provider-spec.ts';
import { createSettableClock } from '../../support/log/settable-clock.ts';
import { configureProvider } from '../../support/providers/configure-provider.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

const NOW = '2026-11-22T12:00:00.000Z';
const clock = createSettableClock(NOW);
const providers = [
  configureProvider('groq', { models: [{ id: 'own', contextWindow: 10 }] }),
  configureProvider('openrouter'),
];

const opened: ModelLists[] = [];
afterEach(async () => {
  for (const lists of opened.splice(0)) await lists.close();
  clock.set(NOW);
});

/** What each provider answers now; an error is thrown. */
type Answers = Record<string, readonly ListedModel[] | Error>;

const open = (answers: Answers, dataDir = createTemporaryFolder('lists'), configured = providers) => {
  const asked: string[] = [];
  const fetchList: FetchList = async ({ id }) => {
    asked.push(id);
    const answer = answers[id] ?? [];
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const lists = createModelLists({ providers: configured, fetchList, clock, ...createListFile(dataDir) });
  opened.push(lists);
  return { lists, asked, dataDir };
};

describe('the lists of models', () => {
  it('have the configured models before anybody was asked', () => {
    const { lists, asked } = open({});
    expect(lists.listedBy('own')).toBe('groq');
    expect(lists.listedBy('other')).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it('send a model to the first provider that lists it, and to the one that is configured for it before that', async () => {
    const { lists } = open({
      groq: [{ id: 'both' }, { id: 'a' }],
      openrouter: [{ id: 'both' }, { id: 'own' }, { id: 'openai/gpt-5' }],
    });
    await lists.refresh();
    expect(lists.listedBy('both')).toBe('groq');
    expect(lists.listedBy('openai/gpt-5')).toBe('openrouter');
    expect(lists.listedBy('own')).toBe('groq');
    expect(lists.listedBy('constructor')).toBeUndefined();
  });

  it('let the configuration win over what is listed of the same model', async () => {
    const { lists } = open({ groq: [{ id: 'own', contextWindow: 99, maxOutputTokens: 5 }, { id: 'a' }] });
    await lists.refresh();
    expect(lists.modelsOf('groq')).toEqual([
      { id: 'own', contextWindow: 10, maxOutputTokens: 5 },
      { id: 'a' },
    ]);
  });

  it('are kept without the password of an address, and are found again', async () => {
    const baseUrl = new URL('https://user:hunter2@own.example/v1?api_key=hunter3');
    const secret = [configureProvider('groq', { baseUrl })];
    const { lists, dataDir } = open({ groq: [{ id: 'a' }] }, undefined, secret);
    await lists.refresh();
    await lists.close();
    const files = await readdir(dataDir);
    const texts = await Promise.all(files.map((file) => readFile(join(dataDir, file), 'utf8')));
    expect(texts.join('')).toContain('own.example');
    expect(texts.join('')).not.toMatch(/hunter/);
    const next = open({ groq: new Error('nobody is asked') }, dataDir, secret);
    await next.lists.start();
    expect(next.lists.modelsOf('groq')).toContainEqual({ id: 'a' });
  });

  it('outlive the process, and are not asked for again within the hour', async () => {
    const { lists, dataDir } = open({ groq: [{ id: 'a', inputModalities: ['text', 'image'] }] });
    await lists.refresh();
    clock.advance(59 * 60_000);
    const next = open({ groq: new Error('nobody is asked') }, dataDir);
    await next.lists.start();
    expect(next.lists.modelsOf('groq')).toContainEqual({ id: 'a', inputModalities: ['text', 'image'] });
    expect(next.lists.stateOf('groq').fetchedAtMs).toBe(Date.parse(NOW));
    expect(statSync(join(dataDir, 'models.json')).mode & 0o777).toBe(0o600);
  });

  it('keep an old list where a new one cannot be had, and say why', async () => {
    const answers: Answers = { groq: [{ id: 'a' }], openrouter: [{ id: 'b' }] };
    const { lists, dataDir } = open(answers);
    await lists.refresh();
    answers.groq = new Error('api.groq.com answered 401: no');
    await lists.refresh();
    expect(lists.listedBy('a')).toBe('groq');
    expect(lists.stateOf('groq').problem).toBe('api.groq.com answered 401: no');
    expect(lists.stateOf('openrouter').problem).toBeUndefined();
    const next = open({}, dataDir);
    await next.lists.start();
    expect(next.lists.listedBy('a')).toBe('groq');
  });

  it('do not keep what the configuration no longer says, nor the list of another address', async () => {
    const { lists, dataDir } = open({ groq: [{ id: 'a' }] });
    await lists.refresh();
    const plain = open({}, dataDir, [configureProvider('groq')]);
    await plain.lists.start();
    expect(plain.lists.modelsOf('groq')).toEqual([{ id: 'a' }]);
    const moved = configureProvider('groq', { baseUrl: new URL('https://other.example/v1') });
    const elsewhere = open({}, dataDir, [moved]);
    await elsewhere.lists.start();
    expect(elsewhere.lists.modelsOf('groq')).toEqual([]);
  });

  it.each(['', '{', '[]', '{"version":2,"lists":[]}', '{"version":1,"lists":[{"provider":1},{}]}'])(
    'begin anew with a file that holds %j',
    async (text) => {
      const dataDir = createTemporaryFolder('lists');
      await writeFile(join(dataDir, 'models.json'), text);
      const { lists } = open({ groq: [{ id: 'a' }] }, dataDir);
      await lists.start();
      await lists.refresh();
      expect(lists.listedBy('a')).toBe('groq');
    },
  );

  it('let those wait who want all of them, and no longer than they want', async () => {
    const { lists } = open({ groq: new Error('no'), openrouter: [{ id: 'b' }] });
    await lists.settled(1);
    expect(lists.listedBy('b')).toBeUndefined();
    const settled = lists.settled(60_000);
    await lists.refresh();
    await settled;
    expect(lists.listedBy('b')).toBe('openrouter');
    await lists.settled(60_000);
  });

  it('ask in the background for what is too old', async () => {
    const { lists, dataDir } = open({ groq: [{ id: 'a' }] });
    await lists.refresh();
    clock.advance(61 * 60_000);
    let tell: (() => void) | undefined;
    const asked = new Promise<void>((resolve) => {
      tell = resolve;
    });
    const next = createModelLists({
      providers,
      clock,
      ...createListFile(dataDir),
      fetchList: async () => {
        tell?.();
        return [{ id: 'new' }];
      },
    });
    opened.push(next);
    await next.start();
    expect(next.listedBy('a')).toBe('groq');
    await asked;
  });
});
