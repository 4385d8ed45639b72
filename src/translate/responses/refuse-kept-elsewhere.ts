import { GatewayError } from '../../base/errors.ts';
import { isObject, type JsonObject, nonEmptyString } from '../../base/json-object.ts';

const MAX_ID_LENGTH = 100;

const idOf = (value: unknown): string =>
  (nonEmptyString(isObject(value) ? value.id : value) ?? 'of an unknown form').slice(0, MAX_ID_LENGTH);

const refuse = (what: string, remedy: string, param: string): never => {
  throw new GatewayError(
    'invalid_request',
    `${what} is stored by OpenAI only, and this model's provider cannot read it. ${remedy}`,
    { param },
  );
};

const isSet = (value: unknown): boolean => value !== undefined && value !== null;

/**
 * Refuses what a request only names, and OpenAI has: without it the model would answer another question.
 * @throws GatewayError invalid_request
 */
export const refuseKeptElsewhere = (request: JsonObject): void => {
  const { conversation, prompt } = request;
  if (isSet(conversation)) {
    refuse(
      `The conversation ${idOf(conversation)}`,
      'Send the whole conversation as `input`, without `conversation`.',
      'conversation',
    );
  }
  if (isSet(prompt)) {
    refuse(
      `The stored prompt ${idOf(prompt)}`,
      'Send its text as `instructions` or `input`, without `prompt`.',
      'prompt',
    );
  }
};

/**
 * @param part of a message
 * @throws GatewayError invalid_request where it names a file that OpenAI keeps
 */
export const refuseFileId = (part: JsonObject): void => {
  if (!isSet(part.file_id)) return;
  refuse(
    `The file ${idOf(part.file_id)}`,
    'Send its bytes with the request: `image_url` as a data URL for an image, `file_data` for a file.',
    'input',
  );
};

/**
 * @param audio of an answer
 * @throws GatewayError invalid_request where it names sound that OpenAI keeps
 */
export const refuseAudioId = (audio: JsonObject): void => {
  if (!isSet(audio.id)) return;
  refuse(`The sound ${idOf(audio.id)}`, 'Send its transcript as `content`, without `audio`.', 'messages');
};

/**
 * @param tool of OpenAI's own
 * @throws GatewayError invalid_request where it searches what OpenAI keeps
 */
export const refuseStores = ({ type, vector_store_ids: ids }: JsonObject): void => {
  if (type !== 'file_search' || !Array.isArray(ids) || ids.length === 0) return;
  refuse(
    `The vector store ${idOf(ids[0])}`,
    'Leave `file_search` out of `tools`, and send what matters.',
    'tools',
  );
};
