import { type AST, RegExpParser } from '@eslint-community/regexpp';

const parser = new RegExpParser({ ecmaVersion: 2024 });

/** A pattern is looked at no deeper than this: real ones have far fewer places that repeat. */
const MAX_PLACES = 24;

const CANDIDATES = [
  'a',
  ' ',
  '0',
  '-',
  '<',
  '\t',
  '.',
  '=',
  '"',
  '\\',
  '/',
  ',',
  'Z',
  '_',
  ':',
  '\n',
  '\u00a0',
];

/** Characters that an element matches, one at a time; the first is taken where one is enough. */
const charactersOf = (
  element: AST.Character | AST.CharacterSet | AST.CharacterClass,
  flags: string,
): string[] => {
  if (element.type === 'Character') return [String.fromCodePoint(element.value)];
  const one = new RegExp(`^${element.raw}$`, flags.replace(/[gy]/g, ''));
  const fitting = CANDIDATES.filter((character) => one.test(character));
  return fitting.length > 0 ? fitting : [];
};

/** A short text that a part of a pattern matches. */
const sample = (node: AST.Node, flags: string, choice = 0): string => {
  switch (node.type) {
    case 'Pattern':
    case 'Group':
    case 'CapturingGroup':
      return sample(node.alternatives[choice % node.alternatives.length] as AST.Alternative, flags, choice);
    case 'Alternative':
      return node.elements.map((element) => sample(element, flags, choice)).join('');
    case 'Quantifier':
      return sample(node.element, flags, choice).repeat(Math.max(node.min, Math.min(1, node.max)));
    case 'Character':
    case 'CharacterSet':
    case 'CharacterClass': {
      const characters = charactersOf(node as AST.Character, flags);
      return characters[choice % Math.max(1, characters.length)] ?? '';
    }
    default:
      // Assertions and references match what is there.
      return '';
  }
};

interface Repeated {
  /** What leads to the place that repeats. */
  readonly before: string;
  readonly pieces: readonly string[];
}

/** Below this a repetition is bounded, and so is what it costs. */
const MANY = 100;

const findRepeated = (node: AST.Node, before: string, flags: string, found: Repeated[]): void => {
  switch (node.type) {
    case 'Pattern':
    case 'Group':
    case 'CapturingGroup':
      for (const alternative of node.alternatives) findRepeated(alternative, before, flags, found);
      return;
    case 'Alternative': {
      let lead = before;
      for (const element of node.elements) {
        findRepeated(element, lead, flags, found);
        lead += sample(element, flags);
      }
      return;
    }
    case 'Quantifier': {
      if (node.max >= MANY) {
        const pieces = [0, 1, 2, 3].map((choice) => sample(node.element, flags, choice));
        found.push({ before, pieces: [...new Set(pieces)].filter((piece) => piece !== '') });
      }
      findRepeated(node.element, before, flags, found);
      return;
    }
    default:
  }
};

const fill = (piece: string, length: number): string =>
  piece.repeat(Math.ceil(length / piece.length)).slice(0, length);

/**
 * Texts that make a pattern work hardest, derived from itself: each place that repeats is repeated, after what
 * leads to it and before something that fails, and so is the way there, with separators that word boundaries
 * and lookbehinds ask for.
 * @param length of each text
 */
export const pumpsOf = (pattern: RegExp, length: number): string[] => {
  const { flags } = pattern;
  const tree = parser.parsePattern(pattern.source, 0, pattern.source.length, {
    unicode: flags.includes('u'),
    unicodeSets: flags.includes('v'),
  });
  const repeated: Repeated[] = [];
  findRepeated(tree, '', flags, repeated);
  const texts = new Set<string>();
  for (const { before, pieces } of repeated.slice(0, MAX_PLACES)) {
    for (const piece of pieces) {
      for (const end of ['\u0000', '\n!']) texts.add(before + fill(piece, length) + end);
      texts.add(`\u0001${before}${fill(piece, length)}\u0001`);
      for (const separator of ['', '-', ' ', '\n']) {
        texts.add(`\u0001${fill(separator + before + piece, length)}\u0001`);
        texts.add(fill(separator + before + piece.repeat(8), length));
      }
    }
    for (const separator of ['', '-', ' '])
      if (before) {
        texts.add(fill(separator + before, length));
        texts.add(`${fill(separator + before, length)}\n!`);
      }
  }
  return [...texts];
};
