import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { GatewayError } from '../base/errors.ts';
import { isObject, type JsonObject, parseJson } from '../base/json-object.ts';
import type { Dialect, ReasoningState } from './ask.ts';

/**
 * Closes what a provider wants back with the next turn, so that it can travel through a client that can
 * neither read nor forge it. Whoever has the same key opens it, after a restart as well.
 */
export interface Sealer {
  sealReasoning(state: ReasoningState): string;
  /** @returns undefined if this sealer's key did not seal it */
  openReasoning(sealed: string): ReasoningState | undefined;
  /** The text that replaces a compacted conversation. */
  sealSummary(text: string): string;
  openSummary(sealed: string): string | undefined;
}

/** With what a sealed text begins. It says which form this is, and is authenticated as well. */
export const SEAL_PREFIX = 'gm1.';

/**
 * A summary in place of a conversation that nobody here can open. To answer without it would be to answer
 * somebody else's question.
 */
export const unreadableMemory = (sealed: string): GatewayError =>
  new GatewayError(
    'memory_unreadable',
    sealed.startsWith(SEAL_PREFIX)
      ? 'The summary in place of the earlier conversation was sealed by another gateway, or before its data folder was replaced: it cannot be opened here. Go on at that gateway, or start a new session.'
      : 'The summary in place of the earlier conversation is encrypted by the provider that wrote it, and this model cannot read it. Go on with a model of that provider, or start a new session.',
    { param: 'input' },
  );

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const DIALECTS: ReadonlySet<unknown> = new Set<Dialect>(['chat', 'anthropic', 'gemini', 'responses']);
const isDialect = (value: unknown): value is Dialect => DIALECTS.has(value);

/**
 * @param secret at least 16 random bytes, kept as long as conversations are to go on
 * @see NIST SP 800-38D (AES-GCM), RFC 5869 (HKDF)
 */
export const createSealer = (secret: Buffer): Sealer => {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'gomodel-ts sealed state', KEY_BYTES));
  const additionalData = Buffer.from(SEAL_PREFIX);

  const seal = (content: JsonObject): string => {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(additionalData);
    const sealed = Buffer.concat([nonce, cipher.update(JSON.stringify(content), 'utf8'), cipher.final()]);
    return SEAL_PREFIX + Buffer.concat([sealed, cipher.getAuthTag()]).toString('base64url');
  };

  const open = (sealed: string): JsonObject | undefined => {
    if (!sealed.startsWith(SEAL_PREFIX)) return undefined;
    const bytes = Buffer.from(sealed.slice(SEAL_PREFIX.length), 'base64url');
    if (bytes.length <= NONCE_BYTES + TAG_BYTES) return undefined;
    const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(additionalData).setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      const text = Buffer.concat([
        decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)),
        decipher.final(),
      ]);
      const content = parseJson(text.toString('utf8'));
      return isObject(content) ? content : undefined;
    } catch {
      // Forged, cut, or sealed with another key: none of them is ours.
      return undefined;
    }
  };

  return {
    sealReasoning: ({ dialect, data, origin }) =>
      seal({ dialect, data, ...(origin !== undefined && { origin }) }),
    openReasoning: (sealed) => {
      const content = open(sealed);
      if (content === undefined) return undefined;
      const { dialect, data, origin } = content;
      if (!isDialect(dialect) || !isObject(data)) return undefined;
      return { dialect, data, ...(typeof origin === 'string' && { origin }) };
    },
    sealSummary: (summary) => seal({ summary }),
    openSummary: (sealed) => {
      const summary = open(sealed)?.summary;
      return typeof summary === 'string' ? summary : undefined;
    },
  };
};

/**
 * A sealer for one account and model: what it seals says so, and it opens nothing that another one's model
 * wrote. Signatures and ciphers are refused by every model but their own.
 */
export const sealerFor = (sealer: Sealer, origin: string | undefined): Sealer =>
  origin === undefined
    ? sealer
    : {
        ...sealer,
        sealReasoning: (state) => sealer.sealReasoning({ ...state, origin }),
        openReasoning: (sealed) => {
          const state = sealer.openReasoning(sealed);
          return state?.origin === undefined || state.origin === origin ? state : undefined;
        },
      };
