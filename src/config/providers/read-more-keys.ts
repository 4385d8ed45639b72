import type { FurtherKey } from '../../providers/configured-provider.ts';
import { type ConfigSources, parseGiven, variableOf } from '../read-setting.ts';
import type { Sourced } from '../sourced.ts';
import { PROVIDER_FIELDS } from './provider-fields.ts';
import type { Credential } from './refuse-stray-credential.ts';

/** How many keys of a provider are looked for. */
const MAX_KEYS = 20;

/** `OPENAI_API_KEY_2` and so on, beside the first key. */
export const readMoreKeys = (
  stem: string,
  first: Sourced<string> | undefined,
  sources: ConfigSources,
  { masterKey }: { readonly masterKey: string | undefined },
  notices: string[],
): readonly (FurtherKey & Credential)[] => {
  const found: (FurtherKey & Credential)[] = [];
  for (let count = 2; count <= MAX_KEYS; count++) {
    const variable = `${stem}_${PROVIDER_FIELDS.apiKey.variable}_${count}`;
    const [given] = parseGiven(PROVIDER_FIELDS.apiKey, variableOf(variable, sources));
    if (given === undefined) continue;
    const { value, origin, source } = given;
    const isKnown = value === first?.value || found.some((key) => key.value === value);
    const reason =
      first === undefined
        ? `there is no ${stem}_${PROVIDER_FIELDS.apiKey.variable} beside which it could stand`
        : value === masterKey
          ? 'it is the master key, which is no key at the provider'
          : isKnown
            ? 'it is a key that has another number already'
            : undefined;
    if (reason === undefined) found.push({ variable, value, origin, source });
    else notices.push(`${origin} is passed over: ${reason}.`);
  }
  return found;
};
