/**
 * What clients are told of the endpoints. @param base the gateway's public address, without a slash at its end
 * @see RFC 8414
 */
export const describeServer = (base: string) => ({
  issuer: base,
  authorization_endpoint: `${base}/oauth/authorize`,
  token_endpoint: `${base}/oauth/token`,
  device_authorization_endpoint: `${base}/oauth/device_authorization`,
  revocation_endpoint: `${base}/oauth/revoke`,
  response_types_supported: ['code'],
  grant_types_supported: [
    'authorization_code',
    'refresh_token',
    'urn:ietf:params:oauth:grant-type:device_code',
  ],
  code_challenge_methods_supported: ['S256'],
  token_endpoint_auth_methods_supported: ['none'],
  revocation_endpoint_auth_methods_supported: ['none'],
  authorization_response_iss_parameter_supported: true,
});
