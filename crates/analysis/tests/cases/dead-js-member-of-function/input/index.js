function template(args) {
  return args;
}
function parse() {}
function dead_one() {}

export const text = template.toString();
export const version = parse.version;
