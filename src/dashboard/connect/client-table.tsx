import type { SeenClient } from '../../admin/api-types/codex.ts';
import { outcomeOf } from '../state/describe-exchange.ts';
import { formatAgo, formatWhole } from '../state/format.ts';
import { minuteMs } from '../state/now.ts';
import { addressOf } from '../state/route.ts';
import { texts } from '../texts.ts';

/** Who sends requests here, and how the last one of each went. */
export const ClientTable = ({ clients }: { clients: readonly SeenClient[] }) => (
  <section class="panel" aria-label={texts.connect.clients}>
    <h2 class="panel-title padded">{texts.connect.clients}</h2>
    {clients.length === 0 ? (
      <p class="dim pad">{texts.connect.noClients}</p>
    ) : (
      <table class="sums clients">
        <thead>
          <tr>
            <th scope="col">{texts.columns.client}</th>
            <th scope="col">{texts.connect.sends}</th>
            <th scope="col">{texts.usage.requestsHead}</th>
            <th scope="col">{texts.connect.last}</th>
          </tr>
        </thead>
        <tbody>
          {clients.map((client) => {
            const outcome = outcomeOf(client.last);
            return (
              <tr key={`${client.name} ${client.version}`}>
                <th scope="row">
                  <a
                    class="link"
                    href={addressOf('audit', {
                      client: client.version ? `${client.name}/${client.version}` : client.name,
                    })}
                  >
                    {client.name} {client.version}
                  </a>
                </th>
                <td>
                  {[
                    ...client.encodings,
                    ...client.transports.filter((transport) => transport === 'websocket'),
                  ].join(', ')}
                </td>
                <td>{formatWhole(client.requests)}</td>
                <td>
                  <span class={`tag ${outcome.tone}`}>{outcome.status}</span>{' '}
                  <a class="link" href={addressOf('audit', { open: client.last.id })}>
                    {formatAgo(client.last.startedAt, minuteMs.value)}
                  </a>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    )}
  </section>
);
