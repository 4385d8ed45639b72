import type { CatalogModel } from './load-catalog.ts';

/**
 * For a gateway that has never seen a catalog of Codex's own: who wants Codex's own words lets
 * `init-codex --catalog` save one.
 */
const INSTRUCTIONS = `You work as a coding agent in the terminal of your user, inside the folder that they opened.

- Find out before you change: look at the files that matter, search with rg where it is installed, and read how the project does things already.
- Do the whole task by your tools; say what you would do only where you are asked for a plan.
- Keep changes small and in the style of their surroundings. Leave alone what the task does not touch, and never take back changes that are not yours.
- To edit a file, use the patch tool where there is one; else write it by a shell command.
- Afterwards run what proves the work: the tests, the build, the program itself. Say plainly what you could not check.
- Ask before anything that cannot be undone, such as deleting what the task did not name.
- Answer briefly, in plain words: what you did, where, and what is left.`;

/**
 * The least that Codex takes for an entry, the same from 0.113.0 to 0.169.0 (measured). The values are those
 * that Codex gives to a model that it does not know.
 */
export const PLAIN_ENTRY: CatalogModel = {
  slug: 'plain',
  display_name: 'plain',
  shell_type: 'shell_command',
  visibility: 'list',
  priority: 0,
  base_instructions: INSTRUCTIONS,
  supports_reasoning_summaries: false,
  truncation_policy: { mode: 'tokens', limit: 10_000 },
  supports_parallel_tool_calls: false,
};
