import { parseEnv } from 'node:util';
import {
  type DescribedSetting,
  describeConfigFile,
  describeVariables,
} from '../../config/file/describe-file.ts';
import type { FolderFile } from '../read-folder-files.ts';
import { plainLine } from '../render/plain-text.ts';

const INDENT = '  ';
const MAX_NAME_WIDTH = 40;

const line = ({ name, value, counts }: DescribedSetting, width: number): string => {
  const shown = value === undefined ? '(a secret, not shown)' : plainLine(value);
  const never = counts ? '' : '  (never counts: a file of the working folder must not set it)';
  return `${INDENT}${plainLine(name).padEnd(width)}  ${shown}${never}\n`;
};

/**
 * Everything that a file would set, one line each and none left out: who trusts it must see every address.
 * @param path as it is shown
 * @throws GatewayError invalid_config where it cannot be understood
 */
export const renderConfigText = (path: string, kind: FolderFile['kind'], text: string): string => {
  const { settings, others } =
    kind === 'variables'
      ? describeVariables(parseEnv(text))
      : { settings: describeConfigFile(text, path), others: [] };
  const width = Math.min(MAX_NAME_WIDTH, Math.max(0, ...settings.map(({ name }) => name.length)));
  const lines = settings.map((setting) => line(setting, width));
  const rest =
    others.length > 0
      ? `${INDENT}for \${…} in gomodel.yaml alone: ${others.map((name) => plainLine(name)).join(', ')}\n`
      : '';
  const what = lines.length > 0 ? 'sets' : 'sets nothing that the gateway reads';
  return `${plainLine(path)} ${what}\n${lines.join('')}${rest}`;
};
