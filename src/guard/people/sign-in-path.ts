const PATH =
  /^\/(?:\.well-known\/oauth-authorization-server|oauth\/[a-z_-]{1,40}|device(?:\/decision)?|managed\/settings)(?:\?|$)/;

/** What is answered where people can sign in, and nowhere else. @param url path and query */
export const isSignInPath = (url: string): boolean => PATH.test(url);
