import { GatewayError } from '../base/errors.ts';
import { isHeaderName } from './header-name.ts';
import { type ConfigSources, variableOf } from './read-setting.ts';

/** A header field of requests whose values become labels in the log: `X-Team: blue`. */
export interface TaggingHeader {
  /** In lower case. */
  readonly name: string;
  /** Put before each label. */
  readonly prefix: string;
  /** Between several values; undefined: the whole value is one. */
  readonly delimiter: string | undefined;
  /** True where the field must not reach an upstream. */
  readonly staysHere: boolean;
}

const NUMBERED = /^TAGGING_HEADER_([1-9]\d?)$/;
const TRUE = /^(?:true|1|yes|on)$/i;
const SWITCH = /^(?:true|1|yes|on|false|0|no|off)$/i;

const textOf = (variable: string, sources: ConfigSources): string | undefined =>
  variableOf(variable, sources).find(({ value }) => value !== undefined && value !== '')?.value;

/**
 * Reads `TAGGING_HEADER_1` to `_99`, each with `_PREFIX`, `_DELIMITER` and `_DONOTPASS`, as GoModel has them.
 * @throws GatewayError invalid_config
 */
export const readTagging = (sources: ConfigSources): readonly TaggingHeader[] => {
  const names = [...Object.keys(sources.env), ...Object.keys(sources.dotenv)].filter((name) =>
    NUMBERED.test(name),
  );
  const numberOf = (name: string): number => Number(NUMBERED.exec(name)?.[1]);
  const ordered = [...new Set(names)].sort((one, other) => numberOf(one) - numberOf(other));
  return ordered.flatMap((variable) => {
    const name = textOf(variable, sources)?.trim();
    if (!name) return [];
    if (!isHeaderName(name)) {
      throw new GatewayError(
        'invalid_config',
        `${variable} "${name}" is not the name of a header field that may tag requests, such as X-Team.`,
      );
    }
    const doNotPass = textOf(`${variable}_DONOTPASS`, sources)?.trim() ?? 'false';
    if (!SWITCH.test(doNotPass)) {
      throw new GatewayError('invalid_config', `${variable}_DONOTPASS "${doNotPass}" is not true or false.`);
    }
    return [
      {
        name: name.toLowerCase(),
        prefix: textOf(`${variable}_PREFIX`, sources) ?? '',
        delimiter: textOf(`${variable}_DELIMITER`, sources),
        staysHere: TRUE.test(doNotPass),
      },
    ];
  });
};
