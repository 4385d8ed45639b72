import { GatewayError } from '../base/errors.ts';

/** What a caller may use of the models and providers that there are. */
export interface Allowance {
  /** True if some models are not allowed, so that every request must say which one it means. */
  readonly limitsModels: boolean;
  /** Whether any restriction applies. */
  readonly isLimited: boolean;
  allowsProvider(provider: string): boolean;
  /** @param names by which a model is known: the client's, the provider's */
  allows(provider: string, names: readonly string[]): boolean;
  /** The allowed names, to complete "allowed are …". */
  readonly told: string;
}

export const EVERYTHING: Allowance = {
  limitsModels: false,
  isLimited: false,
  allowsProvider: () => true,
  allows: () => true,
  told: 'all models',
};

/** All names of a model that a rule may have. */
export const namesOf = (
  provider: string,
  model: string | undefined,
  asked: string | undefined,
): readonly string[] => [
  ...(asked === undefined ? [] : [asked]),
  ...(model === undefined ? [] : [model, `${provider}/${model}`]),
];

export const notAllowed = (what: string, { told }: Allowance): GatewayError =>
  new GatewayError(
    'model_not_allowed',
    `${what} is not allowed to this key here: allowed are ${told}. Choose one of those, or ask whoever runs this gateway.`,
    { param: 'model' },
  );
