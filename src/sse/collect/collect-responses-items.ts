import { isObject, type JsonObject, nonEmptyString, wordOf } from '../../base/json-object.ts';
import type { AnswerSummary } from '../answer-summary.ts';

/** Rebuilds the output of one answer from its events. */
export interface OutputCollector {
  apply(event: JsonObject): void;
  /** Items in their order; one that was cut off has `status: 'incomplete'`. */
  output(finish: AnswerSummary['finish']): unknown[];
}

interface Draft {
  item: Record<string, unknown>;
  isWhole: boolean;
}

/** Where a kind of delta belongs: in a field of its item, or in a field of one part of a list. */
interface DeltaPlace {
  readonly itemType: string;
  readonly field: string;
  readonly part?: ListPart;
}

interface ListPart {
  readonly list: 'content' | 'summary';
  /** The event's field that says which part it is. */
  readonly index: string;
  readonly type: string;
}

const contentPart = (type: string): ListPart => ({ list: 'content', index: 'content_index', type });

const DELTAS: Readonly<Record<string, DeltaPlace>> = {
  'response.output_text.delta': { itemType: 'message', field: 'text', part: contentPart('output_text') },
  'response.refusal.delta': { itemType: 'message', field: 'refusal', part: contentPart('refusal') },
  'response.reasoning_text.delta': {
    itemType: 'reasoning',
    field: 'text',
    part: contentPart('reasoning_text'),
  },
  'response.reasoning_summary_text.delta': {
    itemType: 'reasoning',
    field: 'text',
    part: { list: 'summary', index: 'summary_index', type: 'summary_text' },
  },
  'response.function_call_arguments.delta': { itemType: 'function_call', field: 'arguments' },
  'response.mcp_call_arguments.delta': { itemType: 'mcp_call', field: 'arguments' },
  'response.custom_tool_call_input.delta': { itemType: 'custom_tool_call', field: 'input' },
  'response.code_interpreter_call_code.delta': { itemType: 'code_interpreter_call', field: 'code' },
  'response.apply_patch_call_operation_diff.delta': { itemType: 'apply_patch_call', field: 'diff' },
};

const indexOf = (event: JsonObject, key: string): number => {
  const index = event[key];
  return typeof index === 'number' && Number.isSafeInteger(index) && index >= 0 ? index : 0;
};

const append = (target: Record<string, unknown>, field: string, delta: string): void => {
  target[field] = (nonEmptyString(target[field]) ?? '') + delta;
};

/** The part of a list that a delta belongs to, made where its `added` event did not come. */
const partOf = (item: Record<string, unknown>, place: ListPart, index: number): Record<string, unknown> => {
  const parts: unknown = item[place.list];
  const list: unknown[] = Array.isArray(parts) ? parts : [];
  const known: unknown = list[index];
  const part: Record<string, unknown> = isObject(known) ? { ...known } : { type: place.type };
  // Indexes come from outside: a part far away goes to the end instead of stretching the list.
  list[Math.min(index, list.length)] = part;
  item[place.list] = list;
  return part;
};

const appendDelta = (item: Record<string, unknown>, event: JsonObject, delta: string): void => {
  const place = DELTAS[wordOf(event.type)];
  if (place === undefined) return;
  item.type ??= place.itemType;
  if (place.part !== undefined) {
    append(partOf(item, place.part, indexOf(event, place.part.index)), place.field, delta);
  } else if (place.field === 'diff') {
    const operation = isObject(item.operation) ? { ...item.operation } : {};
    append(operation, 'diff', delta);
    item.operation = operation;
  } else {
    append(item, place.field, delta);
  }
};

/**
 * Rebuilds the items of a Responses stream. The final response's own list is used where it holds as much;
 * ChatGPT's backend leaves it empty.
 */
export const collectResponsesItems = (): OutputCollector => {
  const drafts = new Map<number, Draft>();
  let finalOutput: readonly unknown[] = [];
  let ended = false;

  const draftAt = (index: number): Draft => {
    const draft = drafts.get(index) ?? { item: {}, isWhole: false };
    drafts.set(index, draft);
    return draft;
  };

  return {
    apply: (event) => {
      if (ended) return;
      const index = indexOf(event, 'output_index');
      const type = wordOf(event.type);
      if (/^response\.(?:completed|incomplete|failed)$/.test(type)) {
        ended = true;
        const output = isObject(event.response) ? event.response.output : undefined;
        if (Array.isArray(output)) finalOutput = output;
      } else if (/^response\.output_item\.(?:added|done)$/.test(type) && isObject(event.item)) {
        drafts.set(index, { item: { ...event.item }, isWhole: type.endsWith('done') });
      } else if (Object.hasOwn(DELTAS, type) && typeof event.delta === 'string') {
        appendDelta(draftAt(index).item, event, event.delta);
      }
    },
    output: (finish) => {
      if (finalOutput.length > 0 && finalOutput.length >= drafts.size) return [...finalOutput];
      return [...drafts]
        .sort(([left], [right]) => left - right)
        .map(([, { item, isWhole }]) =>
          isWhole || finish === 'completed' ? item : { ...item, status: 'incomplete' },
        );
    },
  };
};
