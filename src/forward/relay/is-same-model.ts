/** What providers add to a model's name: a date, a revision, a stage, a price class. */
const SUFFIX =
  /(?:[-@:_.]?(?:latest|preview|exp|experimental|stable|beta|free|fp8|\d{4}-\d{2}-\d{2}|\d{2}-\d{4}|\d{2}-\d{2}|\d{3,8}|v\d{1,3}:\d{1,3}))$/;

/** Bedrock names a region and a maker before the model, routers the maker, servers a path. */
const bareName = (model: string): string => {
  let name = model
    .toLowerCase()
    .replace(/^.*\//, '')
    .replace(/^(?:[a-z]{2,6}\.)?(?:anthropic|meta|mistral|amazon|deepseek|openai|qwen)\./, '');
  for (let rounds = 0; rounds < 4; rounds++) {
    const shorter = name.replace(SUFFIX, '');
    if (shorter === name || shorter === '') break;
    name = shorter;
  }
  return name;
};

/**
 * Whether an answer's model is the requested one, possibly under the name of a snapshot:
 * `gpt-4o-2024-07-18` is `gpt-4o`, and `gpt-4o-mini` is not.
 */
export const isSameModel = (sent: string, answered: string): boolean =>
  sent === answered || bareName(sent.slice(0, 200)) === bareName(answered.slice(0, 200));
