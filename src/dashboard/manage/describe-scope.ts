import { texts } from '../texts.ts';

/** Whom a budget or a limit holds for, in words; the scope is written as the gateway does. */
export const nameScope = (scope: string, nameOfKey: (id: string) => string): string => {
  const { names: scopes } = texts.scopes;
  if (scope === '/') return scopes.everything;
  if (scope.startsWith('/')) {
    return scope.endsWith('/*') ? scopes.child(scope.slice(0, -2) || '/') : scopes.path(scope);
  }
  const colon = scope.indexOf(':');
  const [kind, value] = [scope.slice(0, colon), scope.slice(colon + 1)];
  switch (kind) {
    case 'key':
      return value === '*' ? scopes.eachKey : scopes.key(nameOfKey(value));
    case 'label':
      return value === '*' ? scopes.eachLabel : scopes.label(value);
    case 'session':
      return value === '*' ? scopes.eachSession : scopes.session(value);
    case 'run':
      return value === '*' ? scopes.eachRun : scopes.run(value);
    case 'provider':
      return scopes.provider(value);
    case 'model':
      return scopes.model(value);
    default:
      return scope;
  }
};

/** The one that is counted apart, of a scope that counts each: `/team/beta` of `/team/*`, or the key of `key:*`. */
export const nameChild = (scope: string, child: string, nameOfKey: (id: string) => string): string =>
  scope.startsWith('/')
    ? nameScope(child, nameOfKey)
    : nameScope(`${scope.split(':')[0]}:${child}`, nameOfKey);
