import { type CompiledPolicy, versionOf } from './compile-policy.ts';

interface Fragment {
  readonly id: string;
  readonly name: string;
  readonly contents: string;
}

/** What Codex asks its configuration server for. */
export interface ConfigBundle {
  readonly config_toml: { readonly enterprise_managed: readonly Fragment[] };
  readonly requirements_toml: { readonly enterprise_managed: readonly Fragment[] };
}

export const bundleOf = (compiled: CompiledPolicy): ConfigBundle => {
  const id = versionOf(compiled);
  const { configToml, requirementsToml } = compiled.codex;
  return {
    config_toml: {
      enterprise_managed: [{ id, name: 'GoModel defaults', contents: configToml }],
    },
    requirements_toml: {
      enterprise_managed: [{ id, name: 'GoModel requirements', contents: requirementsToml }],
    },
  };
};
