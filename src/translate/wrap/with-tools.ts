import type { AnswerWriter } from '../answer-writer.ts';
import type { Ask } from '../ask.ts';

/** Tells a writer what arguments the client's tools take, for servers that send all arguments as text. */
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
