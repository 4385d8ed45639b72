import { createHash } from 'node:crypto';

/** SHA-256 in hex; a text counts as its UTF-8 bytes. */
export const hashText = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');
