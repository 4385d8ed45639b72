import { stat } from 'node:fs/promises';
import { decodeText } from '../../base/decode-text.ts';
import { isObject, type JsonObject, objectsOf, parseJson } from '../../base/json-object.ts';
import { compileWildcard } from '../../base/match-wildcard.ts';
import { readRegularFile } from '../../state/read-regular-file.ts';
import type { ModelRates, PricedBy, Rates } from './rates.ts';
import { asStandard } from './tier-prices.ts';

/**
 * The user's own prices, `prices.json` in the data folder, in USD for a million tokens:
 *
 *     {
 *       "gpt-5.5": { "input": 4, "cached_input": 0.4, "output": 24 },
 *       "azure-*": { "input": 2, "output": 8, "reasoning": 8,
 *                    "above": [{ "input_tokens": 272000, "input": 4, "output": 12 }] },
 *       "my-local-model": { "input": 0, "output": 0 }
 *     }
 *
 * `*` stands for anything, and the first name that fits counts. Without `cached_input` or `cache_write`, what is
 * read from a cache or written to it costs what other input does; `cache_write_1h` is for what is kept for an hour. A name of `above` holds for the whole request whose input is longer.
 * `web_search`, `preview_web_search`, `file_search` and `request` are USD for a thousand; without one, the price list counts.
 * `input_image` and `output_image` are for pictures that are counted apart, `audio_hour` for an hour of sound,
 * `characters` for a million that are read aloud.
 * `tiers` has what differs in a service tier: `"tiers": { "flex": { "input": 2, "output": 12 } }`; a tier that is not
 * named costs what the standard one does.
 */
export interface OwnPrices {
  readonly find: (priced: PricedBy) => ModelRates | undefined;
  /** What of the file could not be understood, in whole sentences. */
  readonly problems: readonly string[];
}

const FILE = 'prices.json';
/** Room for thousands of models. */
const MAX_BYTES = 2 ** 20;
const NONE: OwnPrices = { find: () => undefined, problems: [] };

const amountOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;

const parseRates = (fields: JsonObject): Rates | undefined => {
  const input = amountOf(fields.input);
  const output = amountOf(fields.output);
  if (input === undefined || output === undefined) return undefined;
  const reasoning = amountOf(fields.reasoning);
  const cacheWrite = amountOf(fields.cache_write) ?? input;
  const webSearch = amountOf(fields.web_search);
  const previewWebSearch = amountOf(fields.preview_web_search) ?? webSearch;
  const fileSearch = amountOf(fields.file_search);
  const audio = amountOf(fields.audio_hour);
  const characters = amountOf(fields.characters);
  const inputImage = amountOf(fields.input_image);
  const outputImage = amountOf(fields.output_image);
  const request = amountOf(fields.request);
  return {
    input,
    cachedInput: amountOf(fields.cached_input) ?? input,
    cacheWrite,
    cacheWrite1h: amountOf(fields.cache_write_1h) ?? cacheWrite,
    output,
    ...(reasoning === undefined ? {} : { reasoning }),
    ...(inputImage === undefined ? {} : { inputImage }),
    ...(outputImage === undefined ? {} : { outputImage }),
    ...(request === undefined ? {} : { request }),
    fees: {
      ...(webSearch !== undefined && { webSearch }),
      ...(previewWebSearch !== undefined && { previewWebSearch }),
      ...(fileSearch !== undefined && { fileSearch }),
      ...(audio !== undefined && { audio }),
      ...(characters !== undefined && { characters }),
    },
  };
};

/** Rates of a model by its tier; the standard one has no name. */
type OwnRates = ReadonlyMap<string | undefined, ModelRates>;

const parseModel = (fields: JsonObject): OwnRates | undefined => {
  const standard = parseLengths(fields);
  if (!standard) return undefined;
  const found = new Map<string | undefined, ModelRates>([[undefined, standard]]);
  for (const [name, tier] of Object.entries(isObject(fields.tiers) ? fields.tiers : {})) {
    const rates = isObject(tier) ? parseLengths({ ...fields, above: [], ...tier }) : undefined;
    if (rates) found.set(name, { ...rates, tier: { name, isPriced: true } });
  }
  return found;
};

const parseLengths = (fields: JsonObject): ModelRates | undefined => {
  const base = parseRates(fields);
  if (!base) return undefined;
  const tiers = objectsOf(fields.above)
    .map((tier) => ({
      above: amountOf(tier.input_tokens) ?? 0,
      rates: parseRates({ ...fields, ...tier }) ?? base,
    }))
    .sort((one, other) => other.above - one.above);
  return {
    ratesFor: (inputTokens) => tiers.find(({ above }) => inputTokens > above)?.rates ?? base,
    source: `your ${FILE}`,
  };
};

/** @param text the content of the file */
export const parseOwnPrices = (text: string): OwnPrices => {
  const file = parseJson(text);
  if (!isObject(file)) return { ...NONE, problems: [`${FILE} is no JSON object, and is not used.`] };
  const problems: string[] = [];
  const models: { matches: (model: string) => boolean; rates: OwnRates }[] = [];
  for (const [name, fields] of Object.entries(file)) {
    const rates = isObject(fields) ? parseModel(fields) : undefined;
    if (rates) models.push({ matches: compileWildcard(name), rates });
    else problems.push(`${FILE}: "${name}" needs "input" and "output", numbers in USD for a million tokens.`);
  }
  return {
    find: ({ model, upstreamModel, serviceTier }) => {
      const rates = models.find(({ matches }) =>
        [model, upstreamModel].some((asked) => asked !== undefined && matches(asked)),
      )?.rates;
      const standard = rates?.get(undefined);
      return rates?.get(serviceTier) ?? (standard && asStandard(standard, { serviceTier }));
    },
    problems,
  };
};

/** @param path of a file that is, or was a moment ago, there. It may be a link to where the user keeps it. */
const readOwnPrices = (path: string): OwnPrices => {
  const found = readRegularFile(path, { maxBytes: MAX_BYTES });
  if (found.kind === 'absent') return NONE;
  if (found.kind === 'file') return parseOwnPrices(decodeText(found.bytes));
  return { ...NONE, problems: [`${FILE} ${found.problem}, and is not used.`] };
};

/** Reads the file again where it has changed. */
export const createOwnPricesReader = (dataDir: string): (() => Promise<OwnPrices>) => {
  const path = `${dataDir}/${FILE}`;
  let known = NONE;
  let stamp = '';
  return async () => {
    const found = await stat(path).catch(() => undefined);
    const now = found ? `${found.mtimeMs} ${found.size}` : '';
    if (now !== stamp) {
      stamp = now;
      known = found ? readOwnPrices(path) : NONE;
    }
    return known;
  };
};
