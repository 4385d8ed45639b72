import type { AnswerWriter } from '../answer-writer.ts';
import type { Ask } from '../ask.ts';

/** A writer that knows the arguments of the client's tools, for calls whose arguments have no types of their own. */
export const withTools = (writer: AnswerWriter, tools: Ask['tools']): AnswerWriter => ({
  ...writer,
  sink: {
    ...writer.sink,
    parametersOf: (name) => {
      const tool = tools.find((each) => each.kind === 'function' && each.name === name);
      return tool?.kind === 'function' ? tool.parameters : undefined;
    },
  },
});
