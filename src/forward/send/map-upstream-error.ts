import { GatewayError } from '../../base/errors.ts';
import { errorCodeOf } from '../../base/system-error.ts';

const codeOf = (error: unknown): string => {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return errorCodeOf(error);
};

const CERTIFICATE_CODES =
  /^(?:CERT_|ERR_TLS_|UNABLE_TO_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|ERR_SSL_|EPROTO)/;

const describe = (code: string, host: string): string => {
  switch (code) {
    case 'ECONNREFUSED':
      return `${host} refused the connection. Check that the upstream runs and that OPENAI_BASE_URL names it.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_NODATA':
      return `the name ${host} could not be resolved. Check the network, and OPENAI_BASE_URL or HTTPS_PROXY.`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `there is no route to ${host}. Check the network, and HTTPS_PROXY where one is needed.`;
    default:
      return `${host} could not be reached. Check the network, and OPENAI_BASE_URL or HTTPS_PROXY.`;
  }
};

/**
 * What a failed request to the upstream means, where no response has come.
 * @param host of the upstream, with its port
 */
export const mapUpstreamError = (error: unknown, host: string): GatewayError => {
  if (error instanceof GatewayError) return error;
  const code = codeOf(error);
  const note = code ? ` (${code})` : '';
  if (code === 'ETIMEDOUT' || code === 'ESOCKETTIMEDOUT') {
    return new GatewayError('upstream_timeout', `${host} did not accept a connection in time${note}.`, {
      cause: error,
    });
  }
  if (code === 'EMFILE' || code === 'ENFILE') {
    return new GatewayError(
      'overloaded',
      `the gateway has no file descriptor left for a connection to ${host}${note}. Try again in a moment, or raise its limit (ulimit -n).`,
      { cause: error, headers: { 'retry-after': '2' } },
    );
  }
  if (CERTIFICATE_CODES.test(code)) {
    return new GatewayError(
      'upstream_unreachable',
      `the TLS connection to ${host} failed${note}: its certificate or protocol is not accepted. Behind a company proxy, set NODE_EXTRA_CA_CERTS to its certificate.`,
      { cause: error },
    );
  }
  if (code === 'ECONNRESET' || code === 'EPIPE' || code.startsWith('HPE_')) {
    const what = code.startsWith('HPE_')
      ? 'answered with something that is not HTTP'
      : 'closed the connection before it answered';
    return new GatewayError(
      'upstream_unreachable',
      `${host} ${what}${note}. Nothing was answered; try again.`,
      {
        cause: error,
        origin: 'upstream',
      },
    );
  }
  return new GatewayError('upstream_unreachable', `${describe(code, host).replace(/\.$/, `${note}.`)}`, {
    cause: error,
  });
};

/** No connection came about in time. */
export const connectTimeout = (host: string, limitMs: number): GatewayError =>
  new GatewayError(
    'upstream_timeout',
    `${host} did not accept a connection within ${limitMs / 1000} s. Check the network, and OPENAI_BASE_URL or HTTPS_PROXY.`,
  );

/** A connection closed without an error and without an answer, or with one that is none: a 101 unasked for. */
export const closedUnanswered = (): Error =>
  Object.assign(new Error('closed without an answer'), { code: 'ECONNRESET' });
