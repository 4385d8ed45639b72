import type { ComponentChildren } from 'preact';
import type { ProviderStatus } from '../../admin/api-types/gateway.ts';
import { formatAgo, formatBytes, formatShare } from '../state/format.ts';
import { gateway } from '../state/gateway.ts';
import { minuteMs } from '../state/now.ts';
import { addressOf } from '../state/route.ts';
import { texts } from '../texts.ts';

const Fact = ({ label, children }: { label: string; children: ComponentChildren }) => (
  <div>
    <dt>{label}</dt>
    <dd>{children}</dd>
  </div>
);

const keyOf = ({ key_source: source, status }: ProviderStatus): string => {
  if (source) return texts.connect.keyFrom(source);
  return status === 'not_configured' ? texts.connect.noKey : texts.connect.keyless;
};

const STATE_CLASS = { ok: 'fine', limited: 'warn', refused: 'fail', unknown: 'warn' } as const;

/** Each key by the variable that holds it. */
const Keys = ({ keys }: { keys: NonNullable<ProviderStatus['keys']> }) => (
  <ul aria-label={texts.connect.keys}>
    {keys.map(({ name, state, requests, refused }) => (
      <li key={name}>
        <span class={`tag ${STATE_CLASS[state]}`}>{texts.connect.keyStates[state]}</span>{' '}
        <span class="mono">{name}</span> <span class="dim">{texts.connect.keyUse(requests, refused)}</span>
      </li>
    ))}
  </ul>
);

const Provider = ({ provider }: { provider: ProviderStatus }) => (
  <Fact label={provider.name}>
    <span
      class={`tag ${provider.status === 'ok' ? 'fine' : provider.status === 'failing' ? 'fail' : 'warn'}`}
    >
      {texts.connect.provider[provider.status]}
    </span>{' '}
    <span class="mono">{provider.base_url}</span>{' '}
    <span class="dim">
      {keyOf(provider)}
      {provider.requests_24h > 0 && `, ${texts.connect.day(provider.requests_24h, provider.failed_24h)}`}
    </span>
    {provider.keys && <Keys keys={provider.keys} />}
    {provider.last_failure && (
      <a class="link block" href={addressOf('audit', { open: provider.last_failure.id })}>
        {texts.connect.lastFailure(formatAgo(provider.last_failure.at, minuteMs.value))}
      </a>
    )}
  </Fact>
);

/** What the gateway is, where it forwards to, and what its log takes. */
export const GatewayFacts = ({ providers }: { providers: readonly ProviderStatus[] }) => {
  const config = gateway.value;
  if (!config) return null;
  return (
    <section class="panel padded" aria-label={texts.connect.gateway}>
      <h2 class="panel-title">{texts.connect.gateway}</h2>
      <dl class="facts">
        <Fact label={texts.connect.version}>
          {config.version}{' '}
          <span class="dim">{texts.connect.since(formatAgo(config.started_at, minuteMs.value))}</span>
        </Fact>
        <Fact label={texts.connect.address}>
          <span class="mono">{config.base_url}</span>
        </Fact>
        {providers.map((provider) => (
          <Provider key={provider.name} provider={provider} />
        ))}
        <Fact label={texts.connect.log}>
          <span class="mono">{config.data_dir}</span>{' '}
          <span class="dim">
            {texts.connect.disk(
              formatBytes(config.disk_bytes),
              formatBytes(config.max_disk_bytes),
              formatShare(config.disk_bytes, config.max_disk_bytes),
            )}
            , {texts.connect.kept(config.retention_days)}
            {!config.log_bodies && `, ${texts.connect.noBodies}`}
          </span>
        </Fact>
      </dl>
    </section>
  );
};
