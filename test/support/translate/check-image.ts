const SIGNATURES: ReadonlyArray<readonly [type: string, head: string]> = [
  ['image/png', '89504e470d0a1a0a'],
  ['image/jpeg', 'ffd8ff'],
  ['image/gif', '47494638'],
  ['image/webp', '52494646'],
  ['application/pdf', '255044462d'],
];

/**
 * Providers look at the bytes. What no known kind begins like is let pass: tests show pictures of a few bytes.
 * @returns the refusal in Anthropic's words
 */
export const refusalOfImage = (declared: string, base64: string): string | undefined => {
  const head = Buffer.from(base64.slice(0, 64), 'base64').toString('hex');
  const found = SIGNATURES.find(([, signature]) => head.startsWith(signature));
  return found === undefined || found[0] === declared
    ? undefined
    : `The image was specified using the ${declared} media type, but the image appears to be a ${found[0]} image`;
};

/** The same of a `data:` URL. */
export const refusalOfDataUrl = (url: string): string | undefined => {
  const [, declared = '', base64 = ''] = /^data:([^;,]*);base64,(.*)$/s.exec(url) ?? [];
  return declared === '' ? undefined : refusalOfImage(declared, base64);
};
