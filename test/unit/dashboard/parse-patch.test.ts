import { describe, expect, it } from 'vitest';
import { parsePatch } from '../../../src/conversation/parse-patch.ts';

describe('a patch', () => {
  it('of Codex lists its files with what each gains and loses', () => {
    const files = parsePatch(`*** Begin Patch
*** Update File: src/a.ts
*** Move to: src/b.ts
@@ export const a
-old
+new
+more
 same
*** Add File: docs/c.md
+# Title
*** Delete File: gone.txt
*** End Patch`);
    expect(
      files?.map(({ verb, path, movedTo, added, removed }) => [verb, path, movedTo, added, removed]),
    ).toEqual([
      ['update', 'src/a.ts', 'src/b.ts', 2, 1],
      ['add', 'docs/c.md', undefined, 1, 0],
      ['delete', 'gone.txt', undefined, 0, 0],
    ]);
    expect(files?.[0]?.lines[0]).toEqual({ kind: 'place', text: 'export const a' });
  });

  it('is found within a shell command, and ends where it says', () => {
    const files = parsePatch(
      "apply_patch <<'EOF'\n*** Begin Patch\n*** Update File: a\n@@\n-1\n+2\n*** End Patch\nEOF\n",
    );
    expect(files?.[0]).toMatchObject({ path: 'a', added: 1, removed: 1 });
  });

  it('of git is read with its paths, a new and a deleted file included', () => {
    const files = parsePatch(
      'diff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-1\n+2\n--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+n\n--- a/old\n+++ /dev/null\n@@ -1 +0,0 @@\n-o\n',
    );
    expect(files?.map(({ verb, path }) => [verb, path])).toEqual([
      ['update', 'x'],
      ['add', 'new'],
      ['delete', 'old'],
    ]);
  });

  it('keeps lines that look like marks of a patch but are content', () => {
    const files = parsePatch(
      '*** Begin Patch\n*** Update File: a\n@@\n+--- not a file\n-+++ neither\n*** End Patch',
    );
    expect(files).toHaveLength(1);
    expect(files?.[0]?.lines.slice(1)).toEqual([
      { kind: 'added', text: '--- not a file' },
      { kind: 'removed', text: '+++ neither' },
    ]);
  });

  it('is not seen in text that only speaks of one', () => {
    for (const text of ['', '*** Begin Patch', '--- a\nb', 'use --- and +++ in @@ hunks']) {
      expect(parsePatch(text)).toBeUndefined();
    }
  });
});
