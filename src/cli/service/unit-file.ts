import type { ServiceStart } from './service-start.ts';

/** A word of a unit's command line. @see systemd.service(5), "Command lines", and systemd.syntax(7), "Quoting" */
const word = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%').replaceAll('$', '$$$$')}"`;

/** A unit of systemd for one user. It ends as `gomodel-ts stop` lets it end: running answers first. */
export const renderUnit = ({ mark, command, logFile }: ServiceStart): string => `# ${mark}
[Unit]
Description=gomodel-ts, a local gateway to language models

[Service]
ExecStart=${command.map(word).join(' ')}
Restart=on-failure
RestartSec=2
TimeoutStopSec=30
StandardOutput=append:${logFile.replaceAll('%', '%%')}
StandardError=append:${logFile.replaceAll('%', '%%')}
UMask=0077
NoNewPrivileges=yes

[Install]
WantedBy=default.target
`;
