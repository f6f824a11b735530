// Imported names that typescript-eslint calls unused: paths on stdin, a JSON object a line out.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import path from "node:path";

const [modules, root] = [path.join(process.argv[2], "node_modules"), process.argv[3]];
const require = createRequire(path.join(modules, "x.js"));
const { Linter } = require("eslint");
const typescript = require("typescript-eslint");

// The places of the names of imports, and of the beginnings of their statements.
let places;
const place = {
  create: () => ({
    ImportDeclaration(node) {
      for (const { local } of node.specifiers) places.set(`${local.loc.start.line}:${local.loc.start.column + 1}`, [node.loc.start.line, local.name]);
    },
  }),
};
const config = [{
  files: ["**/*.{js,cjs,mjs,jsx,ts,cts,mts,tsx}"],
  languageOptions: { parser: typescript.parser, ecmaVersion: "latest", parserOptions: { ecmaFeatures: { jsx: true } } },
  linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: "off" },
  plugins: { typescript: typescript.plugin, own: { rules: { place } } },
  rules: { "typescript/no-unused-vars": ["error", { args: "none", caughtErrors: "none" }], "own/place": "error" },
}];
const linter = new Linter({ cwd: root });
for (const file of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  places = new Map();
  config[0].languageOptions.parserOptions = { ecmaFeatures: { jsx: /\.(jsx?|tsx|mjs|cjs)$/.test(file) } };
  const messages = linter.verify(readFileSync(path.join(root, file), "utf8"), config, { filename: path.join(root, file) });
  const fatal = messages.find((message) => message.fatal || message.message.startsWith("No matching configuration"));
  if (fatal) {
    console.log(JSON.stringify({ path: file, error: fatal.message }));
    continue;
  }
  for (const message of messages) {
    const found = places.get(`${message.line}:${message.column}`);
    if (found) console.log(JSON.stringify({ path: file, line: found[0], name: found[1] }));
  }
}
