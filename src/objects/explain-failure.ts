import { foreignWords } from '../base/foreign-text.ts';
import { errorCodeOf } from '../base/system-error.ts';
import { textsOf } from '../base/xml/read-xml.ts';
import { AwsKeysError } from '../providers/credentials/aws/aws-source.ts';
import type { StoreAnswer } from './ask-store.ts';

/** Why a store did not do what it was asked to. */
export interface StoreFailure {
  /** Without a full stop. */
  readonly why: string;
  readonly remedy: string;
  /** Whether it may fare better in a moment. */
  readonly isPassing: boolean;
}

const MAX_MESSAGE = 300;
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

const CREDENTIALS = 'Correct the credentials: those of BODIES_URL, or AWS_ACCESS_KEY_ID and its kin.';
const ALLOW = 'Allow these credentials to put, get, list and delete objects below the prefix of BODIES_URL.';
const REMEDIES: Readonly<Record<string, string>> = {
  AccessDenied: ALLOW,
  AllAccessDisabled: ALLOW,
  InvalidAccessKeyId: CREDENTIALS,
  SignatureDoesNotMatch: CREDENTIALS,
  InvalidToken: CREDENTIALS,
  ExpiredToken: 'Start the gateway with credentials that have not expired.',
  RequestTimeTooSkewed: 'Correct the clock of this machine.',
  NoSuchBucket: 'Create the bucket, or correct BODIES_URL.',
  AuthorizationHeaderMalformed: 'Correct the region: that of BODIES_URL, or AWS_REGION.',
  XMinioStorageFull: 'Free some space in the store.',
  QuotaExceeded: 'Raise the quota of the bucket.',
};
const NETWORK: Readonly<Record<string, string>> = {
  ENOTFOUND: 'Correct the endpoint of BODIES_URL.',
  ECONNREFUSED: 'Start the store, or correct the endpoint of BODIES_URL.',
};
const LOOK = 'Look into the log of the store.';

/** `<Code>` of an answer; empty where it has none. */
export const codeOf = ({ body }: StoreAnswer): string => textsOf(body.toString('utf8'), 'Code')[0] ?? '';

export const explainAnswer = (answer: StoreAnswer): StoreFailure => {
  const { status, headers, body } = answer;
  const region = headers['x-amz-bucket-region'];
  if (status >= 300 && status < 400) {
    const where = typeof region === 'string' ? ` (${region.slice(0, 40)})` : '';
    return {
      why: `HTTP ${status}: the bucket is in another region${where}`,
      remedy: 'Set the region or the endpoint of BODIES_URL.',
      isPassing: false,
    };
  }
  const code = codeOf(answer).slice(0, 100);
  const [message = ''] = textsOf(body.toString('utf8'), 'Message');
  const words = foreignWords(message, MAX_MESSAGE).replace(/\.$/, '');
  return {
    why: `HTTP ${status}${code && ` ${code}`}${words && `: ${words}`}`,
    remedy: REMEDIES[code] ?? (status === 403 ? ALLOW : LOOK),
    isPassing: PASSING.has(status),
  };
};

export const explainError = (error: unknown): StoreFailure => {
  if (error instanceof AwsKeysError) {
    return { why: `there are no credentials: ${error.message}`, remedy: error.remedy, isPassing: true };
  }
  const code = errorCodeOf(error);
  const isLate = error instanceof Error && error.name === 'AbortError';
  const message = error instanceof Error ? error.message : String(error);
  return {
    why: isLate ? 'no answer in time' : foreignWords(message || code, MAX_MESSAGE).replace(/\.$/, ''),
    remedy: NETWORK[code] ?? LOOK,
    isPassing: true,
  };
};
