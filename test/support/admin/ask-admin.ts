import { Ajv2020 } from 'ajv/dist/2020.js';
import { createOpenApi } from '../../../src/admin/openapi/create-openapi.ts';

const API = '/admin/api/v1';

/** Asks the API of a gateway as its page would. */
export const askAdmin = (port: number, path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}${API}/${path}`, init);

/** An answer that must be there, as JSON. */
export const readAdmin = async <Answer>(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> => {
  const response = await askAdmin(port, path, { headers });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Answer;
};

/** The OpenAPI document, as a judge of answers. */
export const createContract = () => {
  const document = createOpenApi('0.0.0-test');
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addSchema({ $id: 'api', ...document });
  const templates = Object.entries(document.paths).map(([template, operations]) => ({
    template,
    operations: operations as Record<string, { responses?: Record<string, unknown> }>,
    pattern: new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`),
  }));
  return {
    templates: templates.map(({ template }) => template),
    /** @returns what of an answer is not as the document says; empty where all is */
    check: (path: string, status: number, body: unknown, method = 'get'): string[] => {
      const plain = `/${path.split('?')[0]}`;
      const found = templates.find(({ pattern }) => pattern.test(plain));
      if (!found) return [`the document has no ${plain}`];
      const pointer = `api#/paths/${found.template.replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D')}/${method}/responses/${status}/content/application~1json/schema`;
      const validate = ajv.getSchema(pointer);
      if (!validate) return [`the document has no ${status} of ${plain}`];
      return validate(body)
        ? []
        : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
    },
  };
};
