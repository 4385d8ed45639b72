/** A count with its noun: `1 event`, `1,200 events`. */
export const count = (value: number, one: string, many: string): string =>
  `${value.toLocaleString('en-US')} ${value === 1 ? one : many}`;
