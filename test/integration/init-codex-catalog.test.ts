import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createInitHome, type InitHome, runInitCodex } from '../support/codex/run-init-codex.ts';

const CATALOG = { models: [{ slug: 'gpt-5.5', visibility: 'list' }] };

let home: InitHome;
let gateway: Server | undefined;

beforeEach(async () => {
  home = await createInitHome();
});
afterEach(() => {
  home.remove();
  gateway?.closeAllConnections();
  gateway?.close();
  gateway = undefined;
});

/** Puts a command on the path that says it is Codex, and prints this for `debug models --bundled`. */
const installCodex = (printed: string): NodeJS.ProcessEnv => {
  const bin = join(home.homeDir, 'bin');
  mkdirSync(bin);
  const script = `#!/bin/sh
case "$*" in
  --version) echo 'codex-cli 1.2.3';;
  'debug models --bundled') echo "WARNING: $CODEX_HOME" >&2; cat <<'END'
${printed}
END
  ;;
  *) exit 2;;
esac
`;
  writeFileSync(join(bin, 'codex'), script, { mode: 0o755 });
  return { PATH: `${bin}${delimiter}${process.env.PATH}` };
};

const serveModels = async (status: number, body: unknown): Promise<{ url: string; keys: unknown[] }> => {
  const keys: unknown[] = [];
  gateway = createServer((request, response) => {
    // It is also asked for its health, without a key.
    if (request.url?.endsWith('/models')) keys.push(request.headers.authorization);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => gateway?.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/v1`, keys };
};

const catalogFile = (): string => join(home.homeDir, '.gomodel-ts', 'codex-models.json');
const slugs = (): string[] =>
  JSON.parse(readFileSync(catalogFile(), 'utf8')).models.map(({ slug }: { slug: string }) => slug);

describe('init-codex --catalog', () => {
  it('adds the text models of the gateway and the chosen one, and names the file', async () => {
    const env = { ...installCodex(JSON.stringify(CATALOG)), GOMODEL_MASTER_KEY: 'mk' };
    const { url, keys } = await serveModels(200, {
      data: [{ id: 'deepseek-v4', owned_by: 'deepseek' }, { id: 'text-embedding-3' }, { id: 'gpt-5.5' }, {}],
    });
    await runInitCodex(home, ['--catalog', '--model', 'mine', '--base-url', url], { env });
    expect(slugs()).toEqual(['gpt-5.5', 'mine', 'deepseek-v4']);
    expect(keys).toEqual(['Bearer mk']);
    expect(readFileSync(home.config, 'utf8')).toContain(`model_catalog_json = "${catalogFile()}"\n`);
    const { stderr } = await runInitCodex(home, ['--undo']);
    expect(stderr).toContain('Removed');
  });

  it.each([
    ['refuses', 401, {}, 'it answered 401'],
    ['answers something else', 200, 'hello', 'what it answered is none'],
  ])('does with the models of Codex where the gateway %s', async (_what, status, body, said) => {
    const env = installCodex(JSON.stringify(CATALOG));
    const { url } = await serveModels(status, body);
    const { error, stderr } = await runInitCodex(home, ['--catalog', '--base-url', url], { env });
    expect(error).toBeUndefined();
    expect(stderr).toContain(said);
    expect(slugs()).toEqual(['gpt-5.5']);
  });

  it.each([
    ['there is no Codex', undefined, 'npm install -g @openai/codex'],
    ['Codex prints no catalog', 'no JSON', 'Codex 1.2.3'],
    ['the catalog is empty', '{"models":[]}', 'Codex 1.2.3'],
  ])('writes nothing where %s', async (_what, printed, said) => {
    const env = printed === undefined ? { PATH: home.homeDir } : installCodex(printed);
    const { error } = await runInitCodex(home, ['--catalog', '--base-url', 'http://127.0.0.1:1/v1'], { env });
    expect(error).toMatchObject({ code: 'command_failed', message: expect.stringContaining(said) });
    expect(existsSync(home.config)).toBe(false);
    expect(existsSync(catalogFile())).toBe(false);
  });

  it('writes no catalog for --dry-run', async () => {
    const env = installCodex(JSON.stringify(CATALOG));
    const { stdout } = await runInitCodex(home, ['--catalog', '--dry-run'], { env });
    expect(stdout).toContain('+model_catalog_json = ');
    expect(existsSync(catalogFile())).toBe(false);
  });
});
