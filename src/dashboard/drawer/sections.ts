/** The drawer's sections, in order; the first is shown where the address names none. */
export const SECTIONS = ['turn', 'timeline', 'usage', 'request', 'response', 'headers'] as const;

export type Section = (typeof SECTIONS)[number];

export const readSection = (name: string | null): Section =>
  SECTIONS.find((section) => section === name) ?? 'turn';
