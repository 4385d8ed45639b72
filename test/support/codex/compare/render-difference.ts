import type { Capture } from './capture-codex.ts';
import { compareFacts } from './list-facts.ts';

/** The difference as text: `-` only the old version, `+` only the new one. */
export const renderDifference = (old: Capture, now: Capture): string =>
  [...now]
    .map(([scenario, facts]) => {
      const { gone, added } = compareFacts(old.get(scenario) ?? [], facts);
      const lines = [...gone.map((fact) => `- ${fact}`), ...added.map((fact) => `+ ${fact}`)];
      return `## ${scenario}\n\n${lines.length > 0 ? lines.join('\n') : 'no difference'}\n`;
    })
    .join('\n');
