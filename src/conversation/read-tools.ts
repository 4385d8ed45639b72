import type { JsonObject } from '../base/json-object.ts';
import { fieldsOf, listOf, stringOf } from './json-fields.ts';

const nameOf = (tool: unknown): string => {
  const fields = fieldsOf(tool);
  const named = fieldsOf(fields.function ?? fields.custom ?? fields);
  return stringOf(named.name) ?? stringOf(fields.server_label) ?? stringOf(fields.type) ?? 'unknown';
};

/** @param tools a list of tools; those in namespaces become `namespace.name` */
export const namesOf = (tools: unknown): string[] =>
  listOf(tools).flatMap((tool) => {
    const fields = fieldsOf(tool);
    if (fields.type !== 'namespace') return [nameOf(tool)];
    return listOf(fields.tools).map((inner) => `${nameOf(tool)}.${nameOf(inner)}`);
  });

/**
 * Names of the tools that a request offers, those in namespaces as `namespace.name`. Some models of Codex
 * get them not in `tools` but in an `additional_tools` item of the input.
 */
export const toolNames = (request: JsonObject): string[] => [
  ...namesOf(request.tools),
  ...listOf(request.input).flatMap((item) => {
    const fields = fieldsOf(item);
    return fields.type === 'additional_tools' ? namesOf(fields.tools) : [];
  }),
];
