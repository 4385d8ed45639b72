// Words of sending a recorded request again.
export const againTexts = {
  again: {
    open: 'Send again to another model',
    title: 'Send this request again',
    model: 'Model',
    modelHint: 'As clients of this gateway name it.',
    modelThen: (model: string) => `It was ${model} the first time.`,
    choose: 'Send nothing yet: choose a model, and its cost stands here.',
    sends: (model: string, provider: string) =>
      `Send the recorded request to ${model} at ${provider}, with your key and its budgets, as a request of its own.`,
    costs: (cost: string, input: string, output: string) =>
      `Cost about ${cost}: ${input} tokens in, none of them from the cache, and ${output} out.`,
    costUnknown: (input: string, output: string) =>
      `Cost what nobody here knows, since the model has no price: ${input} tokens in, none of them from the cache, and ${output} out.`,
    bySize: 'Take about so many tokens, by the size of the request: the log has no count.',
    leftOut: (tools: string) => `Leave out what the provider would run by itself: ${tools}.`,
    noTools: 'Show the tools that the answer calls, and run none.',
    send: 'Send',
    sendFor: (cost: string) => `Send for about ${cost}`,
    sentFrom: 'Sent again from',
    compareWith: 'Compare with the request that it repeats',
    compared: (model: string) => `The same request, sent again to ${model}.`,
  },
} as const;
