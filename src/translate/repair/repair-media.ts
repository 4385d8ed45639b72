import type { AskPart } from '../ask.ts';
import { type InlineData, readInlineData, toDataUrl } from './data-url.ts';
import { mapParts } from './map-parts.ts';
import { isTextType, mediaTypeOfName } from './media-type.ts';
import type { ProviderNeeds, RepairContext, RepairPass } from './repair-pass.ts';

type Media = Extract<AskPart, { kind: 'image' | 'file' }>;

const MAX_NAME_LENGTH = 200;

const nameOf = (part: Media): string =>
  part.kind === 'file' && part.name !== undefined ? ` ${part.name.slice(0, MAX_NAME_LENGTH)}` : '';

/** The model should know that there was something. */
const placeholder = (part: Media, why: string): AskPart[] => [
  { kind: 'text', text: `[${part.kind}${nameOf(part)}: ${why}]` },
];

const CANNOT_SHOW = 'this model cannot be shown it';

const isRemote = (url: string): boolean => /^https?:\/\//i.test(url);

const asText = (part: Media, data: InlineData): AskPart[] => {
  const text = Buffer.from(data.base64, 'base64').toString('utf8');
  return [{ kind: 'text', text: `[file${nameOf(part)}]\n${text}` }];
};

const repairImage = (part: Media, data: InlineData, { needs, lose }: RepairContext): readonly AskPart[] => {
  if (!needs.images) {
    lose('image');
    return placeholder({ ...part, kind: 'image' }, CANNOT_SHOW);
  }
  if (!needs.imageTypes.has(data.mediaType)) {
    lose(`image of type ${data.mediaType || 'unknown'}`);
    return placeholder(part, `${CANNOT_SHOW}, since it is of the type ${data.mediaType || 'unknown'}`);
  }
  const url = toDataUrl(data);
  if (part.kind === 'image') return url === part.url ? [part] : [{ ...part, url }];
  return [{ kind: 'image', url }];
};

/** A file whose type was not declared may have a telling name. */
const withTypeOfName = (part: Media, data: InlineData): InlineData => {
  const isVague = data.mediaType === '' || data.mediaType === 'application/octet-stream';
  const named = part.kind === 'file' && isVague ? mediaTypeOfName(part.name ?? '') : undefined;
  return named === undefined ? data : { ...data, mediaType: named };
};

const repairInline = (part: Media, given: InlineData, context: RepairContext): readonly AskPart[] => {
  const data = withTypeOfName(part, given);
  if (data.mediaType.startsWith('image/') || (part.kind === 'image' && !isDocument(data))) {
    return repairImage(part, data, context);
  }
  const isTakenAsFile = context.needs.textFiles && data.mediaType.startsWith('text/');
  if (isTextType(data.mediaType) && !isTakenAsFile) return asText(part, data);
  const url = toDataUrl(data);
  if (part.kind === 'file') return url === part.url ? [part] : [{ ...part, url }];
  return [{ kind: 'file', url }];
};

const isDocument = ({ mediaType }: InlineData): boolean =>
  mediaType === 'application/pdf' || isTextType(mediaType);

const repairRemote = (part: Media, needs: ProviderNeeds, lose: RepairContext['lose']): readonly AskPart[] => {
  if (part.kind === 'image' && !needs.images) {
    lose('image');
    return placeholder(part, CANNOT_SHOW);
  }
  if (needs.fetches?.test(part.url) === true) return [part];
  lose(`${part.kind} by its address, which the provider does not fetch`);
  return placeholder(part, `at ${part.url.slice(0, 2000)}, which this provider does not fetch`);
};

const repairPart = (part: AskPart, context: RepairContext): readonly AskPart[] => {
  if (part.kind !== 'image' && part.kind !== 'file') return [part];
  if (isRemote(part.url)) return repairRemote(part, context.needs, context.lose);
  const data = readInlineData(part.url);
  if (data !== undefined) return repairInline(part, data, context);
  context.lose(`${part.kind} that cannot be read`);
  return placeholder(part, 'it could not be read');
};

export const REPAIR_MEDIA: RepairPass = {
  name: 'repair-media',
  reason:
    'Providers compare the declared type of an image with its first bytes, know only some types, and refuse images for models that see none. An image stays in the history, so the session would be refused from then on.',
  apply: (ask, context) => mapParts(ask, (part) => repairPart(part, context)),
};
