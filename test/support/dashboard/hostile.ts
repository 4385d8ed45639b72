import type { Scenario } from './scenarios.ts';

const deepJson = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

/** What a model, a tool or a client could send to hurt the page. All of it must be read as text. */
export const HOSTILE: Scenario = {
  title: '<script>window.__owned = 1</script><b>bold title</b>',
  steps: [
    {
      user: '<img src=x onerror="window.__owned = 2"> "><svg onload="window.__owned = 3">',
      reasoning: '**<iframe srcdoc="<script>parent.__owned = 4</script>">**',
      say: [
        '# <script>window.__owned = 5</script>',
        '[click me](javascript:window.__owned=6) and [data](data:text/html,<script>1</script>)',
        '![pixel](http://127.0.0.1:1/track.gif)',
        '<style>body{display:none}</style><form action="http://127.0.0.1:1/"><input name=key></form>',
        `\`\`\`html\n</pre></code><script>window.__owned = 7</script>\n\`\`\``,
        '| a | b |\n| --- | --- |\n| <b>x</b> | <img src=x onerror=alert(1)> |',
        '\u202Egnp.exe \u0000 \uFFFD\uD83D \u001b[31mred\u001b[0m ﷽ Z̸̡͔a̷l̴g̶o',
        '*'.repeat(5000),
        `${'['.repeat(3000)}${'('.repeat(3000)}`,
      ].join('\n\n'),
      calls: [
        {
          name: '<img src=x onerror=window.__owned=8>',
          arguments: deepJson(2000),
          output: `</script><script>window.__owned = 9</script>\n${'x'.repeat(200_000)}`,
        },
        {
          name: 'apply_patch',
          custom: true,
          arguments:
            '*** Begin Patch\n*** Update File: <script>alert(1)</script>\n@@\n-<b>\n+<img src=x onerror=window.__owned=10>\n*** End Patch',
          output: 'ok',
        },
      ],
    },
  ],
};
