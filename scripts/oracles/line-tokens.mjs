// Lines of code, comments and blanks by TypeScript's parser: `node line-tokens.mjs MODULES ROOT`, paths on stdin.
//
// A line with any token is code, one with nothing but comments is a comment. Lines inside of a token (a template, a text of
// JSX) or of a comment belong to it.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const [modules, root] = process.argv.slice(2);
const ts = createRequire(join(modules, 'node_modules/'))('typescript');
const kinds = { jsx: ts.ScriptKind.JSX, tsx: ts.ScriptKind.TSX, ts: ts.ScriptKind.TS, mts: ts.ScriptKind.TS, cts: ts.ScriptKind.TS };

for (const path of readFileSync(0, 'utf8').split('\n').filter(Boolean)) {
  const text = readFileSync(join(root, path), 'utf8').replace(/^\uFEFF/, '');
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, false, kinds[path.split('.').pop()] ?? ts.ScriptKind.JSX);
  const bad = file.parseDiagnostics.length;
  const lines = new Uint8Array(file.getLineStarts().length); // 2: code, 1: comment.
  const mark = (from, to, kind) => {
    const first = file.getLineAndCharacterOfPosition(from).line, last = file.getLineAndCharacterOfPosition(Math.max(from, to - 1)).line;
    for (let at = first; at <= last; at++) lines[at] = Math.max(lines[at], kind);
  };
  const visit = (node) => {
    const isDocumentation = (child) => child.kind >= ts.SyntaxKind.FirstJSDocNode && child.kind <= ts.SyntaxKind.LastJSDocNode;
    const children = node.getChildren(file).filter((child) => !isDocumentation(child));
    if (children.length) return children.forEach(visit);
    const start = node.getStart(file, false);
    // Comments are what is before a token and no space.
    const gap = text.slice(node.pos, start);
    if (node.kind !== ts.SyntaxKind.JsxText) for (const range of comments(gap)) mark(node.pos + range[0], node.pos + range[1], 1);
    if (node.kind === ts.SyntaxKind.JsxText) {
      // Spaces between elements are no text.
      const from = node.pos + (text.slice(node.pos, node.end).search(/\S/));
      if (from >= node.pos) mark(from, node.pos + text.slice(node.pos, node.end).trimEnd().length, 2);
    } else if (node.end > start) mark(start, node.end, 2);
  };
  visit(file);
  const count = [0, 0, 0];
  // What is behind the last line's end is no line.
  const total = text === '' ? 0 : lines.length - (/[\n\r\u2028\u2029]$/.test(text) ? 1 : 0);
  for (let at = 0; at < total; at++) count[lines[at]]++;
  console.log(JSON.stringify(bad ? { path, error: 'syntax' } : { path, code: count[2], comments: count[1], blanks: count[0] }));
}

function* comments(gap) {
  for (const match of gap.matchAll(/\/\*[^]*?\*\/|\/\/[^\n\r]*|^#![^\n\r]*/g)) yield [match.index, match.index + match[0].length];
}
