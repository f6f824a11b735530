// ESLint's `complexity` and SonarJS's cognitive complexity of each function: paths on stdin, a JSON object a line out.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import path from "node:path";

const modules = path.join(process.argv[2], "node_modules");
const root = process.argv[3];
const require = createRequire(path.join(modules, "x.js"));
const { Linter } = require("eslint");
const typescript = require("typescript-eslint");
const sonarjs = require("eslint-plugin-sonarjs");
const ast = require(path.join(modules, "eslint/lib/rules/utils/ast-utils.js"));
const { getMainFunctionTokenLocation } = require(path.join(modules, "eslint-plugin-sonarjs/cjs/helpers/location.js"));

// The place where both rules report a function, and the place of its name: the two differ.
let places;
const place = {
  create(context) {
    const key = (loc) => `${loc.start.line}:${loc.start.column}`;
    const named = (node, name) => {
      const head = ast.getFunctionHeadLoc(node, context.sourceCode);
      const sonar = getMainFunctionTokenLocation(node, node.parent, context);
      places.set(`c${key(head)}`, { line: name.line, name: name.text, id: node.range[0] });
      if (sonar) places.set(`s${key(sonar)}`, { line: name.line, name: name.text, id: node.range[0] });
    };
    return {
      ":function"(node) {
        const holder = node.parent;
        const isMethod = holder.type === "MethodDefinition" || (holder.type === "Property" && (holder.method || holder.kind !== "init"));
        const at = node.id ?? (isMethod ? holder.key : node);
        named(node, { line: at.loc.start.line, text: node.id?.name ?? (isMethod ? holder.key.name : undefined) ?? "<anonymous>" });
      },
      PropertyDefinition(node) {
        if (node.value) places.set(`c${key(node.value.loc)}f`, { line: node.key.loc.start.line, name: "field", id: node.value.range[0] });
      },
    };
  },
};

const config = [{
  files: ["**/*.{js,cjs,mjs,jsx,ts,cts,mts,tsx,es6,es,gs,jsm,ssjs,pac}"],
  languageOptions: { parser: typescript.parser, ecmaVersion: "latest" },
  linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: "off" },
  plugins: { sonarjs, own: { rules: { place } } },
  rules: { complexity: ["error", 0], "sonarjs/cognitive-complexity": ["error", 0], "own/place": "error" },
}];

const linter = new Linter({ cwd: root });
for (const file of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const text = readFileSync(path.join(root, file), "utf8");
  places = new Map();
  const jsx = /\.(jsx?|tsx|mjs|cjs)$/.test(file);
  const options = structuredClone({ ecmaFeatures: { jsx } });
  config[0].languageOptions.parserOptions = options;
  let messages;
  try {
    messages = linter.verify(text, config, { filename: path.join(root, file) });
  } catch (error) {
    console.log(JSON.stringify({ path: file, error: String(error.message).split("\n")[0] }));
    continue;
  }
  // A file that ESLint does not accept has a message without a rule.
  const fatal = messages.find((message) => message.fatal || message.message.startsWith("No matching configuration"));
  if (fatal) {
    console.log(JSON.stringify({ path: file, error: fatal.message }));
    continue;
  }
  const units = new Map();
  for (const message of messages) {
    const at = `${message.line}:${message.column - 1}`;
    if (message.ruleId === "complexity") {
      const value = Number(/complexity of (\d+)/.exec(message.message)[1]);
      const field = message.message.startsWith("Class field");
      const block = message.message.startsWith("Class static");
      // An initialiser that decides nothing is no unit with us.
      if ((field || block) && value === 1) continue;
      const unit = field ? places.get(`c${at}f`) : places.get(`c${at}`);
      const found = unit ?? { line: message.line, name: "static", id: at };
      units.set(found.id + (field ? "f" : ""), { path: file, line: found.line, name: found.name, cyclomatic: value, cognitive: 0 });
    } else if (message.ruleId === "sonarjs/cognitive-complexity") {
      const found = places.get(`s${at}`);
      const value = Number(/from (\d+) to/.exec(message.message)[1]);
      const unit = found && units.get(found.id + "");
      if (unit) unit.cognitive = value;
      else units.set(`?${at}`, { path: file, line: found?.line ?? message.line, name: found?.name ?? "?", cognitive: value, late: found?.id });
    }
  }
  // The rules report in the order of places in the text: a function's cognitive figure may come before its cyclomatic.
  for (const unit of [...units.values()].filter((unit) => unit.late !== undefined)) {
    const other = units.get(unit.late + "");
    if (other) other.cognitive = unit.cognitive;
  }
  for (const unit of units.values()) if (unit.cyclomatic !== undefined) console.log(JSON.stringify(unit));
}
