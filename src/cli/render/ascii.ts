/** What stands for this program's own signs, one column for one, so that no table is pushed out of shape. */
const IN_ASCII: Readonly<Record<string, string>> = {
  ...{ '→': '>', '▸': '>', '✓': '+', '✗': 'x', '×': 'x', '·': '.', '…': '~', '≠': '!', '≤': '<', '≥': '>' },
  ...{ '–': '-', '—': '-', '─': '-', '│': '|', '‘': "'", '’': "'", '“': '"', '”': '"', '\ufffd': '?' },
  // Bars: whole columns, and what is left of one.
  ...{ '█': '#', '▉': '#', '▊': '#', '▋': '#', '▌': '#', '▍': '-', '▎': '-', '▏': '-' },
};

/** Those above, and the pictures of control characters. */
const OWN_SIGN = /[→▸✓✗×·…≠≤≥–—─│‘’“”\ufffd\u2400-\u2421\u2588-\u258f]/gu;

/** Puts ASCII in the place of this program's own signs; words in other scripts stay as they are. */
export const inAscii = (text: string): string => text.replace(OWN_SIGN, (sign) => IN_ASCII[sign] ?? '?');

/** Terminals for Windows that say who they are; the console that came before them lacks most signs. */
const isModernOnWindows = (env: NodeJS.ProcessEnv): boolean =>
  Boolean(env.WT_SESSION || env.TERM_PROGRAM || env.ConEmuTask || env.TERMINAL_EMULATOR) ||
  /^(?:xterm|alacritty|rxvt|tmux|screen)/.test(env.TERM ?? '');

/**
 * Whether a terminal lacks the signs: by its locale where one is set, else by its kind. What is not a terminal
 * gets all of them, since files and pipes hold UTF-8.
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap08.html (LC_ALL, LC_CTYPE, LANG)
 */
export const needsAscii = (stream: object, env: NodeJS.ProcessEnv, platform: NodeJS.Platform): boolean => {
  if (!('isTTY' in stream && stream.isTTY === true)) return false;
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  if (/\.utf-?8/i.test(locale)) return false;
  if (/^(?:C|POSIX)$/.test(locale) || locale.includes('.')) return true;
  // The console of the Linux kernel has a font of 256 or 512 signs.
  return platform === 'win32' ? !isModernOnWindows(env) : env.TERM === 'linux';
};
