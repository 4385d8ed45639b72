import { GatewayError } from '../../base/errors.ts';
import { isObject, type JsonObject, nonEmptyString, objectsOf, wordOf } from '../../base/json-object.ts';
import type { AskPart } from '../ask.ts';

/** Told of each thing that cannot be carried, in a few words. */
export type Lose = (what: string) => void;

const textPart = (text: string): AskPart[] => [{ kind: 'text', text }];

/** The model should know that there was something. */
const placeholder = (what: string): AskPart[] => textPart(`[${what}: this model cannot be shown it]`);

/** @throws GatewayError invalid_request where Anthropic alone has the file */
const refuseFile = ({ file_id: id }: JsonObject): void => {
  if (id === undefined) return;
  throw new GatewayError(
    'invalid_request',
    `The file ${wordOf(id).slice(0, 100)} is stored by Anthropic only, and this model's provider cannot read it. Send its bytes with the request: a source of type base64.`,
    { param: 'messages' },
  );
};

/** `data:…` or `https://…`; undefined where the source is of another form. */
const urlOf = (source: JsonObject): string | undefined => {
  refuseFile(source);
  if (source.type === 'url') return nonEmptyString(source.url);
  const data = nonEmptyString(source.data);
  if (source.type !== 'base64' || data === undefined) return undefined;
  return `data:${nonEmptyString(source.media_type) ?? ''};base64,${data}`;
};

const readImage = (block: JsonObject, lose: Lose): AskPart[] => {
  const url = isObject(block.source) ? urlOf(block.source) : undefined;
  if (url !== undefined) return [{ kind: 'image', url }];
  lose('image without an address');
  return placeholder('image');
};

const readDocument = (block: JsonObject, lose: Lose): AskPart[] => {
  const source = isObject(block.source) ? block.source : {};
  if (isObject(block.citations) && block.citations.enabled === true) lose('citations');
  const title = nonEmptyString(block.title);
  const name = title === undefined ? {} : { name: title };
  const context = nonEmptyString(block.context);
  const before = context === undefined ? [] : textPart(context);
  if (source.type === 'text') {
    const text = typeof source.data === 'string' ? source.data : '';
    const url = `data:text/plain;base64,${Buffer.from(text).toString('base64')}`;
    return [...before, { kind: 'file', url, ...name }];
  }
  if (source.type === 'content') {
    const heading = title === undefined ? [] : textPart(title);
    return [...before, ...heading, ...readParts(source.content, lose)];
  }
  const url = urlOf(source);
  if (url !== undefined) return [...before, { kind: 'file', url, ...name }];
  lose('document without its bytes');
  return [...before, ...placeholder('document')];
};

const readSearchResult = (block: JsonObject, lose: Lose): AskPart[] => {
  if (isObject(block.citations) && block.citations.enabled === true) lose('citations');
  const head = [block.title, block.source].flatMap((word) => nonEmptyString(word) ?? []).join('\n');
  return [...(head === '' ? [] : textPart(head)), ...readParts(block.content, lose)];
};

const readPart = (block: JsonObject, lose: Lose): AskPart[] => {
  switch (block.type) {
    case 'text':
      if (objectsOf(block.citations).length > 0) lose('citations');
      return textPart(typeof block.text === 'string' ? block.text : '');
    case 'image':
      return readImage(block, lose);
    case 'document':
      return readDocument(block, lose);
    case 'search_result':
      return readSearchResult(block, lose);
    case 'tool_reference':
      return textPart(`[the tool ${wordOf(block.tool_name ?? '')} can be called now]`);
    case 'compaction':
      return textPart(nonEmptyString(block.content) ?? '');
  }
  refuseFile(block);
  const type = wordOf(block.type).slice(0, 50);
  lose(`${type} block`);
  return placeholder(type);
};

/**
 * What a user, a tool or the client's makers say: a text, or content blocks.
 * @throws GatewayError invalid_request where a block names a file that Anthropic keeps
 */
export const readParts = (content: unknown, lose: Lose): AskPart[] => {
  if (typeof content === 'string') return textPart(content);
  return objectsOf(content).flatMap((block) => readPart(block, lose));
};
