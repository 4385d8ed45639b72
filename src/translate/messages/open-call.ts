import { isObject, parseJson } from '../../base/json-object.ts';
import { createCharacterJoiner } from '../whole-characters.ts';
import type { BlockQueue } from './block-queue.ts';

/** A call while its input is being written. */
export interface OpenCall {
  /** As the client knows it. */
  readonly name: string;
  push(json: string): void;
  /** True where the input is an object, or nothing at all, which stands for an empty one. */
  isWhole(): boolean;
  isEmpty(): boolean;
  end(): void;
}

interface NewCall {
  readonly id: string;
  readonly name: string;
}

export const openCall = (queue: BlockQueue, { id, name }: NewCall): OpenCall => {
  const block = queue.open({ type: 'tool_use', id, name, input: {} });
  const joiner = createCharacterJoiner();
  let input = '';
  const write = (partial_json: string): void => {
    if (partial_json !== '') block.add({ type: 'input_json_delta', partial_json });
  };
  return {
    name,
    push: (json) => {
      input += json;
      write(joiner.push(json));
    },
    isWhole: () => input.trim() === '' || isObject(parseJson(input)),
    isEmpty: () => input.trim() === '',
    end: () => {
      write(joiner.end());
      block.end();
    },
  };
};
