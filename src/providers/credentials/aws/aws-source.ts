/** What requests to Amazon, or to whoever speaks as it does, are signed with. */
export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | undefined;
}

/** Where keys come from. All but the first kind are those of a role, and expire. */
export type AwsSource =
  | ({ readonly kind: 'static' } & AwsKeys)
  /** An agent beside the container: ECS, or EKS Pod Identity. */
  | {
      readonly kind: 'container';
      readonly url: string;
      readonly token: string | undefined;
      /** Wins over `token`; read each time, since it is renewed. */
      readonly tokenFile: string | undefined;
    }
  /** The token of a service account, which STS takes. */
  | {
      readonly kind: 'web_identity';
      readonly roleArn: string;
      readonly tokenFile: string;
      readonly sessionName: string;
      /** Of STS. */
      readonly endpoint: string;
    }
  /** The metadata service of a machine (IMDSv2). @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-credentials.html */
  | { readonly kind: 'instance'; readonly endpoint: string };

export type RoleSource = Exclude<AwsSource, { kind: 'static' }>;

/** Whom keys are asked of; undefined where they are known. */
export const addressOfKeys = (source: AwsSource): URL | undefined => {
  if (source.kind === 'static') return undefined;
  return new URL(source.kind === 'container' ? source.url : source.endpoint);
};

/** Keys of a role. */
export interface RoleKeys extends AwsKeys {
  /** Milliseconds since the epoch; undefined where nothing says so. */
  readonly expiresAtMs: number | undefined;
}

/** Why a role gave no keys. */
export class AwsKeysError extends Error {
  override readonly name = 'AwsKeysError';
  readonly remedy: string;

  /** @param why without a full stop; @param remedy a sentence */
  constructor(why: string, remedy: string, cause?: unknown) {
    super(why, { cause });
    this.remedy = remedy;
  }
}
