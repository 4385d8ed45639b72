import type { ClientApi, ListedModel } from '../../providers/provider-spec.ts';
import type { ModelAlias } from '../../providers/route-model.ts';
import type { Policy } from '../policy.ts';
import type { Definition } from '../providers/definition.ts';
import type { FailoverConfig } from '../providers/failover.ts';
import type { SettingName } from '../settings.ts';
import type { Sourced } from '../sourced.ts';
import type { Source } from '../sources.ts';

/** What `gomodel.yaml` says, checked and with its variables put in. */
export interface FileConfig {
  /** As messages name it: `gomodel.yaml`. */
  readonly name: string;
  readonly source: Source;
  readonly settings: Readonly<Partial<Record<SettingName, Sourced<string>>>>;
  /** In the order of the file. */
  readonly providers: readonly FileProvider[];
  readonly aliases: ReadonlyMap<string, Sourced<ModelAlias>>;
  readonly failover: Sourced<FailoverConfig> | undefined;
  readonly budgets: readonly Definition[];
  readonly rateLimits: readonly Definition[];
  readonly policy: Sourced<Policy> | undefined;
  /** What the groups of the identity provider may do. */
  readonly groups: readonly Definition[];
}

export interface FileProvider {
  readonly id: string;
  /** The place of its entry, such as `gomodel.yaml:12`. */
  readonly origin: string;
  readonly source: Source;
  /** The id of a spec; absent where the id of the provider says it. */
  readonly type: string | undefined;
  readonly apiKey: Sourced<string> | undefined;
  readonly baseUrl: Sourced<string> | undefined;
  readonly apiVersion: Sourced<string> | undefined;
  readonly promptCaching: Sourced<string> | undefined;
  readonly proxy: Sourced<string> | undefined;
  readonly models: readonly ListedModel[];
  readonly headers: Readonly<Record<string, string>>;
  readonly native: readonly ClientApi[] | undefined;
}
