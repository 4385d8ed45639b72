import { useMemo } from 'preact/hooks';
import type { AppliedPatch } from '../../admin/api-types/turns.ts';
import { parsePatch } from '../../conversation/parse-patch.ts';
import { sumPatches } from '../../conversation/sum-patches.ts';
import { texts } from '../texts.ts';
import { PatchDiff } from '../turn/patch-diff.tsx';

/** The files that a session changed, each with one diff for all that was done to it. */
export const TouchedFiles = ({ patches }: { patches: readonly AppliedPatch[] }) => {
  const applied = patches.filter(({ failed }) => !failed);
  const files = useMemo(() => sumPatches(applied.map(({ patch }) => parsePatch(patch) ?? [])), [patches]);
  if (files.length === 0) return null;
  const added = files.reduce((sum, file) => sum + file.added, 0);
  const removed = files.reduce((sum, file) => sum + file.removed, 0);
  const refused = patches.length - applied.length;
  return (
    <details class="touched-files">
      <summary data-nav-row>
        {texts.files.changed(files.length)} <span class="diff-added">+{added}</span>{' '}
        <span class="diff-removed">−{removed}</span>{' '}
        <span class="dim">
          {texts.files.patches(applied.length)}
          {refused > 0 && `, ${texts.files.refused(refused)}`}
        </span>
      </summary>
      <PatchDiff files={files} source={applied.map(({ patch }) => patch).join('\n')} />
    </details>
  );
};
