import { formatByteSize } from '../../../base/bytes.ts';
import type { ExchangeRecord, Finding } from '../../../log/port.ts';
import type { ChalkInstance } from '../colour.ts';
import { displayWidth, truncate } from '../fit-width.ts';
import { formatDuration, formatSizes } from '../format-figures.ts';
import { plainLine } from '../plain-text.ts';
import { toneOf } from '../tail/tail-outcome.ts';
import { foldedText, joined, type LetterStyle, textWidth, withMargin } from './report-text.ts';

const WHEN = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

const MIN_REQUEST = 20;
const FAILURE_LINES = 40;
const WAY_LINES = 4;

/** As `joined`, without those of the later texts that the line has no room for: they are in `--json`. */
const joinedWithin = (width: number, ...texts: Array<string | undefined>): string =>
  texts.reduce<string>((line, text) => {
    const longer = joined(line, text);
    return line === '' || displayWidth(longer) <= width ? longer : line;
  }, '');

const named = (name: string, value: string | undefined): string | undefined =>
  value === undefined ? undefined : `${name} ${plainLine(value)}`;

const howItEnded = (record: ExchangeRecord): string => {
  if (record.durationMs === undefined) return 'running';
  return (
    [record.status, record.response.finish].filter((text) => text !== undefined).join(' ') || 'no answer'
  );
};

const upwards = ({ request, transport }: ExchangeRecord): string => {
  const size = request.bodyBytes ?? request.wireBytes;
  const coding = request.encoding ?? (transport === 'websocket' ? 'ws' : 'plain');
  if (!size) return 'no body up';
  return `${plainLine(coding)} ${formatSizes(size, request.wireBytes ?? size, 'exact')} up`;
};

const downwards = ({ response }: ExchangeRecord): string | undefined => {
  if (response.bytes === undefined) return undefined;
  const events = response.events ? ` in ${response.events} events` : '';
  return `${formatByteSize(response.bytes)}${events} down`;
};

const painterOf = (record: ExchangeRecord, colour: ChalkInstance): ((text: string) => string) => {
  const painters = { good: colour.green, warning: colour.yellow, bad: colour.red };
  const tone = toneOf(record);
  return tone === 'plain' || tone === 'secondary' ? (text) => text : painters[tone];
};

const ROUTES: Readonly<Record<NonNullable<ExchangeRecord['route']>, string>> = {
  prefix: 'named by the model',
  alias: 'by an alias',
  listed: 'by its list of models',
  stored: 'because it holds what was asked for',
  default: 'by default',
};
const DIALECTS: Readonly<Record<NonNullable<ExchangeRecord['translation']>['dialect'], string>> = {
  chat: 'put into chat completions',
  anthropic: "put into Anthropic's Messages API",
  gemini: "put into Gemini's API",
  responses: "put into OpenAI's Responses API",
};

const REASONS: Readonly<Record<NonNullable<ExchangeRecord['balance']>['reason'], string>> = {
  session: 'its session stays there',
  placed: 'furthest below its share when the session began',
  returned: 'its session is back there',
  hash: 'by the hash of its session, since nobody who counts has answered',
  turn: 'in turn',
  cheapest: 'the cheapest',
  fastest: 'the fastest',
  first: 'the first',
};

const balanceText = ({ alias, reason, passedOver }: NonNullable<ExchangeRecord['balance']>): string => {
  const others = passedOver.length === 0 ? '' : `, past ${passedOver.join(', ')}`;
  return plainLine(`of the targets of ${alias}: ${REASONS[reason]}${others}`);
};

const findingText = ({ sentModel, model }: ExchangeRecord, finding: Finding): string =>
  finding === 'other_model'
    ? plainLine(`another model answered: ${model} instead of ${sentModel}`)
    : 'the stream went over from one answer to another';

/** How the provider was chosen and asked; nothing where the request went there as it came. */
const wayLines = (record: ExchangeRecord, style: LetterStyle): string[] => {
  const { route, balance, upstreamModel, translation, attempts = [] } = record;
  const { dim } = style.colour;
  const lines: string[] = [];
  if (record.sentAgainOf !== undefined) {
    lines.push(
      ...withMargin('again', [`the request of ${plainLine(record.sentAgainOf)}, sent from the page`], dim),
    );
  }
  if (upstreamModel !== undefined || translation) {
    const way = joined(
      route && ROUTES[route],
      balance && balanceText(balance),
      named('as', upstreamModel),
      translation && DIALECTS[translation.dialect],
    );
    lines.push(...withMargin('way', foldedText(way, WAY_LINES, style), dim));
  }
  for (const finding of record.findings ?? []) {
    lines.push(...withMargin('odd', foldedText(findingText(record, finding), WAY_LINES, style), dim));
  }
  for (const { message } of record.warnings ?? []) {
    lines.push(...withMargin('warning', foldedText(plainLine(message), WAY_LINES, style), dim));
  }
  if (translation && translation.losses.length > 0) {
    const losses = plainLine(translation.losses.join(', '));
    lines.push(...withMargin('without', foldedText(losses, WAY_LINES, style), dim));
  }
  if (translation?.caching !== undefined) {
    lines.push(...withMargin('caching', foldedText(plainLine(translation.caching), WAY_LINES, style), dim));
  }
  const tries = attempts.map(({ provider, model, status, error, durationMs }) =>
    joined(
      plainLine(model === undefined ? provider : `${provider}/${model}`),
      status === undefined ? undefined : String(status),
      formatDuration(durationMs),
      error && plainLine(`${error.origin}: ${error.message}`),
    ),
  );
  if (tries.length > 0)
    lines.push(
      ...withMargin(
        'tries',
        tries.flatMap((text) => foldedText(text, 2, style)),
        dim,
      ),
    );
  return lines;
};

/** Five lines, and the way where it was not straight: what, when, from whom, to whom, how large. */
export const headerLines = (record: ExchangeRecord, style: LetterStyle): string[] => {
  const { client } = record;
  const { colour } = style;
  const paint = painterOf(record, colour);
  const started = new Date(record.startedAt);
  const when = Number.isNaN(started.getTime()) ? plainLine(record.startedAt) : WHEN.format(started);
  const lasted = record.durationMs === undefined ? undefined : `for ${formatDuration(record.durationMs)}`;
  const who = [client.name, client.version].filter((text) => text !== undefined).join(' ');
  const ended = howItEnded(record);
  const request = plainLine(`${record.method} ${record.path}`);
  const room = style.width - displayWidth(joined(record.id, ended, ''));
  const line = (word: string, ...texts: Array<string | undefined>): string[] =>
    withMargin(word, [joinedWithin(textWidth(style), ...texts)], colour.dim);
  return [
    joined(colour.bold(record.id), paint(ended), truncate(request, Math.max(MIN_REQUEST, room - 3))),
    ...line('when', when, lasted),
    ...line(
      'from',
      plainLine(who) || 'a client without a name',
      named('session', client.sessionId),
      record.auth === 'none' ? undefined : named('auth', record.auth),
      named('turn', client.turnId),
    ),
    ...line(
      'to',
      plainLine(record.model ?? 'no model'),
      named('at', record.upstream),
      named('through', record.provider),
      record.responseId && plainLine(record.responseId),
    ),
    ...wayLines(record, style),
    ...line('body', record.transport, upwards(record), downwards(record)),
  ];
};

/** The hop that failed, what happened there, and the code. Nothing where nothing failed. */
export const failureLines = (record: ExchangeRecord, style: LetterStyle): string[] => {
  if (!record.error) return [];
  const { origin, code, message } = record.error;
  const [first = '', ...rest] = foldedText(`${origin}: ${message} (${code})`, FAILURE_LINES, style);
  const paint = painterOf(record, style.colour);
  const hop = `${origin}:`;
  const painted = first.startsWith(hop) ? paint(hop) + first.slice(hop.length) : first;
  return ['', ...withMargin('failed', [painted, ...rest], paint)];
};
