/** What an attribute may be here; what is undefined is left out. */
type AttributeValue = string | number | boolean | Fraction | readonly string[] | undefined;

/** A number that is a fraction even where it happens to be whole: back ends give an attribute one type for good. */
interface Fraction {
  readonly fraction: number;
}

export const asFraction = (value: number | undefined): Fraction | undefined =>
  value === undefined ? undefined : { fraction: value };

export type Attributes = Readonly<Record<string, AttributeValue>>;

/** An attribute in the form that OTLP's JSON has. */
interface KeyValue {
  readonly key: string;
  readonly value: object;
}

const anyValue = (value: Exclude<AttributeValue, undefined>): object => {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  }
  if ('fraction' in value) return { doubleValue: value.fraction };
  return { arrayValue: { values: value.map((one) => ({ stringValue: one })) } };
};

export const toKeyValues = (attributes: Attributes): readonly KeyValue[] =>
  Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: anyValue(value) }],
  );

/** @param ms since the epoch, with fractions @returns nanoseconds, as OTLP has them */
export const nanosOf = (ms: number): string => `${Math.round(ms * 1000)}000`;

/** @param ms milliseconds, or nothing */
export const asSeconds = (ms: number | undefined): Fraction | undefined =>
  asFraction(ms === undefined ? undefined : ms / 1000);
