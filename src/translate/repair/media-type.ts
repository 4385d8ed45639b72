/** What the first bytes of a file say that it is. */
const SIGNATURES: ReadonlyArray<readonly [mediaType: string, signature: RegExp]> = [
  ['image/png', /^\x89PNG\r\n\x1a\n/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/gif', /^GIF8[79]a/],
  ['image/webp', /^RIFF[\s\S]{4}WEBP/],
  ['image/heic', /^[\s\S]{4}ftyp(?:heic|heix|hevc|hevx)/],
  ['image/heif', /^[\s\S]{4}ftyp(?:mif1|msf1)/],
  ['image/avif', /^[\s\S]{4}ftypavi[fs]/],
  ['image/bmp', /^BM[\s\S]{4}\0\0\0\0/],
  ['image/tiff', /^(?:II\*\0|MM\0\*)/],
  ['image/svg+xml', /^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)?<svg[\s>]/],
  ['application/pdf', /^%PDF-/],
];

const SNIFFED_CHARACTERS = 256;

/** @param base64 clean, of any length; only its beginning is decoded */
export const sniffMediaType = (base64: string): string | undefined => {
  const head = Buffer.from(base64.slice(0, SNIFFED_CHARACTERS), 'base64').toString('latin1');
  return SIGNATURES.find(([, signature]) => signature.test(head))?.[0];
};

const OTHER_NAMES: Readonly<Record<string, string>> = {
  'image/jpg': 'image/jpeg',
  'image/pjpeg': 'image/jpeg',
  'image/x-png': 'image/png',
  'application/x-pdf': 'application/pdf',
};

/** The registered name of a media type, in lower case. */
export const cleanMediaType = (declared: string): string => {
  const lower = declared.trim().toLowerCase();
  return OTHER_NAMES[lower] ?? lower;
};

const BY_EXTENSION: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  pdf: 'application/pdf',
  json: 'application/json',
};
const TEXT_EXTENSIONS =
  /^(?:txt|md|markdown|csv|tsv|log|xml|html?|css|ya?ml|toml|ini|sh|sql|diff|patch|[cm]?[jt]sx?|py|rb|rs|go|java|kt|c|h|cc|cpp|hpp|cs|php|swift)$/;

/** By the name of a file. */
export const mediaTypeOfName = (name: string): string | undefined => {
  const [, extension = ''] = /\.([a-z0-9]+)$/i.exec(name) ?? [];
  const lower = extension.toLowerCase();
  return BY_EXTENSION[lower] ?? (TEXT_EXTENSIONS.test(lower) ? 'text/plain' : undefined);
};

/** Whether the bytes are text that a model can read. */
export const isTextType = (mediaType: string): boolean =>
  /^text\/|^application\/(?:json|(?:x-)?(?:yaml|toml|sh|ndjson|javascript|typescript)|xml|sql|jsonl)$|\+(?:json|xml|yaml)$/.test(
    mediaType,
  ) && mediaType !== 'image/svg+xml';
