// Words of a turn: its items, as messages and tool calls.
import { count } from './count.ts';

export const turnTexts = {
  turn: {
    roles: {
      context: 'context',
      reasoning: 'reasoning',
      output: 'output',
      instructions: 'instructions',
      tools: 'tools',
    },
    script: 'the script itself',
    scriptFailed: 'the script failed',
    earlier: (items: number) => `${count(items, 'earlier item', 'earlier items')}, sent again`,
    lines: (lines: number) => count(lines, 'line', 'lines'),
    answer: 'Answer',
    continued: 'Tool results: next exchange',
    noAnswer: 'No response.',
    running: 'The answer is still arriving.',
    offered: (tools: number) => `${count(tools, 'tool', 'tools')} offered`,
    unreadable: 'No readable conversation',
    encryptedOnly: 'Encrypted, without a summary',
    noOutput: 'no output',
    stillRunning: 'still running',
    failed: 'failed',
    exitCode: (code: number) => `exit ${code}`,
    planStatus: { completed: '(done)', in_progress: '(in progress)', pending: '(to do)' } as Readonly<
      Record<string, string | undefined>
    >,
    image: 'Picture from the conversation',
    imageElsewhere: 'Picture: open the exchange to see it',
    imageResize: 'Change the size',
    imageAt: (url: string) => `Picture, not loaded: ${url}`,
    file: 'File',
  },
} as const;
