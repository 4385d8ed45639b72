import type { JsonObject } from '../ask.ts';

const DATA_URL = /^data:([^;,]*)((?:;[^;,]*)*),/i;

const MIME_BY_EXTENSION: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  heic: 'image/heic',
  heif: 'image/heif',
  gif: 'image/gif',
  pdf: 'application/pdf',
  txt: 'text/plain',
};

/** What Gemini can look at or listen to; anything else is a 400 for the whole conversation. */
const READABLE =
  /^(?:image\/(?:png|jpe?g|webp|heic|heif)|application\/(?:pdf|json)|(?:text|audio|video)\/.+)$/i;

const mimeTypeOfPath = (url: string): string | undefined => {
  const [, extension = ''] = /\.([a-z0-9]+)(?:[?#]|$)/i.exec(url) ?? [];
  return MIME_BY_EXTENSION[extension.toLowerCase()];
};

const toBase64 = (percentEncoded: string): string | undefined => {
  try {
    return Buffer.from(decodeURIComponent(percentEncoded)).toString('base64');
  } catch {
    return undefined;
  }
};

/**
 * An image or a file as a part.
 * @param url `data:…` or `https://…`, which Google fetches itself
 * @returns undefined if it is neither, or of a kind that Gemini cannot read
 * @see https://ai.google.dev/gemini-api/docs/file-input-methods
 */
export const writeMedia = (url: string): JsonObject | undefined => {
  const found = DATA_URL.exec(url);
  if (found !== null) {
    const [head, mimeType, parameters = ''] = found;
    const rest = url.slice(head.length);
    const data = /;base64$/i.test(parameters) ? rest : toBase64(rest);
    const kind = mimeType || 'text/plain';
    return data === undefined || data === '' || !READABLE.test(kind)
      ? undefined
      : { inlineData: { mimeType: kind, data } };
  }
  if (!/^https?:\/\//i.test(url)) return undefined;
  const mimeType = mimeTypeOfPath(url);
  if (mimeType !== undefined && !READABLE.test(mimeType)) return undefined;
  return { fileData: { ...(mimeType !== undefined && { mimeType }), fileUri: url } };
};
