"use strict";
const element = (name, properties, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};
const METHODS = ["get", "post", "put", "delete", "patch"];
let number = 0;

const resolve = (api, schema) => {
  if (!schema || !schema.$ref) return schema || {};
  return schema.$ref.slice(2).split("/").reduce((value, part) => value && value[part], api) || {};
};

const example = (api, given, depth = 0) => {
  const schema = resolve(api, given);
  if (depth > 4) return null;
  if (schema.examples) return schema.examples[0];
  if ("const" in schema) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.anyOf) return example(api, schema.anyOf[0], depth + 1);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === "object") {
    const required = schema.required || [];
    const members = Object.entries(schema.properties || {}).filter(([name]) => required.includes(name));
    return Object.fromEntries(members.map(([name, member]) => [name, example(api, member, depth + 1)]));
  }
  if (type === "array") return [];
  if (type === "integer" || type === "number") return schema.minimum || 0;
  if (type === "boolean") return false;
  return "";
};

const field = (text, input) => {
  input.id = "field" + (number += 1);
  return [element("label", { htmlFor: input.id, textContent: text }), input];
};

const send = async (path, method, inputs, body, output) => {
  const headers = {};
  const query = new URLSearchParams();
  let address = path;
  for (const { parameter, input } of inputs) {
    const value = input.value;
    if (parameter.in === "path") address = address.replace("{" + parameter.name + "}", encodeURIComponent(value));
    else if (value !== "" && parameter.in === "query") query.set(parameter.name, value);
    else if (value !== "") headers[parameter.name] = value;
  }
  const token = document.getElementById("token").value;
  if (token) headers.Authorization = "Bearer " + token;
  if (body) headers["Content-Type"] = "application/json";
  if (query.size) address += "?" + query;
  output.replaceChildren("Waiting…");
  const stop = new AbortController();
  try {
    const begin = performance.now();
    const response = await fetch(address, { method: method.toUpperCase(), headers, body: body && body.value, signal: stop.signal });
    const kind = response.headers.get("content-type") || "";
    const head = element("p", { className: response.ok ? "good" : "bad", textContent: response.status + " " + response.statusText });
    const shown = element("pre", { tabIndex: 0 });
    shown.setAttribute("aria-label", "Answer");
    output.replaceChildren(head, element("p", { textContent: method.toUpperCase() + " " + address + " (" + kind + ")" }), shown);
    if (kind.startsWith("text/event-stream")) {
      const button = element("button", { type: "button", textContent: "Stop" });
      button.addEventListener("click", () => stop.abort());
      output.append(button);
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) shown.append(part.value);
      button.remove();
      return;
    }
    const text = await response.text();
    head.append(" in " + Math.round(performance.now() - begin) + " ms, " + text.length + " characters");
    let pretty = text;
    if (kind.includes("json")) {
      try { pretty = JSON.stringify(JSON.parse(text), null, 2); } catch { /* It is shown as it came. */ }
    }
    shown.textContent = pretty.length > 200000 ? pretty.slice(0, 200000) + "\n… (" + pretty.length + " characters)" : pretty;
  } catch (error) {
    if (!stop.signal.aborted) output.replaceChildren(element("p", { className: "bad", textContent: String(error) }));
  }
};

const card = (api, path, method, operation) => {
  const inside = element("div", { className: "in" });
  const inputs = [];
  for (const parameter of operation.parameters || []) {
    const schema = resolve(api, parameter.schema);
    const type = parameter.in === "path" && schema.enum ? schema.enum[0] : "";
    const input = element("input", { value: type, spellcheck: false, autocomplete: "off" });
    const hint = parameter.description ? ": " + parameter.description : "";
    inside.append(...field(parameter.name + " (" + parameter.in + (parameter.required ? ", required" : "") + ")" + hint, input));
    inputs.push({ parameter, input });
  }
  let body = null;
  if (operation.requestBody) {
    const schema = operation.requestBody.content["application/json"].schema;
    body = element("textarea", { spellcheck: false, value: JSON.stringify(example(api, schema), null, 2) });
    inside.append(...field("Body, as JSON", body));
  }
  const rows = Object.entries(operation.responses).map(([status, response]) =>
    element("tr", {}, element("th", { scope: "row", textContent: status }), element("td", { textContent: response.description }),
      element("td", { textContent: Object.keys(response.content || {}).join(", ") })));
  const output = element("div", {});
  output.setAttribute("aria-live", "polite");
  const button = element("button", { type: "button", textContent: "Send" });
  button.addEventListener("click", () => send(path, method, inputs, body, output));
  inside.append(button, output, element("table", {}, element("caption", { textContent: "Answers" }), element("tbody", {}, ...rows)));
  const summary = element("summary", {}, element("span", { className: "method", textContent: method.toUpperCase() }), " ",
    element("code", { textContent: path }), element("span", { className: "what", textContent: operation.summary }));
  return element("details", { id: operation.operationId }, summary, inside);
};

const show = (api) => {
  document.getElementById("about").replaceChildren(api.info.description + " Version " + api.info.version + ", ",
    element("a", { href: "/api/openapi.json", textContent: "OpenAPI " + api.openapi }), ".");
  for (const tag of api.tags) {
    const cards = [];
    for (const [path, methods] of Object.entries(api.paths)) {
      for (const method of METHODS) {
        const operation = methods[method];
        if (operation && operation.tags.includes(tag.name)) cards.push(card(api, path, method, operation));
      }
    }
    document.getElementById("main").append(element("section", {},
      element("h2", {}, tag.name + " ", element("small", { textContent: tag.description })), ...cards));
  }
  if (location.hash) {
    const wanted = document.getElementById(location.hash.slice(1));
    if (wanted) wanted.open = true;
  }
};

fetch("/api/openapi.json").then((response) => response.json()).then(show).catch((error) => {
  document.getElementById("about").replaceChildren(element("span", { className: "bad", textContent: "The description cannot be read: " + error }));
});
