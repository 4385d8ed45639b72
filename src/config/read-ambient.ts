import type { AmbientCredential } from '../providers/credentials/ambient-credential.ts';
import type { ProviderSpec } from '../providers/provider-spec.ts';
import type { Credential } from './providers/refuse-stray-credential.ts';
import { type ConfigSources, parseGiven, variableOf } from './read-setting.ts';
import type { Sourced } from './sourced.ts';

/** A credential of the provider's own kind, and every word of it that may not go just anywhere. */
interface FoundAmbient {
  readonly credential: AmbientCredential;
  /** In words, for who asks where it came from. */
  readonly origin: string;
  readonly parts: readonly Credential[];
}

const TEXT = {
  takes: 'a text',
  secret: true,
  parse: (text: string) => text.trim() || undefined,
} as const;

type FindVariable = (name: string) => Sourced<string> | undefined;

/** The strongest source that has a variable. */
export const findVariable =
  (sources: ConfigSources): FindVariable =>
  (name) =>
    parseGiven(TEXT, variableOf(name, sources))[0];

const readAws = (find: FindVariable): FoundAmbient | undefined => {
  const id = find('AWS_ACCESS_KEY_ID');
  const secret = find('AWS_SECRET_ACCESS_KEY');
  const session = find('AWS_SESSION_TOKEN');
  if (!id || !secret) return undefined;
  const region = find('AWS_REGION') ?? find('AWS_DEFAULT_REGION');
  return {
    credential: {
      kind: 'aws',
      accessKeyId: id.value,
      secretAccessKey: secret.value,
      sessionToken: session?.value,
      region: region?.value ?? 'us-east-1',
    },
    origin: id.origin,
    parts: [id, secret, ...(session ? [session] : [])],
  };
};

/** Where nothing names a file, Google's library looks for one itself: that is the user's own, like a variable. */
const readGoogle = (find: FindVariable): FoundAmbient => {
  const file = find('GOOGLE_APPLICATION_CREDENTIALS');
  const origin = file?.origin ?? "Google's application default credentials";
  return {
    credential: { kind: 'google', keyFile: file?.value },
    origin,
    parts: [file ?? { origin, source: 'environment' }],
  };
};

/** What a provider can be asked with where it has no key. */
export const readAmbient = ({ ambient }: ProviderSpec, sources: ConfigSources): FoundAmbient | undefined => {
  if (ambient === undefined) return undefined;
  const find = findVariable(sources);
  return ambient === 'aws' ? readAws(find) : readGoogle(find);
};
