import type { Ask } from '../ask.ts';
import type { ImageLimits } from './image-limits.ts';

/** What a provider, or one model of it, accepts. Absent = not known. */
export interface ProviderNeeds {
  /** The model sees images. */
  readonly images: boolean;
  /** Media types of the images that it reads. */
  readonly imageTypes: ReadonlySet<string>;
  readonly imageLimits?: ImageLimits;
  /** URLs of images and files that the provider fetches itself; undefined if it fetches none. */
  readonly fetches: RegExp | undefined;
  /** It takes text files as files; else their text is put into the message. */
  readonly textFiles: boolean;
  /** The number of functions that one request may declare. */
  readonly maxTools: number;
  /** It wants the tools declared that the conversation has calls of. */
  readonly calledTools: boolean;
  /** The JSON Schema that its validator understands, or what it can make a grammar of. */
  readonly schemas: 'json-schema' | 'gemini' | 'grammar';
  /** It holds an answer to a JSON schema; else the model is told of it in words. */
  readonly jsonSchema: boolean;
  /** It takes an answer format in a request that also has tools. */
  readonly formatBesideTools: boolean;
  /** The most tokens that an answer of the model may take. */
  readonly maxOutputTokens?: number;
  /** Tokens of input and output together. */
  readonly contextWindow?: number;
}

/** Property keys that a tool's schema had to change: the client's key by the one that was sent. */
export type RenamedKeys = ReadonlyMap<string, string>;

export interface RepairContext {
  readonly needs: ProviderNeeds;
  /** Notes what the request will not have, or has in another form, in a few words. */
  readonly lose: (what: string) => void;
  /** Notes the keys that must be renamed back in the arguments of a tool's calls. */
  readonly rename: (tool: string, keys: RenamedKeys) => void;
}

/** One repair: pure, total, and without effect on an ask that needs none (the very same object comes back). */
export interface RepairPass {
  /** In kebab case. */
  readonly name: string;
  /** What a provider does to a request without it. */
  readonly reason: string;
  readonly apply: (ask: Ask, context: RepairContext) => Ask;
}

/** An ask that a provider of the given needs does not refuse for its form. */
export interface RepairedAsk {
  readonly ask: Ask;
  readonly losses: readonly string[];
  /** By the name of the tool. */
  readonly renamedKeys: ReadonlyMap<string, RenamedKeys>;
}

export const repairAsk = (ask: Ask, passes: readonly RepairPass[], needs: ProviderNeeds): RepairedAsk => {
  const losses = new Set<string>();
  const renamedKeys = new Map<string, RenamedKeys>();
  const context: RepairContext = {
    needs,
    lose: (what) => {
      losses.add(what);
    },
    rename: (tool, keys) => {
      renamedKeys.set(tool, keys);
    },
  };
  const repaired = passes.reduce((current, pass) => pass.apply(current, context), ask);
  return { ask: repaired, losses: [...losses], renamedKeys };
};
