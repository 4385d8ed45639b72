import { isObject, parseJson } from '../../../base/json-object.ts';
import { createCallCheck } from '../../call-check.ts';
import { createCharacterJoiner } from '../../whole-characters.ts';
import { createRawInput } from '../raw-input.ts';
import type { ClientTool } from '../tool-names.ts';
import type { Emit, OutputItem } from './emitted-event.ts';

/** A call while its arguments are being written. */
export interface OpenCall {
  /** @param delta a piece of the arguments, JSON when joined */
  push(delta: string): void;
  /** True if a client can act on what has come. */
  isWhole(): boolean;
  end(): OutputItem;
  /**
   * The model was cut off in the middle of it. No event says that the item is done, since clients act on
   * that: half a patch must not be applied.
   */
  cut(): OutputItem;
}

interface CallPlace {
  readonly emit: Emit;
  /** Without its prefix. */
  readonly id: string;
  readonly callId: string;
  readonly tool: ClientTool;
  /** In the output. */
  readonly place: number;
}

type Status = 'in_progress' | 'completed' | 'incomplete';

/** What differs between the kinds of calls. */
interface CallForm {
  item(status: Status): OutputItem;
  write(delta: string): void;
  done(): void;
}

const namesOf = ({ name, namespace }: ClientTool): { name: string; namespace?: string } => ({
  name,
  ...(namespace !== undefined && { namespace }),
});

const functionForm = ({ emit, id, callId, tool, place }: CallPlace): CallForm => {
  const joiner = createCharacterJoiner();
  const at = { item_id: `fc_${id}`, output_index: place };
  let text = '';
  const tell = (delta: string): void => {
    if (delta === '') return;
    text += delta;
    emit({ type: 'response.function_call_arguments.delta', ...at, delta });
  };
  return {
    item: (status) => ({
      id: at.item_id,
      type: 'function_call',
      status,
      call_id: callId,
      ...namesOf(tool),
      arguments: text,
    }),
    write: (delta) => tell(joiner.push(delta)),
    done: () => {
      tell(joiner.end());
      // A call without arguments: clients parse this text.
      if (text === '') tell('{}');
      emit({ type: 'response.function_call_arguments.done', ...at, name: tool.name, arguments: text });
    },
  };
};

const customForm = ({ emit, id, callId, tool, place }: CallPlace): CallForm => {
  const joiner = createCharacterJoiner();
  const decoder = createRawInput();
  const at = { item_id: `ctc_${id}`, output_index: place };
  let input = '';
  const tell = (delta: string): void => {
    if (delta === '') return;
    input += delta;
    emit({ type: 'response.custom_tool_call_input.delta', ...at, delta });
  };
  return {
    item: (status) => ({
      id: at.item_id,
      type: 'custom_tool_call',
      status,
      call_id: callId,
      ...namesOf(tool),
      input,
    }),
    write: (delta) => tell(joiner.push(decoder.push(delta))),
    done: () => {
      tell(joiner.push(decoder.end()) + joiner.end());
      emit({ type: 'response.custom_tool_call_input.done', ...at, input });
    },
  };
};

const searchForm = ({ id, callId }: CallPlace, argumentsSoFar: () => string): CallForm => ({
  item: (status) => {
    const parsed = status === 'in_progress' ? {} : parseJson(argumentsSoFar());
    return {
      id: `tsc_${id}`,
      type: 'tool_search_call',
      status,
      call_id: callId,
      execution: 'client',
      arguments: isObject(parsed) ? parsed : {},
    };
  },
  // The API has no events for these arguments.
  write: () => undefined,
  done: () => undefined,
});

export const openCall = (call: CallPlace): OpenCall => {
  const { emit, tool, place } = call;
  let json = '';
  const forms = {
    function: functionForm,
    custom: customForm,
    tool_search: (at: CallPlace) => searchForm(at, () => json),
  };
  const form = forms[tool.kind](call);
  const check = createCallCheck(tool.kind);
  emit({ type: 'response.output_item.added', output_index: place, item: form.item('in_progress') });

  return {
    push: (delta) => {
      json += delta;
      check.push(delta);
      form.write(delta);
    },
    isWhole: check.isWhole,
    end: () => {
      form.done();
      const item = form.item('completed');
      emit({ type: 'response.output_item.done', output_index: place, item });
      return item;
    },
    cut: () => form.item('incomplete'),
  };
};
