import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const SRC = join(import.meta.dirname, '../../../src');

export interface FoundPattern {
  /** File and line. */
  readonly place: string;
  readonly literal: string;
  readonly pattern: RegExp;
}

const parse = (file: string): ts.SourceFile =>
  ts.createSourceFile(
    file,
    readFileSync(join(SRC, file), 'utf8'),
    ts.ScriptTarget.Latest,
    true,
    file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS,
  );

const sources = (): ts.SourceFile[] =>
  readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map(parse);

const eachNode = (node: ts.Node, see: (node: ts.Node) => void): void => {
  see(node);
  ts.forEachChild(node, (child) => eachNode(child, see));
};

const placeOf = (source: ts.SourceFile, node: ts.Node): string =>
  `${source.fileName}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;

/** Every regular expression that stands in the source text. */
export const findPatterns = (): FoundPattern[] => {
  const found: FoundPattern[] = [];
  for (const source of sources()) {
    eachNode(source, (node) => {
      if (!ts.isRegularExpressionLiteral(node)) return;
      const end = node.text.lastIndexOf('/');
      const pattern = new RegExp(node.text.slice(1, end), node.text.slice(end + 1));
      found.push({ place: placeOf(source, node), literal: node.text, pattern });
    });
  }
  return found;
};

/** Where a pattern is composed at run time, so that nobody can look at it here. */
export const findComposedPatterns = (): string[] => {
  const found: string[] = [];
  for (const source of sources()) {
    eachNode(source, (node) => {
      const isCall = ts.isNewExpression(node) || ts.isCallExpression(node);
      if (isCall && node.expression.getText() === 'RegExp') found.push(placeOf(source, node));
    });
  }
  return found;
};
