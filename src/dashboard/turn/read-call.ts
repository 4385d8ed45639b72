import type { ScriptCall, ToolCall } from '../../conversation/item.ts';
import { type PatchFile, parsePatch } from '../../conversation/parse-patch.ts';
import { briefJson } from '../parts/brief-json.ts';

interface PlanStep {
  readonly step: string;
  readonly status: string;
}

/** What a tool is called with, in the form in which a person reads it. */
export type ReadCall =
  | { readonly kind: 'shell'; readonly command: string; readonly folder: string | undefined }
  | { readonly kind: 'patch'; readonly files: readonly PatchFile[]; readonly source: string }
  | { readonly kind: 'plan'; readonly steps: readonly PlanStep[]; readonly why: string | undefined }
  | { readonly kind: 'fields'; readonly fields: ReadonlyArray<readonly [name: string, value: string]> }
  | { readonly kind: 'script'; readonly calls: readonly ScriptCall[]; readonly source: string }
  | { readonly kind: 'text'; readonly text: string };

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const parseObject = (source: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(source);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
};

const BRIEF = 2_000;

/** JSON of a value; of one that is too deep to write, its beginning. */
const show = (value: unknown): string => {
  if (typeof value === 'string') return value;
  try {
    return JSON.stringify(value, null, 1) ?? String(value);
  } catch {
    return briefJson(value, BRIEF);
  }
};

const stepsOf = (value: unknown): PlanStep[] | undefined =>
  Array.isArray(value)
    ? value.map((step) => ({ step: text(step?.step) ?? '', status: text(step?.status) ?? 'pending' }))
    : undefined;

/** A call, or an output that tells of its call. */
export type Called = Pick<ToolCall, 'command' | 'patch' | 'script'> & { arguments?: string };

/** Reads what a tool is called with: a script, a shell command, a patch, a plan, named values, or just text. */
export const readCall = ({ arguments: source = '', command, patch, script }: Called): ReadCall => {
  if (script) return { kind: 'script', calls: script, source };
  const files = parsePatch(patch ?? command ?? source);
  if (files) return { kind: 'patch', files, source: patch ?? command ?? source };
  const fields = parseObject(source);
  if (command !== undefined) return { kind: 'shell', command, folder: text(fields?.workdir) };
  const steps = stepsOf(fields?.plan);
  if (steps) return { kind: 'plan', steps, why: text(fields?.explanation) };
  if (!fields) return { kind: 'text', text: source };
  return {
    kind: 'fields',
    fields: Object.entries(fields).map(([name, value]) => [name, show(value)] as const),
  };
};

const FIRST_LINE = /^.*$/m;

/** A command or a patch speaks for itself; any other tool goes by its name. */
const nameScriptCall = (call: ScriptCall): string =>
  call.command === undefined && call.patch === undefined ? call.name : nameCall(call);

/** The same in one line, for a margin or a list. */
export const nameCall = (called: Called): string => {
  const call = readCall(called);
  switch (call.kind) {
    case 'shell':
      return `$ ${FIRST_LINE.exec(call.command)?.[0] ?? ''}`;
    case 'patch':
      return call.files.map((file) => `${file.path} +${file.added} −${file.removed}`).join(', ');
    case 'plan':
      return call.steps.find(({ status }) => status === 'in_progress')?.step ?? `${call.steps.length} steps`;
    case 'fields':
      return call.fields
        .map(([name, value]) => `${name}: ${value}`)
        .join(', ')
        .slice(0, 300);
    case 'script':
      return call.calls.map(nameScriptCall).join(' · ').slice(0, 300);
    case 'text':
      return FIRST_LINE.exec(call.text)?.[0].slice(0, 300) ?? '';
  }
};
