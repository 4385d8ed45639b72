/** Passes a text on in pieces that each hold whole characters. */
export interface CharacterJoiner {
  /** @returns what is whole by now, maybe nothing */
  push(delta: string): string;
  /** @returns the rest: a half that found no other half is U+FFFD */
  end(): string;
}

/** Asked first, since it is over at once for a text without such characters. */
const ANY_HALF = /[\ud800-\udfff]/;
const LONE_HALF = /\p{Surrogate}/gu;
const REPLACEMENT = '\ufffd';

const endsInHighHalf = (text: string): boolean => {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff;
};

/**
 * Some providers split a text between the two halves of a character beyond U+FFFF. As JSON a lone half is an
 * escape that strict readers refuse, Codex among them.
 */
export const createCharacterJoiner = (): CharacterJoiner => {
  let held = '';
  return {
    push: (delta) => {
      const text = held + delta;
      held = endsInHighHalf(text) ? text.slice(-1) : '';
      const whole = held === '' ? text : text.slice(0, -1);
      return ANY_HALF.test(whole) ? whole.replace(LONE_HALF, REPLACEMENT) : whole;
    },
    end: () => {
      const rest = held === '' ? '' : REPLACEMENT;
      held = '';
      return rest;
    },
  };
};
