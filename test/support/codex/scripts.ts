/** How a call of a script must be told: exit codes, how it ended otherwise, or why that is not known. */
export type Told =
  | number
  | readonly number[]
  | 'failed'
  | 'notReached'
  | 'notPrinted'
  | 'notMatched'
  | 'nothing';

const MISFIT = '*** Begin Patch\\n*** Update File: hello.txt\\n@@\\n-nothing of it\\n+bye\\n*** End Patch';
const PATCH = '*** Begin Patch\\n*** Add File: FILE.txt\\n+bye\\n*** End Patch';

/** Scripts of code mode that print in another order than they call, with what can be told of each of their calls. */
export const SCRIPTS: Readonly<Record<string, readonly [script: string, told: readonly Told[]]>> = {
  'prints calls that ran side by side in another order': [
    `const [a, b, c] = await Promise.all([
  tools.exec_command({ cmd: "sleep 0.3; exit 1" }),
  tools.exec_command({ cmd: "sleep 0.1; exit 2" }),
  tools.exec_command({ cmd: "exit 3" }),
]);
text(c); text(b); text(a);`,
    [1, 2, 3],
  ],
  'prints an object, a list, a text and a member of results': [
    `const a = await tools.exec_command({ cmd: "exit 4" });
const b = await tools.exec_command({ cmd: "echo b; exit 5" });
const { exit_code } = await tools.exec_command({ cmd: "exit 6" });
const d = await tools.exec_command({ cmd: "echo d; exit 7" });
text({ b, a }); text(exit_code); text(\`exit \${d.exit_code}\\n\${d.output}\`);`,
    [4, 5, 6, 7],
  ],
  'prints as each ends, from one place': [
    `await Promise.all([3, 2, 1].map(async (n) => {
  text(await tools.exec_command({ cmd: \`sleep 0.\${n}; exit \${n}\` }));
}));`,
    [[1, 2, 3]],
  ],
  'prints a list of results of one place': [
    `text(await Promise.all([3, 0].map((n) => tools.exec_command({ cmd: "exit " + n }))));`,
    [[3, 0]],
  ],
  'calls and prints in a loop': [
    `for (const n of [0, 8]) { const r = await tools.exec_command({ cmd: "exit " + n }); text(r); }`,
    [[0, 8]],
  ],
  'prints a known list in a loop, and by forEach': [
    `const rs = await Promise.all([tools.exec_command({ cmd: "exit 1" }), tools.exec_command({ cmd: "exit 2" })]);
for (const r of rs) text(r);
const q = await tools.exec_command({ cmd: "exit 3" });
[q].forEach((r) => text(r.exit_code));`,
    [1, 2, 3],
  ],
  'skips a branch': [
    `const r = await tools.exec_command({ cmd: "exit 0" });
if (r.exit_code !== 0) text(await tools.exec_command({ cmd: "exit 9" }));
text(await tools.exec_command({ cmd: "exit 4" }));`,
    ['notPrinted', 'notPrinted', 4],
  ],
  'takes one of two branches': [
    `const r = await tools.exec_command({ cmd: "exit 1" });
if (r.exit_code) text(await tools.exec_command({ cmd: "exit 2" }));
else text(await tools.exec_command({ cmd: "exit 3" }));`,
    ['notMatched', 'notMatched', 'notMatched'],
  ],
  'calls in a function': [
    `const run = (cmd) => tools.exec_command({ cmd });
text(await run("exit 1")); text(await tools.exec_command({ cmd: "exit 2" }));`,
    ['notMatched', 2],
  ],
  'prints the last of several tries': [
    `let r;
for (let n = 3; n > 0; n--) { r = await tools.exec_command({ cmd: \`exit \${n - 1}\` }); if (r.exit_code === 0) break; }
text(r);`,
    [0],
  ],
  'prints outputs alone': [
    `const a = await tools.exec_command({ cmd: "echo a; exit 2" }); text(a.output);
const b = await tools.exec_command({ cmd: "true" }); text(b.output);
text(await tools.exec_command({ cmd: "exit 5" }));`,
    ['notPrinted', 'notPrinted', 5],
  ],
  'fails at a patch half-way': [
    `text(await tools.exec_command({ cmd: "exit 0" }));
text(await tools.apply_patch("${MISFIT}"));
text(await tools.exec_command({ cmd: "exit 1" }));`,
    [0, 'failed', 'notReached'],
  ],
  'throws half-way': [
    `const p = await tools.apply_patch("${PATCH.replace('FILE', 'one')}");
text(await tools.exec_command({ cmd: "exit 3" }));
throw new Error("enough");
text(await tools.exec_command({ cmd: "exit 4" }));`,
    ['nothing', 3, 'notReached'],
  ],
  'goes on behind a patch that is refused': [
    `const [a, b] = await Promise.allSettled([
  tools.exec_command({ cmd: "exit 6" }),
  tools.apply_patch("${MISFIT}"),
]);
text([b, a]);`,
    [6, 'failed'],
  ],
  'ends early': [
    `text(await tools.exec_command({ cmd: "exit 5" }));
exit();
text(await tools.exec_command({ cmd: "exit 6" }));`,
    [5, 'notPrinted'],
  ],
  'hands its printer on': [
    `await tools.exec_command({ cmd: "exit 1" }).then(text);
text(await tools.exec_command({ cmd: "exit 2" }));`,
    ['notMatched', 'notMatched'],
  ],
  'tells on the way': [
    `const r = await tools.exec_command({ cmd: "exit 2" }); notify(r); text("half"); notify("done");
text(await tools.exec_command({ cmd: "exit 3" }));`,
    ['notPrinted', 3],
  ],
  'is cut off by its own limit': [
    `// @exec: {"max_output_tokens": 50}
text(await tools.exec_command({ cmd: "seq 1 400; exit 3" })); text(await tools.exec_command({ cmd: "exit 4" }));`,
    ['notMatched', 'notMatched'],
  ],
  'waits for a command that goes on': [
    `const r = await tools.exec_command({ cmd: "sleep 1; exit 7", yield_time_ms: 250 });
text(await tools.write_stdin({ session_id: r.session_id, chars: "", yield_time_ms: 5000 })); text(r);`,
    ['nothing', 7],
  ],
};
