import type { ConversationItem, ConversationPart } from './item.ts';

/** What an item of a conversation is, as a part of what fills a context. */
export type Share =
  | {
      readonly kind:
        | 'user'
        | 'assistant'
        | 'reasoning'
        | 'calls'
        | 'images'
        | 'instructions'
        | 'tools'
        | 'other';
    }
  | { readonly kind: 'output'; readonly name: string };

/** Characters by share. */
export type Measures = ReadonlyMap<string, { readonly share: Share; readonly characters: number }>;

/** Providers count a picture by its size, not by the length of its data: about a thousand tokens, as characters. */
const IMAGE_CHARACTERS = 4_400;
/** Of what is encrypted and in base64, the plain text is about three quarters. */
const PLAIN_OF_ENCRYPTED = 0.75;

const keyOf = (share: Share): string => (share.kind === 'output' ? `output ${share.name}` : share.kind);

/** Adds up what fills a context. */
export const createMeasures = () => {
  const sums = new Map<string, { share: Share; characters: number }>();
  const add = (share: Share, characters: number): void => {
    if (characters <= 0) return;
    const key = keyOf(share);
    const known = sums.get(key);
    if (known) known.characters += characters;
    else sums.set(key, { share, characters });
  };
  const addParts = (share: Share, parts: readonly ConversationPart[]): void => {
    for (const part of parts) {
      if (part.kind === 'image') add({ kind: 'images' }, IMAGE_CHARACTERS);
      else add(share, part.kind === 'file' ? (part.bytes ?? 0) : part.text.length);
    }
  };
  const addItem = (item: ConversationItem): void => {
    switch (item.kind) {
      case 'message':
        if (item.role === 'user') addParts({ kind: 'user' }, item.parts);
        else if (item.role === 'assistant') addParts({ kind: 'assistant' }, item.parts);
        else addParts({ kind: 'instructions' }, item.parts);
        break;
      case 'reasoning':
        add(
          { kind: 'reasoning' },
          item.summary.join('').length + Math.round((item.encryptedBytes ?? 0) * PLAIN_OF_ENCRYPTED),
        );
        break;
      case 'toolCall':
        add({ kind: 'calls' }, item.arguments.length + item.name.length);
        break;
      case 'toolOutput':
        addParts({ kind: 'output', name: item.name ?? '' }, item.parts);
        break;
      case 'tools':
        add({ kind: 'tools' }, item.json.length);
        break;
      case 'unknown':
        add({ kind: 'other' }, item.json.length);
    }
  };
  return {
    add,
    addItems: (items: readonly ConversationItem[]): void => {
      for (const item of items) addItem(item);
    },
    addAll: (others: Measures): void => {
      for (const { share, characters } of others.values()) add(share, characters);
    },
    measures: sums as Measures,
  };
};
