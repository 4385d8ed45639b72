import { hideSecretShapes, REDACTED } from './secret-shapes.ts';
import { spellingsOf } from './secret-spellings.ts';

/**
 * Makes the function that takes secrets out of a text: those that are configured, however they are spelled,
 * and whatever has the shape of a key. Every occurrence goes.
 * @param secrets values that must never be shown or written, such as the master key
 */
export const createHideSecrets = (secrets: ReadonlyArray<string | undefined>): ((text: string) => string) => {
  const literals = spellingsOf(secrets.filter((secret) => secret !== undefined));
  return (text) => {
    let output = text;
    for (const literal of literals) {
      if (output.includes(literal)) output = output.replaceAll(literal, REDACTED);
    }
    return hideSecretShapes(output);
  };
};
