import type { ExchangeRecord } from '../../../log/port.ts';
import { displayWidth, padLeft, truncate } from '../fit-width.ts';
import { formatCost, formatCount, formatDuration, formatSizes } from '../format-figures.ts';
import { plainLine } from '../plain-text.ts';
import { toneOf } from './tail-outcome.ts';
import { type Piece, secondary, type Tone } from './tail-pieces.ts';

const ABSENT = '–';

/** Local time of the day, `14:02:11`. */
export const timeText = (startedAt: string): string => {
  const started = new Date(startedAt);
  if (Number.isNaN(started.getTime())) return '--:--:--';
  return [started.getHours(), started.getMinutes(), started.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
};

/** `200`, `cut` where a begun answer was not finished, `···` while it runs, `–` where there was none. */
export const statusPiece = (record: ExchangeRecord): Piece => {
  const { finish } = record.response;
  if (record.durationMs === undefined && finish === undefined) return secondary('···');
  const cut = finish === 'truncated' || finish === 'interrupted';
  return { text: cut ? 'cut' : String(record.status ?? ABSENT), tone: toneOf(record) };
};

const SHORT_ROUTES: ReadonlyArray<readonly [RegExp, string]> = [
  [/^chat\/completions$/, 'chat'],
  [/^responses\/(compact|input_tokens)$/, '$1'],
  [/^embeddings$/, 'embedding'],
];

/** The path without `/v1/` and query: `responses`, `chat/completions`. */
const routeOf = (path: string): string => {
  const route = plainLine(path.split('?', 1)[0] ?? '').replace(/^\/(?:v1(?:\/|$))?/, '');
  return route === '' ? '/' : route;
};

/**
 * Method and path in the longest form that fits: `POST chat/completions`, `chat/completions`, `chat`.
 * A method other than POST always stays: it is what tells `GET responses/…` from a request to a model.
 */
export const routeText = ({ method, path, transport }: ExchangeRecord, width: number): string => {
  const route = routeOf(path);
  const short = SHORT_ROUTES.reduce((text, [pattern, name]) => text.replace(pattern, name), route);
  // Over WebSocket each request to a model is a message on a connection that a GET has opened.
  const verb = transport === 'websocket' && method === 'GET' ? 'WS' : plainLine(method);
  const bare = verb === 'POST' || verb === 'WS' ? [route, short] : [`${verb} ${short}`];
  if (verb === 'GET' && route === 'models') bare.push(route);
  const forms = [`${verb} ${route}`, ...bare];
  return forms.find((form) => displayWidth(form) <= width) ?? truncate(forms.at(-1) ?? '', width);
};

/** `codex_exec 0.169.0` where it fits, else `codex 0.169`. */
export const clientText = ({ client }: ExchangeRecord, width: number): string => {
  if (client.name === undefined) return ABSENT;
  const name = plainLine(client.name);
  const shortName = name.startsWith('codex') ? 'codex' : name;
  const version = plainLine(client.version ?? '');
  const [major = '', minor = ''] = version.split('.');
  const forms = [`${name} ${version}`, `${shortName} ${major}.${minor}`, `${shortName} ${major}`];
  const fitting = version === '' ? undefined : forms.find((form) => displayWidth(form) <= width);
  return fitting ?? truncate(shortName, width);
};

/** How the body came and how large it was: `zstd 45.2→15.8 KB`, `ws 22.1 KB`, `plain 41.0 KB`. */
export const wireText = ({ request, transport }: ExchangeRecord, width: number): string => {
  const size = request.bodyBytes ?? request.wireBytes;
  const encoding =
    request.encoding &&
    plainLine(request.encoding)
      .split(',')
      .map((coding) => coding.trim())
      .join('+');
  const coding = encoding || (transport === 'websocket' ? 'ws' : size ? 'plain' : ABSENT);
  if (!size) return truncate(coding, width);
  const wire = request.wireBytes ?? size;
  const sizes = [
    formatSizes(size, wire, 'exact'),
    formatSizes(size, wire, 'round'),
    formatSizes(size, wire, 'tight'),
    formatSizes(size, size, 'tight'),
  ];
  for (const text of sizes) {
    const room = width - displayWidth(coding) - 1;
    if (displayWidth(text) <= room) return `${coding} ${padLeft(text, room)}`;
  }
  return truncate(coding, width);
};

export const durationText = (ms: number | undefined, width: number): string =>
  ms === undefined ? ABSENT : formatDuration(ms, width >= 5 ? 5 : 4);

/** Providers cache no prompt below this many tokens: there is nothing to warn of. */
const SMALLEST_CACHED_PROMPT = 1024;

const cacheTone = (input: number, cached: number): Tone => {
  if (input < SMALLEST_CACHED_PROMPT) return 'plain';
  return cached * 2 >= input ? 'good' : 'warning';
};

const WIDE_INPUT = 'in 12.1k (11.0k cached)'.length;
const WIDE_OUTPUT = 'out 12.1k (1.2k reasoning)'.length;
const COUNT = 5;

/** `12.1k▸11.0k` (of which cached), or in words `in 12.1k (11.0k cached)`. */
export const inputPieces = ({ usage }: ExchangeRecord, width: number): Piece[] => {
  if (usage?.inputTokens === undefined) return [];
  const { inputTokens: input, cachedInputTokens: cached } = usage;
  const wide = width >= WIDE_INPUT;
  const head = `${wide ? 'in ' : ''}${padLeft(formatCount(input), COUNT)}`;
  if (cached === undefined) return [{ text: head, tone: 'plain' }];
  const share = wide ? ` (${formatCount(cached)} cached)` : `▸${formatCount(cached)}`;
  return [
    { text: head, tone: 'plain' },
    { text: share, tone: cacheTone(input, cached) },
  ];
};

/** `830`, or in words `out 830 (512 reasoning)`. */
export const outputPieces = ({ usage }: ExchangeRecord, width: number): Piece[] => {
  if (usage?.outputTokens === undefined) return [];
  const { outputTokens: output, reasoningTokens: reasoning } = usage;
  if (width < WIDE_OUTPUT) {
    return [{ text: padLeft(formatCount(output, 4), width), tone: 'plain' }];
  }
  const head: Piece = { text: `out ${padLeft(formatCount(output), COUNT)}`, tone: 'plain' };
  return reasoning ? [head, secondary(` (${formatCount(reasoning, 4)} reasoning)`)] : [head];
};

/** `$0.031`; nothing where no price is known, or a subscription pays. */
export const costPieces = (costUsd: number | undefined, width: number): Piece[] =>
  costUsd === undefined ? [] : [{ text: padLeft(formatCost(costUsd), width), tone: 'plain' }];
