/** The codes with which the gateway itself closes. @see RFC 6455 §7.4.1, and the IANA registry for 1012 and 1013 */
export const NORMAL_CLOSURE = 1000;
export const GOING_AWAY = 1001;
export const UNSUPPORTED_DATA = 1003;
export const POLICY_VIOLATION = 1008;
export const INTERNAL_ERROR = 1011;
export const SERVICE_RESTART = 1012;
export const TRY_AGAIN_LATER = 1013;

/** Reported for a close frame without a code. Never sent. */
export const NO_STATUS = 1005;
/** Reported for a lost connection. Never sent. */
export const ABNORMAL_CLOSURE = 1006;

/** Whether a close frame may hold the code: some only stand for the lack of one. @see RFC 6455 §7.4 */
export const isSendableCode = (code: number): boolean =>
  (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code <= 4999);
