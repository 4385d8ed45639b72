import { GatewayError } from '../../base/errors.ts';
import { isObject } from '../../base/json-object.ts';
import type { Locate, Path } from '../file/parse-yaml.ts';
import type { Remark } from './remark.ts';

/** A document of another gateway, of which every part must be taken, or is reported as left over. */
export interface TakenTree {
  /** The value at a path, which counts as taken with all below it. */
  take(...path: PropertyKey[]): unknown;
  /** The value at a path, which somebody else takes. */
  look(...path: PropertyKey[]): unknown;
  remark(path: Path, text: string): void;
  /** Reports what nobody has taken, in the order of the document. @param why by its path, joined by dots */
  finish(why: (setting: string) => string | undefined): readonly Remark[];
}

const NO_COUNTERPART = 'it has no counterpart here and is left out';

/** Of a list, members are named by the path alone: what holds for one place holds for all. */
const settingOf = (path: Path): string =>
  path.reduce<string>(
    (text, key) =>
      typeof key === 'number' ? `${text}[${key}]` : `${text}${text === '' ? '' : '.'}${String(key)}`,
    '',
  );

const patternOf = (setting: string): string => setting.replace(/\[\d+\]/g, '[]');

const membersOf = (value: unknown): readonly (readonly [PropertyKey, unknown])[] =>
  Array.isArray(value) ? [...value.entries()] : isObject(value) ? Object.entries(value) : [];

/** References of references, or a circle of them, would never end. */
const MAX_VALUES = 50_000;

/** @throws GatewayError invalid_config */
const boundSize = (content: unknown, place: string): void => {
  const open: unknown[] = [content];
  for (let count = 0; open.length > 0; count++) {
    if (count > MAX_VALUES) {
      throw new GatewayError('invalid_config', `${place}: it has more than ${MAX_VALUES} values.`);
    }
    for (const [, member] of membersOf(open.pop())) open.push(member);
  }
};

/** @throws GatewayError invalid_config where there is more than a person would write */
export const createTakenTree = (content: unknown, locate: Locate): TakenTree => {
  boundSize(content, locate([]));
  const taken = new Set<string>();
  const remarks: Remark[] = [];
  const keyOf = (path: Path): string => JSON.stringify(path.map(String));
  const look = (...path: PropertyKey[]): unknown =>
    path.reduce<unknown>((value, key) => {
      const isThere =
        (isObject(value) || Array.isArray(value)) && Object.hasOwn(value, key) && typeof key !== 'symbol';
      return isThere ? Reflect.get(value, key) : undefined;
    }, content);
  const remark = (path: Path, text: string): void => {
    remarks.push({ place: locate(path), setting: settingOf(path), text });
  };

  const isTakenBelow = (path: Path, value: unknown): boolean =>
    taken.has(keyOf(path)) || membersOf(value).some(([key, member]) => isTakenBelow([...path, key], member));

  const report = (path: Path, value: unknown, why: (setting: string) => string | undefined): void => {
    if (taken.has(keyOf(path)) || value === null || value === undefined) return;
    const members = membersOf(value);
    if (path.length === 0 || members.some(([key, member]) => isTakenBelow([...path, key], member))) {
      for (const [key, member] of members) report([...path, key], member, why);
      return;
    }
    const pattern = patternOf(settingOf(path));
    const known = why(pattern);
    // A section that is known by its members is told of member by member.
    if (known === undefined && members.some(([key]) => why(`${pattern}.${String(key)}`) !== undefined)) {
      for (const [key, member] of members) report([...path, key], member, why);
    } else if (known !== '') remark(path, known ?? NO_COUNTERPART);
  };

  return {
    take: (...path) => {
      taken.add(keyOf(path));
      return look(...path);
    },
    look,
    remark,
    finish: (why) => {
      report([], content, why);
      const lineOf = ({ place }: Remark): number => Number(place.slice(place.lastIndexOf(':') + 1));
      return remarks.toSorted((one, other) => lineOf(one) - lineOf(other));
    },
  };
};
