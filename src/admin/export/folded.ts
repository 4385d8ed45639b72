/** A long text behind its first line, without a script. */
export const folded = (summary: string, content: string, isOpen = false): string =>
  `<details${isOpen ? ' open' : ''}><summary>${summary}</summary>\n${content}\n</details>\n`;
