import type { CompletedCommand, CompletedOption, CompletedProgram, OptionValue } from './describe-program.ts';

const quoted = (text: string): string => `'${text.replace(/['\\]/g, '\\$&')}'`;

const valueFlags = (value: OptionValue): string => {
  switch (value.kind) {
    case 'none':
      return '';
    case 'folder':
      return ` -x -a '(__fish_complete_directories)'`;
    case 'words':
      return ` -x -a ${quoted(value.words.join(' '))}`;
    case 'text':
      return ' -x';
  }
};

const optionFlags = ({ long, short, description, value }: CompletedOption): string =>
  [
    long === undefined ? '' : ` -l ${long.replace(/^--/, '')}`,
    short === undefined ? '' : ` -s ${short.replace(/^-/, '')}`,
    valueFlags(value),
    ` -d ${quoted(description)}`,
  ].join('');

/** A completion script for fish. */
export const fishScript = ({ name, top, commands }: CompletedProgram): string => {
  const none = '-n __fish_use_subcommand';
  const seen = ({ names }: CompletedCommand): string =>
    `-n ${quoted(`__fish_seen_subcommand_from ${names.join(' ')}`)}`;
  return [
    `# fish completion for ${name}: ${name} completion fish | source`,
    `complete -c ${name} -f`,
    ...top.options.map((option) => `complete -c ${name} ${none}${optionFlags(option)}`),
    ...commands.flatMap(({ names, description }) =>
      names.map((command) => `complete -c ${name} ${none} -a ${command} -d ${quoted(description)}`),
    ),
    ...commands.flatMap((command) => [
      ...command.options.map((option) => `complete -c ${name} ${seen(command)}${optionFlags(option)}`),
      ...command.words.map((word) => `complete -c ${name} ${seen(command)} -a ${word}`),
    ]),
    '',
  ].join('\n');
};
