import type { ScriptCall } from '../item.ts';
import { type Finding, mayBeEmpty, type Printed, readShape } from './read-shape.ts';
import type { Shape } from './shape.ts';
import type { Step, Trace } from './trace.ts';

/** Which of the things that a script may print each printed part can be, and how far the script can have come. */
export interface Alignment {
  /** By part: the findings of everything that it can be. */
  readonly candidates: readonly (readonly Finding[])[][];
  /** Whether the script may have stopped before its step `place`, all parts printed. */
  canStopBefore(place: number): boolean;
}

const MAX_PARTS = 200;
/** Parts times steps times shapes: what is larger is left unread. */
const MAX_WORK = 2_000_000;

const shapesOf = (step: Step): readonly Shape[] => {
  if (step.kind === 'call') return [];
  return step.kind === 'print' ? [step.shape] : step.shapes;
};

/**
 * Looks for every way in which a script can have printed these parts in this order.
 * @param stopped true where it has not come to its end
 * @returns undefined where there is no way, or there are too many to look at
 */
export const align = (
  { steps, floating, canEnd }: Trace,
  parts: readonly Printed[],
  calls: readonly ScriptCall[],
  stopped: boolean,
): Alignment | undefined => {
  const width = parts.length + 1;
  const shapes =
    steps.reduce((sum, step) => sum + shapesOf(step).length, 0) + floating.length * (steps.length + 1);
  if (parts.length > MAX_PARTS || shapes * width > MAX_WORK) return undefined;
  const known = new Map<Shape, (Finding[] | undefined)[]>();
  const findingsOf = (shape: Shape, part: number): Finding[] | undefined => {
    const ofShape = known.get(shape) ?? parts.map((printed) => readShape(shape, printed, calls));
    known.set(shape, ofShape);
    return ofShape[part];
  };
  const fits = (shape: Shape, part: number): boolean => findingsOf(shape, part) !== undefined;
  /** What may print a part before a step without the script going on to the next one. */
  const stayingAt = (place: number): readonly Shape[] => {
    const step = steps[place];
    return step?.kind === 'some' ? [...step.shapes, ...floating] : floating;
  };
  const isSkipped = (step: Step): boolean => step.kind !== 'print' || mayBeEmpty(step.shape, calls);

  const cell = (place: number, part: number): number => place * width + part;
  const reached = new Uint8Array((steps.length + 1) * width);
  reached[0] = 1;
  for (let place = 0; place <= steps.length; place++) {
    const step = steps[place];
    for (let part = 0; part < width; part++) {
      if (!reached[cell(place, part)]) continue;
      const isLeft = part < parts.length;
      if (isLeft && stayingAt(place).some((shape) => fits(shape, part))) reached[cell(place, part + 1)] = 1;
      if (step && isSkipped(step)) reached[cell(place + 1, part)] = 1;
      if (step?.kind === 'print' && isLeft && fits(step.shape, part)) reached[cell(place + 1, part + 1)] = 1;
    }
  }

  const ends = new Uint8Array(reached.length);
  for (let place = steps.length; place >= 0; place--) {
    const step = steps[place];
    for (let part = parts.length; part >= 0; part--) {
      const isLeft = part < parts.length;
      const isEnd = !isLeft && (place === steps.length || stopped || canEnd);
      const stays =
        isLeft && ends[cell(place, part + 1)] && stayingAt(place).some((shape) => fits(shape, part));
      const skips = step && isSkipped(step) && ends[cell(place + 1, part)];
      const prints =
        step?.kind === 'print' && isLeft && ends[cell(place + 1, part + 1)] && fits(step.shape, part);
      if (isEnd || stays || skips || prints) ends[cell(place, part)] = 1;
    }
  }
  if (!ends[0]) return undefined;

  const candidates = parts.map((_, part) => {
    const found = new Set<Finding[]>();
    const add = (shape: Shape): void => {
      const findings = findingsOf(shape, part);
      if (findings) found.add(findings);
    };
    for (let place = 0; place <= steps.length; place++) {
      if (!reached[cell(place, part)]) continue;
      const step = steps[place];
      if (ends[cell(place, part + 1)]) for (const shape of stayingAt(place)) add(shape);
      if (step?.kind === 'print' && ends[cell(place + 1, part + 1)]) add(step.shape);
    }
    return [...found];
  });
  return { candidates, canStopBefore: (place) => reached[cell(place, parts.length)] === 1 };
};
