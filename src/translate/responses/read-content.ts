import { isObject, type JsonObject, nonEmptyString } from '../../base/json-object.ts';
import type { AskPart } from '../ask.ts';
import { refuseFileId } from './refuse-kept-elsewhere.ts';

/** Told of each thing that cannot be carried, in a few words. */
export type Lose = (what: string) => void;

const TEXT_TYPES = new Set(['input_text', 'output_text', 'text', 'summary_text', 'reasoning_text']);

const readImage = (part: JsonObject, lose: Lose): AskPart[] => {
  // In chat completions the members of an image lie one deeper.
  const image = isObject(part.image_url) ? part.image_url : { ...part, url: part.image_url };
  const url = nonEmptyString(image.url);
  if (url === undefined) {
    refuseFileId(part);
    lose('image without an address');
    return [];
  }
  const detail = image.detail === 'original' ? 'high' : image.detail;
  const known = detail === 'low' || detail === 'high' || detail === 'auto';
  return [{ kind: 'image', url, ...(known && { detail }) }];
};

const readFile = (part: JsonObject, lose: Lose): AskPart[] => {
  const url = nonEmptyString(part.file_data) ?? nonEmptyString(part.file_url);
  if (url === undefined) {
    refuseFileId(part);
    lose('file without its bytes');
    return [];
  }
  const name = nonEmptyString(part.filename);
  return [{ kind: 'file', url, ...(name !== undefined && { name }) }];
};

const readPart = (part: unknown, lose: Lose): AskPart[] => {
  if (typeof part === 'string') return [{ kind: 'text', text: part }];
  const fields: JsonObject = isObject(part) ? part : {};
  const type = nonEmptyString(fields.type) ?? 'text';
  if (TEXT_TYPES.has(type) && typeof fields.text === 'string') return [{ kind: 'text', text: fields.text }];
  if (type === 'refusal' && typeof fields.refusal === 'string') {
    return [{ kind: 'refusal', text: fields.refusal }];
  }
  if (type === 'input_image' || type === 'image_url') return readImage(fields, lose);
  if (type === 'input_file') return readFile(fields, lose);
  lose(`${type} part`);
  // The model should know that there was something.
  return [{ kind: 'text', text: `[${type.slice(0, 50)}: this model cannot be shown it]` }];
};

/**
 * The parts of a message's content: a text, or a list of parts.
 * @throws GatewayError invalid_request where a part names a file that only OpenAI keeps
 */
export const readContent = (content: unknown, lose: Lose): AskPart[] => {
  if (content === undefined || content === null) return [];
  return (Array.isArray(content) ? content : [content]).flatMap((part: unknown) => readPart(part, lose));
};

const isPart = (value: unknown): boolean => isObject(value) && typeof value.type === 'string';

/** What a tool gave back: a text, parts, or anything else as JSON. */
export const readToolOutput = (output: unknown, lose: Lose): AskPart[] => {
  if (typeof output === 'string') return [{ kind: 'text', text: output }];
  if (Array.isArray(output) && output.every(isPart)) return readContent(output, lose);
  return output === undefined || output === null ? [] : [{ kind: 'text', text: JSON.stringify(output) }];
};
