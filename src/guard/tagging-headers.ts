import type { IncomingHttpHeaders } from 'node:http';
import type { TaggingHeader } from '../config/read-tagging.ts';

const MAX_LABELS = 20;
const MAX_LENGTH = 64;
const UNFIT = /[^\x21-\x7e]+/g;

/**
 * Labels from header fields: `X-Team: blue` gives `team:blue` where the prefix is `team:`. Fields that stay here
 * are taken out.
 * @returns labels of printable characters, each cut to 64 of them; the first 20
 */
export const takeLabels = (
  headers: IncomingHttpHeaders,
  tagging: readonly TaggingHeader[],
): readonly string[] => {
  const labels: string[] = [];
  for (const { name, prefix, delimiter, staysHere } of tagging) {
    const value = headers[name];
    if (typeof value !== 'string') continue;
    if (staysHere) delete headers[name];
    for (const part of delimiter === undefined ? [value] : value.split(delimiter, MAX_LABELS)) {
      const text = part.trim().replace(UNFIT, '_');
      if (text !== '' && labels.length < MAX_LABELS) labels.push(`${prefix}${text}`.slice(0, MAX_LENGTH));
    }
  }
  return labels;
};
