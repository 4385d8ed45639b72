import type { AwsSource } from './aws/aws-source.ts';

/** Amazon's own credentials, as its tools find them: keys of the environment, or a role's. */
export interface AwsCredential {
  readonly kind: 'aws';
  readonly source: AwsSource;
  /** Where the address does not name one. */
  readonly region: string;
}

/** Google's own credentials: a file of any kind that its tools write, or those of the machine. */
export interface GoogleCredential {
  readonly kind: 'google';
  /** Absent: where Google's libraries look (`gcloud auth application-default login`, the metadata server). */
  readonly keyFile: string | undefined;
}

/** Credentials instead of a key: each request is signed, or carries a token that lasts an hour. */
export type AmbientCredential = AwsCredential | GoogleCredential;
