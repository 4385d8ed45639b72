import type { z } from 'zod';
import { GatewayError } from '../../base/errors.ts';
import { isObject } from '../../base/json-object.ts';
import type { Environment } from '../data-dir.ts';
import type { Source } from '../sources.ts';
import type { FileConfig } from './file-config.ts';
import { fileSchema } from './file-schema.ts';
import { mapFileConfig } from './map-file-config.ts';
import { type Path, parseYaml } from './parse-yaml.ts';
import { createSubstitution } from './substitute-variables.ts';

/** An issue of a union is told by the alternative that fitted best. */
const deepest = (issue: z.core.$ZodIssue, path: Path = []): { issue: z.core.$ZodIssue; path: Path } => {
  const here = [...path, ...issue.path];
  if (issue.code !== 'invalid_union') return { issue, path: here };
  const found = issue.errors
    .flatMap((alternative) => alternative.map((inner) => deepest(inner, here)))
    .sort((one, other) => rank(other) - rank(one));
  return found[0] ?? { issue, path: here };
};

/** A wrong member is more to the point than "is no text". */
const rank = ({ issue, path }: { issue: z.core.$ZodIssue; path: Path }): number =>
  path.length * 2 + (issue.code === 'invalid_type' && issue.expected === 'string' ? 0 : 1);

const textOf = (path: Path): string => path.map(String).join('.');

/** Never a value: it could be a secret. */
const describe = (issue: z.core.$ZodIssue, path: Path): string => {
  const where = textOf(path);
  if (issue.code === 'unrecognized_keys') return `unknown key "${textOf([...path, issue.keys[0] ?? ''])}"`;
  if (issue.code === 'invalid_type') return `${where || 'the file'} must be of the type ${issue.expected}`;
  if (issue.code === 'invalid_value') return `${where} must be one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'invalid_key') return `${where} ${issue.issues[0]?.message ?? 'is not a valid name'}`;
  return `${where} ${issue.message}`;
};

/** A key with nothing behind it is as good as absent; of a provider, all may stand in the environment. */
const withoutNothing = (file: unknown): unknown => {
  if (!isObject(file)) return file;
  const { providers, ...rest } = file;
  const all = isObject(providers)
    ? Object.fromEntries(Object.entries(providers).map(([id, entry]) => [id, entry ?? {}]))
    : providers;
  return prune({ ...rest, ...('providers' in file && { providers: all }) });
};

const prune = (value: unknown): unknown =>
  isObject(value)
    ? Object.fromEntries(
        Object.entries(value)
          .filter(([, member]) => member !== null)
          .map(([key, member]) => [key, prune(member)]),
      )
    : value;

/** A repository must not read its reader's environment. */
const FOLDER_ONLY = ' in .env of the working folder, the only variables that a file there may use';

/**
 * Reads `gomodel.yaml`: YAML 1.2, variables put in for `${NAME}` and `${NAME:-default}`, unknown keys
 * refused.
 * @param name as messages call the file
 * @param env what `${NAME}` may see
 * @param source whose file it is
 * @throws GatewayError invalid_config with the file's name, the line and the column
 */
export const parseConfigFile = (
  text: string,
  name: string,
  env: Environment,
  source: Source = 'data_folder',
): FileConfig => {
  const substitute = createSubstitution(env, source === 'working_folder' ? FOLDER_ONLY : '');
  const { content, locate, refuse } = parseYaml(text, name, (scalar, refuseHere) => {
    const result = substitute(scalar);
    return result.kind === 'problem' ? refuseHere(result.problem) : result.text;
  });
  const checked = fileSchema.safeParse(withoutNothing(content) ?? {});
  if (checked.success) return mapFileConfig(checked.data, name, { locate, source });
  const [first] = checked.error.issues;
  if (!first) throw new GatewayError('invalid_config', `${name} is not understood.`);
  const { issue, path } = deepest(first);
  const unknownKey = issue.code === 'unrecognized_keys' ? [issue.keys[0] ?? ''] : [];
  return refuse([...path, ...unknownKey], describe(issue, path));
};
