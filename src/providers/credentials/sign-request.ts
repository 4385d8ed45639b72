import type { AmbientCredential } from './ambient-credential.ts';
import { createAwsSigner } from './sign-for-aws.ts';
import { createGoogleSigner } from './sign-for-google.ts';
import type { SignRequest } from './unsigned-request.ts';

export const createSignRequest = (credential: AmbientCredential): SignRequest =>
  credential.kind === 'aws' ? createAwsSigner(credential) : createGoogleSigner(credential);
