import type { AuditDetailAnswer } from '../../admin/api-types/detail.ts';
import type { HeaderLines } from '../../log/record.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { texts } from '../texts.ts';

const Headers = ({ title, headers }: { title: string; headers: HeaderLines }) => (
  <>
    <h3 class="section-title">
      {title}
      <CopyButton
        text={headers.map(([name, value]) => `${name}: ${value}`).join('\n')}
        label={texts.drawer.copyHeaders}
      />
    </h3>
    {headers.length === 0 ? (
      <p class="dim pad">{texts.drawer.noHeaders}</p>
    ) : (
      <table class="headers">
        <tbody>
          {headers.map(([name, value], place) => (
            <tr key={place}>
              <th scope="row">{name}</th>
              <td class={value.includes('[redacted') ? 'dim' : ''}>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    )}
  </>
);

/** Header lines as they came, secrets redacted before they were stored. */
export const HeadersSection = ({ detail }: { detail: AuditDetailAnswer }) => (
  <>
    <Headers title={texts.drawer.sections.request} headers={detail.requestHeaders} />
    <Headers title={texts.drawer.sections.response} headers={detail.responseHeaders} />
  </>
);
