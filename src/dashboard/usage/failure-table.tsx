import type { FailureCount } from '../../admin/api-types/usage.ts';
import { formatAgo, formatWhole } from '../state/format.ts';
import { minuteMs } from '../state/now.ts';
import { addressOf } from '../state/route.ts';
import { texts } from '../texts.ts';

/** What failed, and whose fault it was. */
export const FailureTable = ({ failures }: { failures: readonly FailureCount[] }) => {
  if (failures.length === 0) return null;
  return (
    <section class="panel" aria-label={texts.usage.failures}>
      <table class="sums failures">
        <thead>
          <tr>
            <th scope="col">{texts.usage.failures}</th>
            <th scope="col">{texts.usage.fault}</th>
            <th scope="col">{texts.usage.requestsHead}</th>
            <th scope="col">{texts.usage.lastTime}</th>
            <th scope="col">{texts.usage.lastMessage}</th>
          </tr>
        </thead>
        <tbody>
          {failures.map((failure) => (
            <tr key={`${failure.origin} ${failure.code}`}>
              <th scope="row">
                <a class="link mono" href={addressOf('audit', { error_type: failure.code })}>
                  {failure.code}
                </a>
              </th>
              <td>{texts.origin[failure.origin]}</td>
              <td>{formatWhole(failure.requests)}</td>
              <td>
                <a class="link" href={addressOf('audit', { open: failure.last.id })}>
                  {formatAgo(failure.last.startedAt, minuteMs.value)}
                </a>
              </td>
              <td class="message" title={failure.last.message}>
                {failure.last.message}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
};
