import { type ProgramSearch, type SoughtProgram, searchProgram } from '../../codex/run/find-program.ts';
import type { Environment } from '../../config/data-dir.ts';
import type { WorkingFolder } from '../../state/working-folder.ts';

const CLAUDE: SoughtProgram = {
  name: 'claude',
  version: /^(\S+) \(Claude Code\)/m,
  shim: {
    pattern: /%(?:~dp0|dp0%)[\\/]{0,4}([^"%\r\n]{0,1024}(?:claude\.exe|cli\.js))/i,
    file: 'node_modules/@anthropic-ai/claude-code/bin/claude.exe',
  },
};

/** Finds the Claude Code command that a shell would run. */
export const searchClaude = (env: Environment, workingFolder: WorkingFolder): Promise<ProgramSearch> =>
  searchProgram(CLAUDE, env, workingFolder);
