import type { AmbientCredential } from '../providers/credentials/ambient-credential.ts';
import type { ProviderSpec } from '../providers/provider-spec.ts';
import { type FindVariable, findVariable } from './find-variable.ts';
import type { Credential } from './providers/refuse-stray-credential.ts';
import { readRole } from './read-aws.ts';
import type { ConfigSources } from './read-setting.ts';

/** A credential of the provider's own kind, and every word of it that may not go just anywhere. */
interface FoundAmbient {
  readonly credential: AmbientCredential;
  /** In words, for who asks where it came from. */
  readonly origin: string;
  readonly parts: readonly Credential[];
}

const readAws = (find: FindVariable, sources: ConfigSources): FoundAmbient | undefined => {
  const id = find('AWS_ACCESS_KEY_ID');
  const secret = find('AWS_SECRET_ACCESS_KEY');
  const session = find('AWS_SESSION_TOKEN');
  const region = find('AWS_REGION', 'AWS_DEFAULT_REGION')?.value ?? 'us-east-1';
  if (!id || !secret) {
    // Half of them is a mistake, and no wish for a role.
    if (id || secret) return undefined;
    const role = readRole(sources, region);
    if (!role) return undefined;
    const { source, named } = role;
    return { credential: { kind: 'aws', source, region }, origin: named.origin, parts: [named] };
  }
  const keys = { accessKeyId: id.value, secretAccessKey: secret.value, sessionToken: session?.value };
  return {
    credential: { kind: 'aws', source: { kind: 'static', ...keys }, region },
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
  return ambient === 'aws' ? readAws(find, sources) : readGoogle(find);
};
