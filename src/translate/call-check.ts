import { parseJson } from '../base/json-object.ts';
import { createObjectExtent } from '../json/object-extent.ts';
import { isHalfPatch } from '../sse/half-patch.ts';
import { createRawInput } from './responses/raw-input.ts';
import type { ClientTool } from './responses/tool-names.ts';

/** Tells whether the arguments of a call are whole, so that a client may act on them. */
export interface CallCheck {
  push(json: string): void;
  isWhole(): boolean;
}

const isInput = (json: string): boolean => /^\s*\{\s*"/.test(json);

const inputOf = (json: string): string => {
  const input = createRawInput();
  return input.push(json) + input.end();
};

/**
 * Streams are cut, spliced and doubled on their way: what comes of that is often no JSON, or half a patch.
 * The input of a custom tool may be bare text, and its JSON is read leniently, line breaks in strings included.
 */
export const createCallCheck = (kind: ClientTool['kind']): CallCheck => {
  let json = '';
  const isWholeInput = (): boolean => {
    if (isInput(json) && parseJson(json) === undefined) {
      const extent = createObjectExtent();
      extent.push(json);
      if (!extent.isWhole()) return false;
    }
    return !isHalfPatch(inputOf(json));
  };
  return {
    push: (delta) => {
      json += delta;
    },
    isWhole: () => {
      if (json.trim() === '') return true;
      return kind === 'custom' ? isWholeInput() : parseJson(json) !== undefined;
    },
  };
};
