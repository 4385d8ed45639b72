import type { AuditEntry } from '../../admin/api-types/entry.ts';

/** Where between client and upstream an exchange broke. */
export type Break = 'client' | 'client-link' | 'gateway' | 'upstream-link' | 'upstream';

export const breakOf = ({ error, response }: AuditEntry): Break => {
  if (response.finish === 'aborted') return 'client-link';
  if (response.finish === 'truncated') return 'upstream-link';
  if (response.finish === 'interrupted') return 'gateway';
  switch (error?.origin) {
    case 'client':
      return 'client';
    case 'gateway':
      return 'gateway';
    case 'network':
      return 'upstream-link';
    case 'upstream':
    case undefined:
      return 'upstream';
  }
};
