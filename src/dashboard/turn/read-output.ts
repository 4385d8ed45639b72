/** What a tool gave back, its wrapping read. */
export interface ReadOutput {
  readonly text: string;
  readonly exitCode?: number;
  readonly seconds?: number;
  /** Set where the process went on after this output. */
  readonly running?: boolean;
}

const CODEX_HEAD =
  /^(?:(?:Chunk ID|Wall time|Process exited with code|Process running with|Original token count|Total output lines|Exit code)[^\n]*\n)+Output:\n?/;

/** Codex's own head above a command's output: `Wall time: 3.62 seconds`, `Process exited with code 1`. */
const readHead = (text: string): ReadOutput | undefined => {
  const head = CODEX_HEAD.exec(text)?.[0];
  if (!head) return undefined;
  const exit = /(?:exited with code|Exit code:) (-?\d+)/.exec(head)?.[1];
  const seconds = /Wall time: ([\d.]+)/.exec(head)?.[1];
  return {
    text: text.slice(head.length),
    ...(exit === undefined ? {} : { exitCode: Number(exit) }),
    ...(seconds === undefined ? {} : { seconds: Number(seconds) }),
    ...(head.includes('Process running with') ? { running: true } : {}),
  };
};

/** The older form: `{"output":"…","metadata":{"exit_code":0,"duration_seconds":0.1}}`. */
const readWrapped = (text: string): ReadOutput | undefined => {
  if (!text.startsWith('{')) return undefined;
  try {
    const { output, metadata } = JSON.parse(text);
    if (typeof output !== 'string') return undefined;
    const { exit_code: exitCode, duration_seconds: seconds } = metadata ?? {};
    return {
      text: output,
      ...(typeof exitCode === 'number' ? { exitCode } : {}),
      ...(typeof seconds === 'number' ? { seconds } : {}),
    };
  } catch {
    return undefined;
  }
};

/** Takes the wrapping off a tool's output. */
export const readOutput = (text: string): ReadOutput => readHead(text) ?? readWrapped(text) ?? { text };
