import { signal } from '@preact/signals';

/** `system` follows the system's setting as it changes. */
export type Theme = 'system' | 'light' | 'dark';

/** Also read by public/theme.js, before the first paint. */
const STORED_AS = 'gomodel-theme';
const ORDER: readonly Theme[] = ['system', 'light', 'dark'];

const readStored = (): Theme => ORDER.find((theme) => theme === localStorage.getItem(STORED_AS)) ?? 'system';

export const theme = signal<Theme>(readStored());

/** Counts the changes of the theme in force: canvases must be drawn anew, CSS follows by itself. */
export const themeChanges = signal(0);

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  themeChanges.value++;
});

export const nextTheme = (): void => {
  theme.value = ORDER[(ORDER.indexOf(theme.value) + 1) % ORDER.length] ?? 'system';
  if (theme.value === 'system') {
    localStorage.removeItem(STORED_AS);
    delete document.documentElement.dataset.theme;
  } else {
    localStorage.setItem(STORED_AS, theme.value);
    document.documentElement.dataset.theme = theme.value;
  }
  themeChanges.value++;
};

/** A colour of tokens.css as the theme in force has it, for canvases. */
export const colourOf = (token: string): string => {
  const probe = document.createElement('i');
  probe.style.color = `var(${token})`;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
};
