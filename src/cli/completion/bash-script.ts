import type { CompletedCommand, CompletedOption, CompletedProgram } from './describe-program.ts';

const spellings = ({ long, short }: CompletedOption): string[] =>
  [long, short].filter((spelling) => spelling !== undefined);

/** `serve:--port|serve:-p`: the option before the word that is being completed. */
const patternOf = (command: CompletedCommand, option: CompletedOption): string =>
  (command.names.length === 0 ? [''] : command.names)
    .flatMap((name) => spellings(option).map((spelling) => `${name}:${spelling}`))
    .join('|');

const completeValue = ({ value }: CompletedOption): string => {
  switch (value.kind) {
    case 'folder':
      return 'local IFS=$\'\\n\'; compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$current"))';
    case 'words':
      return `COMPREPLY=($(compgen -W '${value.words.join(' ')}' -- "$current"))`;
    case 'text':
    case 'none':
      return ':';
  }
};

const valueCases = (command: CompletedCommand): string[] =>
  command.options
    .filter(({ value }) => value.kind !== 'none')
    .map((option) => `    ${patternOf(command, option)}) ${completeValue(option)}; return ;;`);

const wordsCase = (command: CompletedCommand, more: readonly string[]): string => {
  const pattern = command.names.length === 0 ? "''" : command.names.join('|');
  const options = command.options.map(({ long, short }) => long ?? short ?? '');
  return `    ${pattern}) words='${[...more, ...command.words, ...options].join(' ')}' ;;`;
};

/** A completion script for bash (3.2, as on macOS, or newer). */
export const bashScript = ({ name, top, commands }: CompletedProgram): string => {
  const names = commands.flatMap((command) => command.names);
  const fn = `_${name.replace(/\W/g, '_')}`;
  return `# bash completion for ${name}: source <(${name} completion bash)
${fn}() {
  local command='' word words IFS=$' \\t\\n'
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
      ${names.join('|')}) command=$word; break ;;
    esac
  done
  case $command:$previous in
${[top, ...commands].flatMap(valueCases).join('\n')}
  esac
  case $command in
${[wordsCase(top, names), ...commands.map((command) => wordsCase(command, []))].join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F ${fn} ${name}
`;
};
