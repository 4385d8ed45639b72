import { formatValue } from '../codex/toml/format-toml.ts';

/** All that a machine needs: Codex asks the gateway for the rest at each of its starts. */
export const enrollmentToml = (url: string): string => `[config_server]\nbase_url = ${formatValue(url)}\n`;
