import { type CountedCall, callText, countCalls, type ExchangeRecord } from '../../../log/port.ts';
import { displayWidth, truncate } from '../fit-width.ts';
import { plainLine } from '../plain-text.ts';

/** No line has room for more; a hostile answer may name thousands of tools, or one of a megabyte. */
const MAX_LISTED = 24;
const MAX_NAME_LENGTH = 100;

const shown = (call: CountedCall): CountedCall => ({
  ...call,
  name: plainLine(call.name.slice(0, MAX_NAME_LENGTH)),
});

/** As many as fit; the others are counted: `exec_command×2 +3`. */
const listText = (calls: readonly CountedCall[], width: number): string => {
  for (let listed = Math.min(calls.length, MAX_LISTED); listed > 0; listed--) {
    const texts = calls.slice(0, listed).map((call) => callText(shown(call)));
    if (listed < calls.length) texts.push(`+${calls.length - listed}`);
    if (displayWidth(texts.join(' ')) <= width) return texts.join(' ');
  }
  const [first] = calls;
  if (first === undefined) return '';
  const { name } = shown(first);
  const rest = `${callText({ ...first, name: '' })}${calls.length > 1 ? ` +${calls.length - 1}` : ''}`;
  return truncate(name, width - rest.length) + rest;
};

/**
 * Tool calls by name: `exec_command×2 apply_patch`. What scripts of code mode call stands behind the call that runs
 * them, `exec: exec_command×2, apply_patch`; where that does not fit, in its place.
 */
export const toolsText = (response: ExchangeRecord['response'], width: number): string => {
  const { direct, scripts, inScripts } = countCalls(response);
  const all = [...direct, ...inScripts];
  if (!scripts || all.length > MAX_LISTED) return listText(all, width);
  const text = (call: CountedCall): string => callText(shown(call));
  const within = `${text(scripts)}: ${inScripts.map(text).join(', ')}`;
  const full = [...direct.map(text), within].join(' ');
  return displayWidth(full) <= width ? full : listText(all, width);
};
