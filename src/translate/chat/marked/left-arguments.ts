import { isObject, type JsonObject, objectsOf, parseJson } from '../../../base/json-object.ts';

/** An argument as it stands between its marks. */
export interface LeftArgument {
  readonly name: string;
  readonly text: string;
  /** Whether it is a text, where its marks say so. */
  readonly isText: boolean | undefined;
}

const ownTypes = ({ type }: JsonObject): readonly unknown[] =>
  [type].flat().filter((each) => each !== undefined);

const typesOf = (schema: unknown): readonly unknown[] => {
  if (!isObject(schema)) return [];
  const branches = [...objectsOf(schema.anyOf), ...objectsOf(schema.oneOf)];
  return [...ownTypes(schema), ...branches.flatMap(ownTypes)];
};

/** Some formats put each value on lines of its own. */
const withoutFrame = (text: string): string => text.replace(/^\n/, '').replace(/\n$/, '');

/** A text that could be nothing but JSON. */
const isStructure = (text: string): boolean => /^\s*[[{]/.test(text);

const argumentValue = ({ text, isText }: LeftArgument, schema: unknown): unknown => {
  if (isText === true) return text;
  const types = typesOf(schema);
  const mayBeText = isText === undefined && (types.length === 0 || types.includes('string'));
  const isJson = !mayBeText || (types.length === 0 && isStructure(text));
  const value = isJson ? parseJson(text) : undefined;
  return value === undefined ? withoutFrame(text) : value;
};

/** @param parameters the schema of the tool, which says what is a text and what a number */
export const writeArguments = (
  given: readonly LeftArgument[],
  parameters: JsonObject | undefined,
): string => {
  const properties = isObject(parameters?.properties) ? parameters.properties : {};
  return JSON.stringify(
    Object.fromEntries(
      given.map((argument) => [argument.name, argumentValue(argument, properties[argument.name])]),
    ),
  );
};
