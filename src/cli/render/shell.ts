import type { Environment } from '../../config/data-dir.ts';

/** The shells whose commands differ. */
export type Shell = 'posix' | 'powershell' | 'cmd';

/** The folder of a user's own modules: PowerShell puts it into the path that the system gives everyone. */
const isUserModules = (folder: string): boolean => {
  const path = folder.toLowerCase().replaceAll('\\', '/');
  const users = path.indexOf('/users/');
  return users >= 0 && path.includes('powershell/modules', users);
};

/**
 * The shell that runs this command, as far as its environment tells. On Windows `npx` puts a `cmd` in
 * between, so that only what PowerShell adds to the environment counts.
 */
export const detectShell = (env: Environment, platform: NodeJS.Platform): Shell => {
  const modulePath = env.PSModulePath ?? '';
  if (platform !== 'win32') return modulePath === '' ? 'posix' : 'powershell';
  if (env.MSYSTEM || /sh(?:\.exe)?$/i.test(env.SHELL ?? '')) return 'posix';
  return modulePath.split(';').some(isUserModules) || env.POWERSHELL_DISTRIBUTION_CHANNEL
    ? 'powershell'
    : 'cmd';
};

/** A word that the shell takes as it is. */
export const quoteForShell = (text: string, shell: Shell): string => {
  if (/^[\w./-]+$/.test(text)) return text;
  if (shell === 'cmd') return `"${text}"`;
  return `'${text.replaceAll("'", shell === 'powershell' ? "''" : "'\\''")}'`;
};

/** The command that sets a variable for the commands that follow. */
export const setVariable = (name: string, value: string, shell: Shell): string => {
  if (shell === 'powershell') return `$env:${name} = "${value}"`;
  // Quotes around the value alone would become part of it.
  return shell === 'cmd' ? `set "${name}=${value}"` : `export ${name}="${value}"`;
};

/** The same with the value of another variable. */
export const copyVariable = (name: string, from: string, shell: Shell): string => {
  if (shell === 'powershell') return `$env:${name} = $env:${from}`;
  return setVariable(name, shell === 'cmd' ? `%${from}%` : `$${from}`, shell);
};

/** A command that reads the value of a variable, without a line end where the shell can leave it out. */
export const pipeVariable = (name: string, command: string, shell: Shell): string => {
  if (shell === 'powershell') return `$env:${name} | ${command}`;
  // A blank before the bar would become part of the value.
  return shell === 'cmd' ? `echo %${name}%| ${command}` : `printenv ${name} | ${command}`;
};

/** One command with a variable of its own; on Windows the variable stays. */
export const withVariable = (name: string, value: string, command: string, shell: Shell): string => {
  if (shell === 'posix') return `${name}=${quoteForShell(value, shell)} ${command}`;
  return `${setVariable(name, value, shell)}${shell === 'cmd' ? ' &&' : ';'} ${command}`;
};

/** Commands in a column, each explained. */
export const explainCommands = (
  lines: readonly (readonly [command: string, comment: string])[],
  shell: Shell,
): (readonly [command: string, comment: string])[] => {
  // cmd has no comments behind a command: `set` would take them for a part of the value.
  if (shell === 'cmd') {
    return lines.flatMap(([command, comment]) => [['', `rem ${comment}`] as const, [command, ''] as const]);
  }
  const width = Math.max(...lines.map(([command]) => command.length));
  return lines.map(([command, comment]) => [`${command.padEnd(width)}  `, `# ${comment}`] as const);
};
