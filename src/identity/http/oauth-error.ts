/** What the endpoints of OAuth answer with, and their codes (RFC 6749 §4.1.2.1 and §5.2, RFC 8628 §3.5). */
type OAuthCode =
  | 'access_denied'
  | 'authorization_pending'
  | 'expired_token'
  | 'invalid_grant'
  | 'invalid_request'
  | 'server_error'
  | 'slow_down'
  | 'temporarily_unavailable'
  | 'unsupported_grant_type'
  | 'unsupported_response_type';

/** A refusal that a client's OAuth library reads. */
export class OAuthError extends Error {
  override readonly name = 'OAuthError';
  readonly code: OAuthCode;
  readonly status: number;

  /** @param message a whole sentence, without any secret */
  constructor(code: OAuthCode, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}
