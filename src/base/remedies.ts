import type { ErrorOrigin } from './errors.ts';
import { splitMessage } from './split-message.ts';

type Remedies = Readonly<Record<string, string | undefined>>;

/** By error code or finish, for what comes without advice: an upstream's own errors, an answer that stopped. */
const REMEDIES: Remedies = {
  invalid_content_encoding:
    'The body was damaged on its way here: look for a proxy between client and gateway, and update Codex.',
  invalid_json: 'The body is in the log: `logs ID`, or Request on the page.',
  request_timeout:
    'Look at the connection between client and gateway: a VPN or a sleeping laptop is the usual reason.',
  websocket_not_supported: 'Nothing: Codex goes on over HTTP by itself.',
  upstream_stream_truncated:
    'Nothing: Codex sends the turn again. Where it happens often, look for a proxy that ends long streams.',
  internal_error: 'This is a fault of the gateway. Please report it with the exchange’s id.',
  rate_limit_exceeded: 'Codex waits and tries again. A smaller model or fewer sessions at once help.',
  insufficient_quota: 'The provider’s account is out of credit: add some, or use another key.',
  invalid_api_key:
    'The key is not the gateway’s own. Set GOMODEL_MASTER_KEY’s value in the shell that starts Codex.',
  context_length_exceeded: 'Compact the thread (/compact), or start a new one.',
  server_error: 'The provider had a fault. Codex tries again; its status page tells more.',
  incomplete: 'The model stopped at a limit. Ask it to go on, or raise the output limit.',
  aborted: 'Nothing, where that was Ctrl-C or Esc in Codex.',
  interrupted: 'What came until then is in the log.',
};

const CHECK_PROVIDER_KEY =
  'The provider refused the key that was sent to it. Check it with `gomodel-ts providers --check`, set the right one in the shell that starts the gateway, and start the gateway again.';

/** By error code, where the provider said it: the same code means another thing there. */
const UPSTREAM_REMEDIES: Remedies = {
  ...REMEDIES,
  invalid_api_key: CHECK_PROVIDER_KEY,
  authentication_error: CHECK_PROVIDER_KEY,
  invalid_authentication: CHECK_PROVIDER_KEY,
  permission_error: CHECK_PROVIDER_KEY,
  http_401: CHECK_PROVIDER_KEY,
  http_403: CHECK_PROVIDER_KEY,
};

export interface ToldFailure {
  readonly happened: string;
  /** What the message itself says after the first sentence. */
  readonly advice: string | undefined;
  /** What to do: the gateway's own advice, or what is known for the code. */
  readonly remedy: string | undefined;
}

/**
 * What happened in an exchange that failed, and what to do.
 * @param code of the error, or else how the answer ended
 */
export const tellFailure = (message: string, code: string, origin: ErrorOrigin | undefined): ToldFailure => {
  const { happened, advice } = splitMessage(message);
  const isByUpstream = origin === 'upstream';
  const known = (isByUpstream ? UPSTREAM_REMEDIES : REMEDIES)[code];
  // What the gateway advises knows more of the case than a table by code does.
  return { happened, advice, remedy: isByUpstream ? (known ?? advice) : (advice ?? known) };
};
