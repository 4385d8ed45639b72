import type { CacheLoss } from '../../admin/api-types/detail.ts';
import { formatCost, formatDuration, formatWhole } from '../state/format.ts';
import { texts } from '../texts.ts';
import { visibleText } from '../turn/visible-text.ts';
import { Icon } from './icon.tsx';

/** Where a cache hit was lost, and which item or header changed. */
export const CacheLossNote = ({ loss }: { loss: CacheLoss }) => (
  <div class="cache-loss">
    <p>
      <Icon name="alert" />
      <b>
        {texts.loss.title(
          formatWhole(loss.tokens),
          loss.costUsd === undefined ? undefined : formatCost(loss.costUsd),
        )}
      </b>{' '}
      {loss.cause === 'idle' && loss.idleMs !== undefined
        ? texts.loss.idle(formatDuration(loss.idleMs))
        : texts.loss.causes[loss.cause]}
      {loss.where && (
        <>
          {' '}
          <code>{visibleText(loss.where)}</code>
        </>
      )}
      {loss.byteOffset !== undefined && (
        <span class="dim"> {texts.loss.at(formatWhole(loss.byteOffset))}</span>
      )}
    </p>
    {(loss.before ?? loss.after) !== undefined && (
      <pre>
        <del>{visibleText(loss.before ?? '')}</del>
        <ins>{visibleText(loss.after ?? '')}</ins>
      </pre>
    )}
  </div>
);
