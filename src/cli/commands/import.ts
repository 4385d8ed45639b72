import { writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { Command } from 'commander';
import { GatewayError } from '../../base/errors.ts';
import { errorCodeOf } from '../../base/system-error.ts';
import type { Imported } from '../../config/import/remark.ts';
import type { CommandContext } from '../context.ts';
import { requireConfigText } from '../read-config-text.ts';
import { plainLine } from '../render/plain-text.ts';

interface ImportFlags {
  readonly write?: string;
}

const EXAMPLES = `
Keys are never copied: the result names the variables that hold them. What has no counterpart here is listed on stderr,
each with its place, and what to do.

Examples:
  $ npx gomodel-ts import litellm config.yaml
  $ npx gomodel-ts import litellm config.yaml --write ~/.gomodel-ts/gomodel.yaml
  $ npx gomodel-ts import gomodel .env                   GoModel's variables instead of its config.yaml
`;

const readLitellm = async (text: string, name: string): Promise<Imported> =>
  (await import('../../config/import/litellm/import-litellm.ts')).importLitellm(text, name);

/** GoModel has both a file and variables for nearly everything. */
const readGomodel = async (text: string, name: string): Promise<Imported> => {
  const { importGomodelFile, importGomodelVariables } = await import(
    '../../config/import/gomodel/import-gomodel.ts'
  );
  return /\.ya?ml$/i.test(name) ? importGomodelFile(text, name) : importGomodelVariables(text, name);
};

/** @throws GatewayError command_failed where there is a file of the name */
const writeNew = (path: string, name: string, content: string): void => {
  try {
    writeFileSync(path, content, { flag: 'wx', mode: 0o600 });
  } catch (cause) {
    const isThere = errorCodeOf(cause) === 'EEXIST';
    throw new GatewayError(
      'command_failed',
      isThere
        ? `${name} is there already, and is not overwritten: choose another name, or take it away first.`
        : `${name} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}.`,
      { cause },
    );
  }
};

const importFile = async (
  read: (text: string, name: string) => Promise<Imported>,
  file: string,
  { write }: ImportFlags,
  { stdout, stderr, cwd }: CommandContext,
): Promise<void> => {
  const name = basename(file);
  const { yaml, remarks, variables } = await read(requireConfigText(resolve(cwd, file), file), name);
  const content = `# From ${plainLine(name)}, by \`gomodel-ts import\`.\n${yaml}`;
  if (write === undefined) stdout.write(content);
  else writeNew(resolve(cwd, write), write, content);
  for (const { place, setting, text } of remarks)
    stderr.write(`${plainLine(`${place}: ${setting}: ${text}.`)}\n`);
  if (variables.length > 0) stderr.write(`It needs these variables: ${plainLine(variables.join(', '))}.\n`);
  if (write !== undefined) {
    stderr.write(
      `Written to ${plainLine(write)}. Look at it with: npx gomodel-ts config --config ${plainLine(write)}\n`,
    );
  }
};

/** `gomodel-ts import`: the configuration of another gateway in our form. */
export const importCommand = (context: CommandContext): Command => {
  const command = new Command('import')
    .summary("print another gateway's configuration as gomodel.yaml")
    .description(
      "Reads LiteLLM's config.yaml, or GoModel's config.yaml or .env, and prints what it means as gomodel.yaml.",
    )
    .addHelpText('after', EXAMPLES);
  const add = (name: string, what: string, read: (text: string, name: string) => Promise<Imported>): void => {
    command
      .command(`${name} <file>`)
      .description(what)
      .option('--write <file>', 'write the result to this new file instead of printing it')
      .action((file: string, flags: ImportFlags) => importFile(read, file, flags, context));
  };
  add('litellm', "read LiteLLM's config.yaml", readLitellm);
  add('gomodel', "read GoModel's config.yaml, or its variables in a .env file", readGomodel);
  return command;
};
