import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import type { Coding } from '../../../src/coding/parse-content-codings.ts';

const ROOT = join(import.meta.dirname, '../../..');

interface ChildDecoding {
  /** Length of the decoded body, or the error's code. */
  readonly outcome: number | string;
  /** By how much decoding raised the highest resident size that the process ever had. */
  readonly growthBytes: number;
  /** Processor time of all its threads while it decoded. */
  readonly cpuMs: number;
}

/** The rooms that decode, as JavaScript that any supported Node runs, in a folder of its own. */
export interface DecodingChild {
  decode(wire: Buffer, codings: readonly Coding[], maxBytes: number): Promise<ChildDecoding>;
  remove(): void;
}

const CHILD = `
import { existsSync, readFileSync } from 'node:fs';
import { decodeBody } from './coding/decode-body.js';
const [codings, maxBytes] = JSON.parse(process.argv[2]);
const wire = readFileSync(process.argv[3]);
// On Linux resourceUsage().maxRSS begins with what the parent had; VmHWM is of this program alone.
const peakBytes = () => {
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
  const [, kilobytes] = /^VmHWM:\\s+(\\d+) kB$/m.exec(status) ?? [];
  return Number(kilobytes ?? process.resourceUsage().maxRSS) * 1024;
};
// What every decoding needs once is not what the body costs.
await decodeBody(Buffer.from('28b52ffd2000010000', 'hex'), ['zstd'], { maxBytes: 1 });
const peakBefore = peakBytes();
const before = process.cpuUsage();
const outcome = await decodeBody(wire, codings, { maxBytes }).then((body) => body.length, (error) => error.code);
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ outcome, growthBytes: peakBytes() - peakBefore, cpuMs: (user + system) / 1000 }));
`;

/** Compiles src/base and src/coding, so that a decoding can be given a process of its own. */
export const createDecodingChild = (): DecodingChild => {
  // Below the checkout: the native library is found from there.
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, '.cache/decoding-'));
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 };
  for (const room of ['base', 'coding']) {
    const files = readdirSync(join(ROOT, 'src', room), { recursive: true, encoding: 'utf8' });
    for (const file of files.filter((name) => name.endsWith('.ts'))) {
      mkdirSync(dirname(join(folder, room, file)), { recursive: true });
      const source = readFileSync(join(ROOT, 'src', room, file), 'utf8');
      const { outputText } = ts.transpileModule(source, {
        compilerOptions: { ...compilerOptions, rewriteRelativeImportExtensions: true },
      });
      writeFileSync(join(folder, room, file.replace(/\.ts$/, '.js')), outputText);
    }
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'child.js'), CHILD);

  return {
    decode: (wire, codings, maxBytes) =>
      new Promise((resolve, reject) => {
        const body = join(mkdtempSync(join(folder, 'body-')), 'wire');
        writeFileSync(body, wire);
        const call = [join(folder, 'child.js'), JSON.stringify([codings, maxBytes]), body];
        execFile(process.execPath, call, (error, stdout) =>
          error ? reject(error) : resolve(JSON.parse(stdout) as ChildDecoding),
        );
      }),
    remove: () => rmSync(folder, { recursive: true }),
  };
};
