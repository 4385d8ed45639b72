import { expect, it } from 'vitest';
import { parseConfigFile } from '../../../src/config/file/parse-config-file.ts';
import type { Setting } from '../../../src/config/settings/setting.ts';
import { SETTINGS } from '../../../src/config/settings.ts';

it.each(Object.entries<Setting<unknown>>(SETTINGS))(
  'the setting %s may stand in the file',
  (name, { path }) => {
    const text = path.reduceRight((inner, key) => `{ ${key}: ${inner} }`, '"x"');
    expect(parseConfigFile(text, 'gomodel.yaml', {}).settings).toMatchObject({ [name]: { value: 'x' } });
  },
);
