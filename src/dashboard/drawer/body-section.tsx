import { useMemo, useState } from 'preact/hooks';
import type { BodyText } from '../../admin/api-types/detail.ts';
import type { AuditEntry } from '../../admin/api-types/entry.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { FoldLines } from '../parts/fold-lines.tsx';
import { Icon } from '../parts/icon.tsx';
import { LoadFailed, Loading } from '../parts/notice.tsx';
import { api, apiAddress } from '../state/api.ts';
import { formatBytes } from '../state/format.ts';
import { useLoad } from '../state/use-load.ts';
import { texts } from '../texts.ts';
import { EventList } from './event-list.tsx';
import { JsonTree } from './json-tree.tsx';
import { type ReadBody, readBody } from './read-body.ts';

/** As much of a body as the page reads; the rest is a download. */
const MAX_CHARACTERS = 4 * 2 ** 20;
const RAW_LINES = 400;

const Readable = ({ body }: { body: ReadBody }) => {
  switch (body.kind) {
    case 'json':
      return <JsonTree value={body.value} />;
    case 'events':
      return <EventList events={body.events} />;
    case 'text':
      return <FoldLines text={body.text} lines={RAW_LINES} />;
  }
};

const Remarks = ({ body }: { body: BodyText }) => (
  <>
    {body.cutOff && <p class="remark">{texts.body.cutOff}</p>}
    {body.shortened && <p class="remark">{texts.body.shortened}</p>}
    {body.notUtf8 && <p class="remark">{texts.body.notUtf8}</p>}
  </>
);

/** A body as it was logged: JSON as a tree, a stream as its events, or as it came. */
export const BodySection = ({ entry, which }: { entry: AuditEntry; which: 'request' | 'response' }) => {
  const [raw, setRaw] = useState(false);
  const question = `${entry.id} ${which} ${entry.response.finish ?? ''}`;
  const { value, error, loading, reload } = useLoad(question, (signal) =>
    api.detail(entry.id, MAX_CHARACTERS, signal),
  );
  const body = value?.[which];
  const read = useMemo(() => (body ? readBody(body.text) : undefined), [body]);
  if (error) return <LoadFailed error={error} retry={reload} />;
  if (!value || loading) return <Loading />;
  if (!body || !read) return <p class="dim pad">{texts.body.none}</p>;
  return (
    <>
      <div class="body-bar">
        <span class="dim">
          {formatBytes(body.bytes)} · {texts.body.kinds[read.kind]}
        </span>
        <span class="grow" />
        {read.kind !== 'text' && (
          <button type="button" class="button quiet" aria-pressed={raw} onClick={() => setRaw(!raw)}>
            {raw ? texts.body.readable : texts.body.raw}
          </button>
        )}
        <CopyButton text={body.text} label={texts.body.copy} />
        <a
          class="button quiet square"
          download
          href={apiAddress(`audit/log/${entry.id}/body/${which}`)}
          title={texts.body.download}
          aria-label={texts.body.download}
        >
          <Icon name="download" />
        </a>
      </div>
      <Remarks body={body} />
      <div class="body">
        {raw ? <FoldLines text={body.text} lines={RAW_LINES} /> : <Readable body={read} />}
      </div>
    </>
  );
};
