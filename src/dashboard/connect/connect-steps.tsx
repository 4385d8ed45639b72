import type { CodexStatusAnswer } from '../../admin/api-types/codex.ts';
import { parsePatch } from '../../conversation/parse-patch.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { texts } from '../texts.ts';
import { PatchDiff } from '../turn/patch-diff.tsx';

const Block = ({ text, label }: { text: string; label: string }) => (
  <div class="copy-block">
    <pre>{text.trimEnd()}</pre>
    <CopyButton text={text} label={label} />
  </div>
);

const Changes = ({ diff }: { diff: string }) => {
  if (!diff) return <p class="dim">{texts.connect.noChanges}</p>;
  const files = parsePatch(diff);
  return files ? <PatchDiff files={files} source={diff} /> : <pre class="block">{diff}</pre>;
};

/** What to run, or what to paste, and what it changes. */
export const ConnectSteps = ({ codex }: { codex: CodexStatusAnswer }) => (
  <section class="panel padded" aria-label={texts.connect.how}>
    <h2 class="panel-title">{texts.connect.how}</h2>
    <h3>{texts.connect.run}</h3>
    <Block text={codex.command} label={texts.connect.copyCommand} />
    {codex.exports.length > 0 && (
      <>
        <p class="dim">{texts.connect.exports}</p>
        <Block text={codex.exports.join('\n')} label={texts.connect.copyExports} />
      </>
    )}
    <h3>{texts.connect.changes}</h3>
    <Changes diff={codex.diff} />
    <h3>{texts.connect.paste(codex.config_path)}</h3>
    <Block text={codex.block} label={texts.connect.copyBlock} />
  </section>
);
