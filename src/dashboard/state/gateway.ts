import { signal } from '@preact/signals';
import type { DashboardConfigAnswer } from '../../admin/api-types/gateway.ts';
import { api } from './api.ts';
import { trouble } from './feed.ts';

/** What the gateway says of itself; undefined until it did. */
export const gateway = signal<DashboardConfigAnswer | undefined>(undefined);

export const loadGateway = async (): Promise<void> => {
  try {
    gateway.value = await api.config();
    trouble.value = gateway.value.trouble?.message;
  } catch {
    // The pages say what is wrong where they fail; without this answer they only offer less.
  }
};
