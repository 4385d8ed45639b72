import { bypassProxyFor, findProxyBefore } from '../../codex/run/bypass-proxy.ts';
import type { Environment } from '../../config/data-dir.ts';
import type { Step } from '../../probe/step.ts';
import { detectShell, setVariable } from '../render/shell.ts';

/**
 * Whether Codex would ask a proxy for the gateway, which no proxy can reach on this machine.
 * @param gatewayUrl where Codex finds the gateway
 * @returns no step where no proxy is set
 */
export const checkProxy = (gatewayUrl: URL, env: Environment, platform: NodeJS.Platform): readonly Step[] => {
  const variable = findProxyBefore(gatewayUrl, env);
  if (variable === undefined) return [];
  const { NO_PROXY } = bypassProxyFor(gatewayUrl, env);
  const command = setVariable('NO_PROXY', NO_PROXY, detectShell(env, platform));
  return [
    {
      name: 'Proxy',
      state: 'warning',
      message: `${variable} is set and NO_PROXY does not list ${gatewayUrl.hostname}: Codex would reach the gateway through the proxy`,
      remedy: `In the shell that starts Codex: ${command}. gomodel-ts codex does this by itself.`,
    },
  ];
};
