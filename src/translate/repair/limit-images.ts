import type { Ask, AskPart } from '../ask.ts';
import { type InlineData, readInlineData } from './data-url.ts';
import type { ImageLimits } from './image-limits.ts';
import { readImageSize } from './image-size.ts';
import { mapParts } from './map-parts.ts';
import type { RepairPass } from './repair-pass.ts';

const countImages = ({ items }: Ask): number =>
  items.reduce((sum, item) => {
    const parts = item.kind === 'message' || item.kind === 'result' ? item.parts : [];
    return sum + parts.filter(({ kind }) => kind === 'image').length;
  }, 0);

const tooLarge = (
  { mediaType, base64 }: InlineData,
  count: number,
  limits: ImageLimits,
): string | undefined => {
  const { maxCharacters = Number.POSITIVE_INFINITY, maxSide = Number.POSITIVE_INFINITY, many } = limits;
  if (base64.length > maxCharacters) return `it has more than ${Math.floor(maxCharacters / 2 ** 20)} MB`;
  const most = many !== undefined && count > many.above ? Math.min(maxSide, many.maxSide) : maxSide;
  const size = most === Number.POSITIVE_INFINITY ? undefined : readImageSize(mediaType, base64);
  if (size === undefined || Math.max(size.width, size.height) <= most) return undefined;
  return `it has ${size.width} × ${size.height} pixels, and ${most} are the most`;
};

/** The model should know that there was something. */
const placeholder = (why: string): AskPart[] => [
  { kind: 'text', text: `[image: this model cannot be shown it, since ${why}]` },
];

/** @see https://github.com/anthropics/claude-code/issues/34120 */
export const LIMIT_IMAGES: RepairPass = {
  name: 'limit-images',
  reason:
    'An image with too many pixels or bytes, or one too many, is refused in this and every later turn, and so is a summary of the session.',
  apply: (ask, { needs, lose }) => {
    const { imageLimits: limits } = needs;
    if (limits === undefined) return ask;
    const { maxImages = Number.POSITIVE_INFINITY } = limits;
    const count = countImages(ask);
    /** The newest are what the session is about. */
    let surplus = Math.max(0, count - maxImages);
    return mapParts(ask, (part) => {
      if (part.kind !== 'image') return [part];
      if (surplus > 0) {
        surplus--;
        lose(`images before the last ${maxImages}`);
        return placeholder(`it is not among the last ${maxImages}`);
      }
      const data = readInlineData(part.url);
      const why = data && tooLarge(data, count, limits);
      if (why === undefined) return [part];
      lose('image that is too large');
      return placeholder(why);
    });
  },
};
