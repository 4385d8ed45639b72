import type { Dialect } from '../ask.ts';
import { DECLARE_CALLED_TOOLS } from './declare-called-tools.ts';
import { DROP_EMPTY_TEXTS } from './drop-empty-texts.ts';
import { FIT_ANSWER_SCHEMA, FIT_TOOL_SCHEMAS } from './fit-schemas.ts';
import { LIMIT_IMAGES } from './limit-images.ts';
import { LIMIT_OUTPUT } from './limit-output.ts';
import { LIMIT_TOOLS } from './limit-tools.ts';
import { REPAIR_ARGUMENTS } from './repair-arguments.ts';
import { REPAIR_CHARACTERS } from './repair-characters.ts';
import { REPAIR_MEDIA } from './repair-media.ts';
import type { RepairPass } from './repair-pass.ts';
import { TELL_FORMAT } from './tell-format.ts';

/**
 * Every repair, in the order in which they run. Arguments are objects before their members are renamed, tools
 * are counted before their schemas are read, and a format that is told in words needs no schema that fits.
 * What a repair does beyond this depends on the provider's needs. How calls meet their results, and what
 * order of roles a provider insists on, is part of writing the messages of each API.
 */
const ALL: readonly RepairPass[] = [
  REPAIR_CHARACTERS,
  REPAIR_ARGUMENTS,
  REPAIR_MEDIA,
  LIMIT_IMAGES,
  DROP_EMPTY_TEXTS,
  DECLARE_CALLED_TOOLS,
  LIMIT_TOOLS,
  FIT_TOOL_SCHEMAS,
  TELL_FORMAT,
  FIT_ANSWER_SCHEMA,
  LIMIT_OUTPUT,
];

/** The repairs of each kind of provider. */
export const REPAIRS: Readonly<Record<Dialect, readonly RepairPass[]>> = {
  chat: ALL,
  // It has a form of its own for the schema of an answer, which the writer fits.
  anthropic: ALL.filter((pass) => pass !== FIT_ANSWER_SCHEMA && pass !== TELL_FORMAT),
  gemini: ALL,
  responses: ALL,
};
