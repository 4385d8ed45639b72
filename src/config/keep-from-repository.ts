import type { FileConfig } from './file/file-config.ts';
import type { Policy } from './policy.ts';
import type { Definition } from './providers/definition.ts';

/**
 * Budgets, limits and groups of a file, unless it lies in the working folder: a repository must not raise what its
 * reader may spend, or say who may do what.
 */
export const ownOf = (
  file: FileConfig | undefined,
  kind: 'budgets' | 'rateLimits' | 'groups',
  notices: string[],
): readonly Definition[] => {
  const given = file?.[kind] ?? [];
  const [first] = given;
  if (first === undefined || file?.source !== 'working_folder') return given;
  notices.push(
    `${first.origin} is passed over: a file of the working folder never sets budgets, rate limits or groups. Move them to gomodel.yaml in the data folder.`,
  );
  return [];
};

/** A policy says what programs run on people's machines: a repository must not. */
export const policyOf = (file: FileConfig | undefined, notices: string[]): Policy | undefined => {
  const given = file?.policy;
  if (given?.source !== 'working_folder') return given?.value;
  notices.push(
    `${given.origin} is passed over: a file of the working folder never sets the policy. Move it to gomodel.yaml in the data folder.`,
  );
  return undefined;
};
