import { type JsonObject, parseJson } from '../base/json-object.ts';
import type { ConversationPart } from './item.ts';
import { fieldsOf, jsonTextOf, listOf, stringOf } from './json-fields.ts';

/** Length in bytes of what base64 text holds. */
const base64Bytes = (text: string): number => Math.floor((text.length * 3) / 4);

const imagePart = (fields: JsonObject): ConversationPart => {
  const image = fieldsOf(fields.image_url);
  const url = stringOf(fields.image_url) ?? stringOf(image.url) ?? stringOf(fields.file_id) ?? '';
  const detail = stringOf(fields.detail) ?? stringOf(image.detail);
  return { kind: 'image', url, ...(detail !== undefined && { detail }) };
};

const filePart = (fields: JsonObject): ConversationPart => {
  const file = { ...fields, ...fieldsOf(fields.file) };
  const name = stringOf(file.filename) ?? stringOf(file.file_url) ?? stringOf(file.file_id);
  const data = stringOf(file.file_data);
  return {
    kind: 'file',
    ...(name !== undefined && { name }),
    ...(data !== undefined && { bytes: base64Bytes(data) }),
  };
};

/** One part of a content list, of Responses or of chat completions. */
const mapPart = (part: unknown): ConversationPart => {
  if (typeof part === 'string') return { kind: 'text', text: part };
  const fields = fieldsOf(part);
  switch (fields.type) {
    case 'input_image':
    case 'image_url':
    case 'output_image':
      return imagePart(fields);
    case 'input_file':
    case 'file':
      return filePart(fields);
    case 'refusal':
      return { kind: 'refusal', text: stringOf(fields.refusal) ?? '' };
    default:
      return { kind: 'text', text: stringOf(fields.text) ?? jsonTextOf(part) };
  }
};

/** A message's content: a text, or a list of parts. */
export const mapContent = (content: unknown): ConversationPart[] => {
  if (content === undefined || content === null || content === '') return [];
  return Array.isArray(content) ? content.map(mapPart) : [mapPart(content)];
};

interface MappedOutput {
  readonly parts: ConversationPart[];
  readonly failed: boolean;
}

/** What Codex writes above the output of a command. */
const EXIT_CODE = /^(?:Process exited with code|Exit code:) (-?\d+)$/m;
const HEAD_LENGTH = 400;

const failsByText = (text: string): boolean => {
  if (text.startsWith('Script failed\n')) return true;
  const code = EXIT_CODE.exec(text.slice(0, HEAD_LENGTH))?.[1];
  return code !== undefined && code !== '0';
};

/** `{"output":"…","metadata":{"exit_code":1}}`, as older versions of Codex wrap a command's output. */
const unwrapOutput = (text: string): MappedOutput | undefined => {
  if (!text.startsWith('{"output":')) return undefined;
  const fields = fieldsOf(parseJson(text));
  const output = stringOf(fields.output);
  if (output === undefined) return undefined;
  const exitCode = fieldsOf(fields.metadata).exit_code;
  return { parts: mapContent(output), failed: typeof exitCode === 'number' && exitCode !== 0 };
};

/** One entry of a `shell_call_output`: both streams, and how the command ended. */
const mapShellEntry = (entry: unknown): MappedOutput => {
  const { stdout, stderr, outcome } = fieldsOf(entry);
  const text = [stringOf(stdout), stringOf(stderr)].filter(Boolean).join('\n');
  const exitCode = fieldsOf(outcome).exit_code;
  return { parts: mapContent(text), failed: exitCode !== undefined && exitCode !== 0 };
};

/** What a tool gave back: a text, a list of parts, or the entries of a shell. */
export const mapToolOutput = (output: unknown): MappedOutput => {
  if (typeof output === 'string') {
    return unwrapOutput(output) ?? { parts: mapContent(output), failed: failsByText(output) };
  }
  const entries = listOf(output);
  if (entries.some((entry) => 'stdout' in fieldsOf(entry))) {
    const mapped = entries.map(mapShellEntry);
    return { parts: mapped.flatMap(({ parts }) => parts), failed: mapped.some(({ failed }) => failed) };
  }
  const parts = mapContent(output);
  const [first] = parts;
  return { parts, failed: first?.kind === 'text' && failsByText(first.text) };
};
