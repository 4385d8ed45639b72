import { texts } from '../texts.ts';

export type ScopeKind = (typeof texts.scopes.options)[number][0];

/** Whom a budget or a limit holds for, as it is typed. */
export interface ScopeDraft {
  readonly kind: ScopeKind;
  /** The path, id or name of a scope that needs one. */
  readonly value: string;
}

export const EVERYTHING: ScopeDraft = { kind: '/', value: '' };

const VALUED: readonly ScopeKind[] = ['path', 'child', 'key', 'label', 'provider', 'model'];

/** Whether a scope of this kind says which one. */
export const needsValue = (kind: ScopeKind): boolean => VALUED.includes(kind);

/** The scope as the gateway writes it. */
export const scopeOf = ({ kind, value }: ScopeDraft): string => {
  const name = value.trim();
  switch (kind) {
    case 'path':
      return name;
    case 'child':
      return name === '/' ? '/*' : `${name.replace(/\/$/, '')}/*`;
    case 'key':
    case 'label':
    case 'provider':
    case 'model':
      return `${kind}:${name}`;
    case '/':
    case 'key:*':
    case 'label:*':
    case 'session:*':
    case 'run:*':
      return kind;
  }
};

/** The other way round. */
export const scopeDraftOf = (scope: string): ScopeDraft => {
  if (scope.startsWith('/') && scope !== '/') {
    return scope.endsWith('/*')
      ? { kind: 'child', value: scope.slice(0, -2) || '/' }
      : { kind: 'path', value: scope };
  }
  const fixed = texts.scopes.options.find(([option]) => option === scope)?.[0];
  if (fixed) return { kind: fixed, value: '' };
  const colon = scope.indexOf(':');
  const kind = VALUED.find((known) => known === scope.slice(0, colon)) ?? 'label';
  return { kind, value: scope.slice(colon + 1) };
};

/** Whose requests count, within a sentence. */
export const whoOf = ({ kind, value }: ScopeDraft): string => {
  const { who } = texts.scopes;
  const name = value.trim() || '…';
  const told = who[kind];
  return typeof told === 'string' ? told : told(name);
};
