/** What the scripts of Codex's code mode call, beside the calls that run them. */
export const SCRIPT_CALLS = `
ALTER TABLE gomodel.tool_calls ADD COLUMN script_names text[];
`;
