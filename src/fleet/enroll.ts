import { hash } from 'node:crypto';
import { formatValue } from '../codex/toml/format-toml.ts';
import type { CompiledPolicy } from './compile-policy.ts';

/** What is put on a machine, by whoever administers it. */
export interface Enrollment {
  /** `/etc/codex/requirements.toml`. */
  readonly requirements: string;
  /** `/etc/codex/config.toml`; absent where the server says what it would. */
  readonly config: string | undefined;
  /** Claude Code's managed settings, JSON. */
  readonly claude: string;
}

/** All that a machine needs: Codex asks the gateway for the rest. @param url https, may have a path */
export const enrollmentToml = (url: string): string => `[config_server]\nbase_url = ${formatValue(url)}\n`;

const claudeText = ({ claude }: CompiledPolicy): string => `${JSON.stringify(claude, undefined, 2)}\n`;

/** The line that asks the gateway. */
export const enrollByServer = (url: string, compiled: CompiledPolicy): Enrollment => ({
  requirements: enrollmentToml(url),
  config: undefined,
  claude: claudeText(compiled),
});

/** Everything, for machines that are to start without the gateway. */
export const enrollInFull = (compiled: CompiledPolicy): Enrollment => ({
  requirements: compiled.codex.requirementsToml,
  config: compiled.codex.configToml,
  claude: claudeText(compiled),
});

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** The same text has the same one, so that a profile that has not changed replaces itself. */
const uuidOf = (text: string): string => {
  const hex = hash('sha256', text);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ]
    .join('-')
    .toUpperCase();
};

/** A configuration profile for macOS, by which device management sets what Codex reads there. */
export const macosProfile = ({ requirements, config }: Enrollment): string => {
  const content = [
    ['requirements_toml_base64', requirements],
    ...(config === undefined ? [] : [['config_toml_base64', config]]),
  ]
    .map(([key = '', text = '']) => `        <key>${key}</key>\n        <string>${base64(text)}</string>`)
    .join('\n');
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>PayloadType</key>
  <string>Configuration</string>
  <key>PayloadVersion</key>
  <integer>1</integer>
  <key>PayloadIdentifier</key>
  <string>gomodel-ts.codex</string>
  <key>PayloadUUID</key>
  <string>${uuidOf('profile')}</string>
  <key>PayloadDisplayName</key>
  <string>Codex by the company's gateway</string>
  <key>PayloadScope</key>
  <string>System</string>
  <key>PayloadContent</key>
  <array>
    <dict>
      <key>PayloadType</key>
      <string>com.openai.codex</string>
      <key>PayloadVersion</key>
      <integer>1</integer>
      <key>PayloadIdentifier</key>
      <string>gomodel-ts.codex.requirements</string>
      <key>PayloadUUID</key>
      <string>${uuidOf('requirements')}</string>
${content.replaceAll('        <', '      <')}
    </dict>
  </array>
</dict>
</plist>
`;
};

const indented = (text: string): string =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? '' : `        ${line}`))
    .join('\n');

const ansibleFile = (path: string, text: string): string => `- name: Write ${path}
  ansible.builtin.copy:
    dest: ${path}
    owner: root
    group: root
    mode: "0644"
    content: !unsafe |
${indented(text)}
`;

/** Tasks that put the files where Codex and Claude Code read them on Linux. */
export const ansibleTasks = ({ requirements, config, claude }: Enrollment): string =>
  [
    `- name: Create the folders of Codex and Claude Code
  ansible.builtin.file:
    path: "{{ item }}"
    state: directory
    owner: root
    group: root
    mode: "0755"
  loop: [/etc/codex, /etc/claude-code]
`,
    ansibleFile('/etc/codex/requirements.toml', requirements),
    ...(config === undefined ? [] : [ansibleFile('/etc/codex/config.toml', config)]),
    ansibleFile('/etc/claude-code/managed-settings.json', claude),
  ].join('');
