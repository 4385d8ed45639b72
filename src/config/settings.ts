import { LISTENER_SETTINGS } from './settings/listener-settings.ts';
import { LOG_SETTINGS } from './settings/log-settings.ts';
import { MODEL_SETTINGS } from './settings/model-settings.ts';
import { REQUEST_SETTINGS } from './settings/request-settings.ts';
import type { Setting } from './settings/setting.ts';
import { SIGN_IN_SETTINGS } from './settings/sign-in-settings.ts';
import { STORAGE_SETTINGS } from './settings/storage-settings.ts';

/** Every setting of the gateway by its environment variable; the names are GoModel's where it has one. */
export const SETTINGS = {
  ...LISTENER_SETTINGS,
  ...MODEL_SETTINGS,
  ...REQUEST_SETTINGS,
  ...LOG_SETTINGS,
  ...STORAGE_SETTINGS,
  ...SIGN_IN_SETTINGS,
} as const;

export type SettingName = keyof typeof SETTINGS;
export type SettingValue<Name extends SettingName> =
  (typeof SETTINGS)[Name] extends Setting<infer Value> ? Value : never;
