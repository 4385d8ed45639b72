import { GatewayError } from '../../base/errors.ts';
import type { GoogleCredential } from './ambient-credential.ts';
import type { SignRequest } from './unsigned-request.ts';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

/** What its library says of a file that is missing, malformed or refused, in one line. */
const unusable = ({ keyFile }: GoogleCredential, cause: unknown): GatewayError => {
  const where = keyFile === undefined ? "Google's application default credentials" : keyFile;
  const why = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
  return new GatewayError(
    'provider_not_configured',
    `${where} gave no access token (${why}). Run \`gcloud auth application-default login\`, or set GOOGLE_APPLICATION_CREDENTIALS to the file of a service account, and start gomodel-ts again.`,
    { cause },
  );
};

/**
 * Asks for an access token with Google's own library, which keeps it until it is about to expire.
 * @see https://cloud.google.com/docs/authentication/application-default-credentials
 */
export const createGoogleSigner = (credential: GoogleCredential): SignRequest => {
  const { keyFile } = credential;
  const open = async (agent: Parameters<SignRequest>[0]['agent'], isSecure: boolean) => {
    // Nobody else needs it: a megabyte of code.
    const { GoogleAuth } = await import('google-auth-library');
    return new GoogleAuth({
      scopes: [SCOPE],
      ...(keyFile === undefined ? {} : { keyFilename: keyFile }),
      // Its own endpoints are asked over TLS; where the provider's double is not, its agent cannot serve them.
      ...(isSecure && { clientOptions: { transporterOptions: { agent } } }),
    });
  };
  let opened: ReturnType<typeof open> | undefined;
  return async ({ url, agent }) => {
    try {
      opened ??= open(agent, url.protocol === 'https:');
      const auth = await opened;
      const token = await auth.getAccessToken();
      if (!token) throw new Error('it is empty');
      return { authorization: `Bearer ${token}` };
    } catch (cause) {
      opened = undefined;
      throw unusable(credential, cause);
    }
  };
};
