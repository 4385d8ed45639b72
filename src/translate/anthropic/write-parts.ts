import type {
  DocumentBlockParam,
  ImageBlockParam,
  TextBlockParam,
} from '@anthropic-ai/sdk/resources/messages';
import type { AskPart } from '../ask.ts';

/** Notes what a request will not have, in a few words. */
export type Lose = (what: string) => void;

export type UserBlock = TextBlockParam | ImageBlockParam | DocumentBlockParam;

/** @returns none where there is nothing to read: the API refuses a text of blanks */
export const textBlocks = (text: string): TextBlockParam[] =>
  /\S/.test(text) ? [{ type: 'text', text }] : [];

interface Data {
  readonly mediaType: string;
  readonly base64: string;
}

/** @returns undefined if the URL holds no data of its own that could be read */
const readDataUrl = (url: string): Data | undefined => {
  const comma = url.startsWith('data:') ? url.indexOf(',') : -1;
  if (comma === -1) return undefined;
  const [mediaType = '', ...parameters] = url.slice('data:'.length, comma).toLowerCase().split(';');
  const data = url.slice(comma + 1);
  if (parameters.includes('base64')) return { mediaType, base64: data };
  try {
    return { mediaType, base64: Buffer.from(decodeURIComponent(data)).toString('base64') };
  } catch {
    return undefined;
  }
};

type ImageType = 'image/jpeg' | 'image/png' | 'image/gif' | 'image/webp';

const IMAGE_TYPES: Readonly<Record<string, ImageType>> = {
  'image/jpeg': 'image/jpeg',
  'image/jpg': 'image/jpeg',
  'image/png': 'image/png',
  'image/gif': 'image/gif',
  'image/webp': 'image/webp',
};

const lost = (what: string, lose: Lose): TextBlockParam[] => {
  lose(what);
  return [{ type: 'text', text: `[${what}]` }];
};

const writeImage = (url: string, lose: Lose): UserBlock[] => {
  if (url.startsWith('https://') || url.startsWith('http://')) {
    return [{ type: 'image', source: { type: 'url', url } }];
  }
  const data = readDataUrl(url);
  const mediaType = IMAGE_TYPES[data?.mediaType ?? ''];
  if (data === undefined || mediaType === undefined) {
    return lost(`image of type ${data?.mediaType || 'unknown'}`, lose);
  }
  return [{ type: 'image', source: { type: 'base64', media_type: mediaType, data: data.base64 } }];
};

const writeFile = (url: string, name: string | undefined, lose: Lose): UserBlock[] => {
  const title = name === undefined ? {} : { title: name };
  if (url.startsWith('https://') || url.startsWith('http://')) {
    return [{ type: 'document', source: { type: 'url', url }, ...title }];
  }
  const data = readDataUrl(url);
  if (data?.mediaType === 'application/pdf') {
    const source = { type: 'base64', media_type: 'application/pdf', data: data.base64 } as const;
    return [{ type: 'document', source, ...title }];
  }
  if (data?.mediaType.startsWith('text/') === true) {
    const text = Buffer.from(data.base64, 'base64').toString('utf8');
    return [{ type: 'document', source: { type: 'text', media_type: 'text/plain', data: text }, ...title }];
  }
  return lost(`file of type ${data?.mediaType || 'unknown'}`, lose);
};

const writeUserPart = (part: AskPart, lose: Lose): UserBlock[] => {
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return textBlocks(part.text);
    case 'image':
      if (part.detail === 'low') lose('low detail of an image');
      return writeImage(part.url, lose);
    case 'file':
      return writeFile(part.url, part.name, lose);
  }
};

/** Content of a user message or of a tool result. What cannot be sent is named to the model in its place. */
export const writeUserParts = (parts: readonly AskPart[], lose: Lose): UserBlock[] =>
  parts.flatMap((part) => writeUserPart(part, lose));

/**
 * Content where only text may stand: in an assistant message, and in a system message.
 * @param where for the note of what was lost
 */
export const writeTextParts = (parts: readonly AskPart[], where: string, lose: Lose): TextBlockParam[] =>
  parts.flatMap((part) => {
    if (part.kind === 'text' || part.kind === 'refusal') return textBlocks(part.text);
    return lost(`${part.kind} in ${where}`, lose);
  });
