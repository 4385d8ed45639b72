/**
 * An error's message as what happened and what to do: the gateway writes the first sentence for the
 * one, and those after it for the other.
 */
export const splitMessage = (message: string): { happened: string; advice: string | undefined } => {
  const match = /^(.+?[.!?])\s+(?=[A-Z`])(.+)$/s.exec(message);
  return match?.[1] && match[2]
    ? { happened: match[1], advice: match[2] }
    : { happened: message, advice: undefined };
};
