import type { CompletedCommand, CompletedOption, CompletedProgram, OptionValue } from './describe-program.ts';

/** Text inside single quotes. */
const quoted = (text: string): string => text.replaceAll("'", `'\\''`);
/** Text where zsh's `_arguments` gives brackets and colons a meaning. */
const escaped = (text: string): string => quoted(text.replace(/[[\]:\\]/g, '\\$&'));

const actionOf = (value: OptionValue): string => {
  switch (value.kind) {
    case 'none':
      return '';
    case 'folder':
      return ':folder:_files -/';
    case 'words':
      return `:value:(${value.words.join(' ')})`;
    case 'text':
      return `:${escaped(value.name)}: `;
  }
};

const specOf = ({ long, short, description, value }: CompletedOption): string => {
  const rest = `'[${escaped(description)}]${actionOf(value)}'`;
  if (long !== undefined && short !== undefined) return `'(${short} ${long})'{${short},${long}}${rest}`;
  return `${long ?? short ?? ''}${rest}`;
};

const argumentSpec = ({ words }: CompletedCommand): string[] =>
  words.length > 0 ? [`'1:value:(${words.join(' ')})'`] : [];

const commandCase = (command: CompletedCommand): string => {
  const specs = [...command.options.map(specOf), ...argumentSpec(command)];
  return `        ${command.names.join('|')}) _arguments -s ${specs.join(' \\\n          ')} ;;`;
};

/** A completion script for zsh: to be sourced, or to be saved as `_NAME` in a folder of `$fpath`. */
export const zshScript = ({ name, top, commands }: CompletedProgram): string => {
  const fn = `_${name}`;
  const described = commands.flatMap(({ names, description }) =>
    names.map((command) => `      '${quoted(command)}:${quoted(description.replaceAll(':', '\\:'))}'`),
  );
  return `#compdef ${name}
# zsh completion for ${name}: source <(${name} completion zsh)
${fn}() {
  local state line
  local -a commands
  _arguments -C ${top.options.map(specOf).join(' \\\n    ')} \\
    '1: :->command' '*:: :->rest'
  case $state in
    command)
      commands=(
${described.join('\n')}
      )
      _describe command commands ;;
    rest)
      case $words[1] in
${commands.map(commandCase).join('\n')}
      esac ;;
  esac
}
if [ "\${funcstack[1]}" = ${fn} ]; then ${fn} "$@"; else compdef ${fn} ${name}; fi
`;
};
