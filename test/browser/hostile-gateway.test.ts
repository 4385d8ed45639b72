import { mkdtemp, readFile } from 'node:fs/promises';
import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { askAdmin } from '../support/admin/ask-admin.ts';
import { useBrowser } from '../support/browser/use-browser.ts';
import { composeGateway, type RunningGateway } from '../support/gateway/compose-gateway.ts';

const browser = useBrowser();

const MARKUP = '<img src=x onerror="window.__owned=1"><script>window.__owned=2</script>';
const STRANGE = '\u0000\u001b[31m\u202Egnp.exe\u202C \u2066x\u2069 \u{E0041} \uFEFF';
const DEPTH = 100_000;
const TEN_MEGABYTES = 10 * 2 ** 20;
/** As many as a screen needs, and far fewer than there is content. */
const MAX_ELEMENTS = 30_000;

const nested = (open: string, close: string): string => open.repeat(DEPTH) + close.repeat(DEPTH);
/** What `JSON.stringify` would mend, as it stands in JSON. */
const LONE = '\\ud800 \\udc00\\ud83d';

interface Attack {
  readonly name: string;
  readonly request: string | Buffer;
  readonly answer: string | Buffer;
  /** Something that is shown of it, as text. */
  readonly shown: string;
}

const ask = (input: unknown, model = 'gpt-5.5'): string => JSON.stringify({ model, stream: true, input });

const event = (json: string): string => {
  const type = /"type":"([^"]+)"/.exec(json)?.[1] ?? 'x';
  return `event: ${type}\ndata: ${json}\n\n`;
};

/** A stream in which one item comes; its JSON is written by hand, since no encoder would write it. */
const streamOf = (item: string, model = 'gpt-5.5'): string =>
  [
    '{"type":"response.created","response":{"id":"resp_1"}}',
    `{"type":"response.output_item.added","output_index":0,"item":${item}}`,
    `{"type":"response.output_item.done","output_index":0,"item":${item}}`,
    `{"type":"response.completed","response":{"id":"resp_1","model":${JSON.stringify(model)},"status":"completed","output":[${item}],"usage":{"input_tokens":5,"output_tokens":2,"total_tokens":7}}}`,
  ]
    .map(event)
    .join('');

const message = (text: string): string =>
  `{"type":"message","role":"assistant","id":"msg_1","status":"completed","content":[{"type":"output_text","text":"${text}","annotations":[]}]}`;
const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

const ATTACKS: readonly Attack[] = [
  {
    name: 'markup, addresses and styles',
    request: ask(`${MARKUP}\n\n<style>*{display:none}</style>`, MARKUP),
    answer: streamOf(
      message(
        inJson(
          `${MARKUP}\n\n[a](javascript:window.__owned=3) ![b](http://127.0.0.1:1/x.gif) [c](data:text/html,x) <iframe src="//127.0.0.1:1"></iframe>\n\n\`\`\`html\n</code></pre>${MARKUP}\n\`\`\``,
        ),
      ),
      MARKUP,
    ),
    shown: '<script>window.__owned=2</script>',
  },
  {
    name: 'control and direction characters, lone surrogates',
    request: ask('x').replace('"x"', `"${inJson(STRANGE)}${LONE}"`),
    answer: streamOf(message(inJson(STRANGE) + LONE + inJson(' the end'))),
    shown: '[U+202E]gnp.exe',
  },
  {
    name: 'bytes that are no UTF-8',
    request: Buffer.concat([
      Buffer.from('{"model":"gpt-5.5","input":"'),
      Buffer.from([0xc3, 0x28, 0xed, 0xa0, 0x80, 0xff, 0xfe]),
      Buffer.from(' broken"}'),
    ]),
    answer: Buffer.concat([Buffer.from('no stream, '), Buffer.from([0xff, 0xfe, 0x80]), Buffer.from(MARKUP)]),
    shown: ' broken',
  },
  {
    name: 'a tool call with a name of markup and arguments of great depth',
    request: ask([
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Dig deep.' }] },
    ]).replace('"stream":true', `"stream":true,"metadata":${nested('[', ']')}`),
    answer: streamOf(
      `{"type":"function_call","id":"fc_1","call_id":"call_1","status":"completed","name":"${inJson(MARKUP)}","arguments":"${inJson(nested('{"a":', '').replace(/$/, '1') + '}'.repeat(DEPTH))}"}`,
    ),
    shown: 'Dig deep.',
  },
  {
    name: 'an item of unknown type and great depth',
    request: ask('Answer something new.'),
    answer: streamOf(`{"type":"${inJson(MARKUP)}","deep":${nested('{"b":[', ']}')}}`),
    shown: 'Answer something new.',
  },
  {
    name: 'a message of ten megabytes',
    request: ask('Print a lot.'),
    answer: streamOf(message(`${'All work and no play. '.repeat(TEN_MEGABYTES / 22)}`)),
    shown: 'All work and no play.',
  },
];

const startAttacker = async (): Promise<string> => {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const attack = ATTACKS[Number(request.headers['x-attack'])];
      response.writeHead(200, {
        'content-type': 'text/event-stream',
        'x-evil': MARKUP,
        'x-bytes': Buffer.from(STRANGE.replace(/[\u0000-\u001f]/g, '')).toString('latin1'),
      });
      response.end(attack?.answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
};

const attackWith = ({ port }: RunningGateway, { request: body }: Attack, place: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'x-attack': String(place),
      'user-agent': `<b>evil</b>/${MARKUP}`,
      'session-id': `${MARKUP}-${place}`,
      'x-codex-turn-metadata': `{"turn_id":"${inJson(MARKUP)}"}`,
    };
    send({
      port,
      host: '127.0.0.1',
      path: `/v1/responses?x=${encodeURIComponent(MARKUP)}`,
      method: 'POST',
      headers,
    })
      .on('error', reject)
      .on('response', (response) => response.resume().on('end', resolve))
      .end(body);
  });

const INTRUDERS =
  'iframe, object, embed, .content script, .content style, form:not(.login form), img[src^="http"], svg[onload], img[onerror], a[href^="javascript:"], a[href^="data:"]';

/** What hostile content could have done: run, become elements, or make more of them than a page can bear. */
const expectHarmless = async (page: Page): Promise<void> => {
  expect(await page.evaluate(() => Reflect.get(window, '__owned'))).toBeUndefined();
  expect(await page.locator(INTRUDERS).count()).toBe(0);
  expect(await page.locator('*').count()).toBeLessThan(MAX_ELEMENTS);
};

const setUp = async (): Promise<{ gateway: RunningGateway; ids: string[] }> => {
  const gateway = await composeGateway(await startAttacker());
  for (const [place, attack] of ATTACKS.entries()) await attackWith(gateway, attack, place);
  const records = await gateway.records();
  expect(records).toHaveLength(ATTACKS.length);
  return { gateway, ids: records.map(({ id }) => id) };
};

it('reads hostile requests and answers of the real gateway as text, in every section and page', async () => {
  const { gateway, ids } = await setUp();
  const { page, problems } = await browser.open(`${gateway.url}/admin/dashboard/audit`);
  const elsewhere: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(gateway.url) && !request.url().startsWith('data:'))
      elsewhere.push(request.url());
  });
  for (const [place, { name, shown }] of ATTACKS.entries()) {
    await page.locator(`[data-id="${ids[place]}"]`).click();
    const section = page.locator('#drawer-section');
    await page.locator('[data-section="turn"]').click();
    await section.getByText(shown).first().waitFor();
    for (const which of ['timeline', 'usage', 'request', 'response', 'headers', 'turn']) {
      await page.locator(`[data-section="${which}"]`).click();
      await section.locator('.loading').waitFor({ state: 'detached' });
      const folds = section.locator('[aria-expanded=false]');
      for (let unfolded = 0; unfolded < 3 && (await folds.count()) > 0; unfolded++)
        await folds.last().click();
      expect(await section.textContent(), `${name}: ${which}`).not.toBe('');
      await expectHarmless(page);
    }
  }
  const pages = {
    sessions: 'onerror',
    [`sessions?session=${encodeURIComponent(`${MARKUP}-0`)}`]: 'onerror',
    usage: 'onerror',
    connect: '<b>evil<',
  };
  for (const [path, text] of Object.entries(pages)) {
    await page.goto(`${gateway.url}/admin/dashboard/${path}`);
    await expect
      .poll(() => page.locator('main').textContent(), { message: path, timeout: 30_000 })
      .toContain(text);
    await expectHarmless(page);
  }
  expect([problems, elsewhere]).toEqual([[], []]);
}, 180_000);

it('exports hostile exchanges whole: as lines, as HAR, and as a page in which nothing runs', async () => {
  const { gateway, ids } = await setUp();
  const read = async (format: string): Promise<string> =>
    (await askAdmin(gateway.port, `audit/export?format=${format}`)).text();
  const lines = (await read('jsonl')).trimEnd().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { id: string }).id)).toEqual(ids);
  const { log } = JSON.parse(await read('har'));
  for (const [place, { request, answer }] of ATTACKS.entries()) {
    const entry = log.entries[place];
    expect(entry.request.postData.text).toBe(new TextDecoder().decode(Buffer.from(request)));
    expect(entry.response.content.text).toBe(new TextDecoder().decode(Buffer.from(answer)));
  }
  const { page, problems } = await browser.open(`${gateway.url}/admin/dashboard/audit`);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.evaluate(() => {
      const link = document.createElement('a');
      link.href = '/admin/api/v1/audit/export?format=html';
      link.click();
    }),
  ]);
  const file = join(await mkdtemp(join(tmpdir(), 'gomodel-export-')), 'export.html');
  await download.saveAs(file);
  expect(await readFile(file, 'utf8')).not.toContain('<script');
  await page.goto(pathToFileURL(file).href, { waitUntil: 'domcontentloaded', timeout: 120_000 });
  expect(await page.locator('article').count()).toBe(ATTACKS.length);
  await expectHarmless(page);
  expect(problems).toEqual([]);
}, 180_000);
