import type { AuditEntry } from '../../admin/api-types/entry.ts';
import type { Attempt } from '../../log/record.ts';
import { formatDuration } from '../state/format.ts';
import { texts } from '../texts.ts';

const outcomeOf = ({ status, error }: Attempt): string => {
  if (error) return [status, texts.origin[error.origin], error.message].filter(Boolean).join(' · ');
  return status === undefined ? texts.way.noAnswer : String(status);
};

/** The providers that were asked, one after another, and why each but the last did not answer. */
export const Attempts = ({ attempts }: { attempts: readonly Attempt[] }) => (
  <>
    <h3 class="section-title">{texts.way.attempts}</h3>
    <ol class="attempts">
      {attempts.map((attempt, place) => (
        <li key={place} class={attempt.error || (attempt.status ?? 0) >= 400 ? 'fail' : ''}>
          <b>{attempt.provider}</b>
          <span class="mono">{attempt.model}</span>
          <span class="dim">{formatDuration(attempt.durationMs)}</span>
          <span class="outcome">{outcomeOf(attempt)}</span>
        </li>
      ))}
    </ol>
  </>
);

const Fact = ({ label, children }: { label: string; children: string }) => (
  <div>
    <dt>{label}</dt>
    <dd>{children}</dd>
  </div>
);

/** Which provider answered, why it was chosen, and what of the request it could not be told. */
export const WayFacts = ({ entry }: { entry: AuditEntry }) => {
  const { provider, upstreamModel, route, translation, clientAddress, balance, providerKey } = entry;
  return (
    <>
      {provider && (
        <Fact label={texts.way.provider}>
          {route ? `${provider} (${texts.way.routes[route] ?? route})` : provider}
        </Fact>
      )}
      {balance && (
        <Fact label={texts.way.balance}>
          {[
            texts.way.chosen(balance.alias, texts.way.reasons[balance.reason] ?? balance.reason),
            ...(balance.passedOver.length > 0 ? [texts.way.passedOver(balance.passedOver)] : []),
          ].join('; ')}
        </Fact>
      )}
      {providerKey && <Fact label={texts.way.key}>{providerKey}</Fact>}
      {upstreamModel && <Fact label={texts.way.model}>{upstreamModel}</Fact>}
      {translation && (
        <Fact label={texts.way.translation}>
          {texts.way.dialects[translation.dialect] ?? translation.dialect}
        </Fact>
      )}
      {translation && translation.losses.length > 0 && (
        <Fact label={texts.way.losses}>{translation.losses.join(', ')}</Fact>
      )}
      {clientAddress && <Fact label={texts.way.clientAddress}>{clientAddress}</Fact>}
      {translation?.caching && <Fact label={texts.way.caching}>{translation.caching}</Fact>}
    </>
  );
};
