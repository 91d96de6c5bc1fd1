// Reads a list of {format, text} from standard input and answers, for each, what
// an independent reader of that format makes of it: {error} or {names}.
import { check } from "@placemarkio/check-geojson";
import { parse as parseCSV } from "csv-parse/sync";
import ICAL from "ical.js";
import jsonld from "jsonld";
import ts from "typescript";

// The context of schema.org is a vocabulary and the kinds of a few terms; what
// it says of terms is checked by their types (schema-dts). Nothing is fetched.
const contexts = { "https://schema.org": { "@context": { "@vocab": "https://schema.org/" } } };

async function documentLoader(url) {
  if (!contexts[url]) throw new Error(`would fetch ${url}`);
  return { contextUrl: null, documentUrl: url, document: contexts[url] };
}

// bare gives a document without what JSON-LD adds to a text: its language.
function bare(node) {
  if (Array.isArray(node)) return node.map(bare);
  if (node === null || typeof node !== "object") return node;
  if ("@value" in node) return node["@value"];
  return Object.fromEntries(Object.entries(node).map(([k, v]) => [k, bare(v)]));
}

// typed holds each thing of a graph against the types of schema.org.
function typed(graph) {
  const file = `${import.meta.dirname}/said.ts`;
  const source = 'import type { Thing } from "schema-dts";\n'
    + graph.map((thing, i) => `export const said${i}: Thing = ${JSON.stringify(bare(thing))};`).join("\n");
  const options = { strict: true, noEmit: true, module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022, skipLibCheck: true, types: [] };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, ...rest) => name === file ? ts.createSourceFile(name, source, options.target) : getSourceFile.call(host, name, ...rest);
  host.fileExists = (name) => name === file || fileExists.call(host, name);
  host.readFile = (name) => name === file ? source : readFile.call(host, name);
  const complaints = ts.getPreEmitDiagnostics(ts.createProgram([file], options, host));
  if (complaints.length > 0) throw new Error(complaints.map((c) => ts.flattenDiagnosticMessageText(c.messageText, " ")).join("; "));
}

const judges = {
  async jsonld(text) {
    const document = JSON.parse(text);
    const expanded = await jsonld.expand(document, { documentLoader, safe: true });
    await jsonld.toRDF(document, { documentLoader, safe: true });
    typed(document["@graph"]);
    return expanded.filter((n) => n["@type"].includes("https://schema.org/Organization")).map((n) => n["https://schema.org/name"][0]["@value"]);
  },
  async geojson(text) {
    return check(text).features.map((f) => f.properties.name);
  },
  async csv(text) {
    const rows = parseCSV(text, { bom: true, columns: true, record_delimiter: "\r\n" });
    return rows.map((r) => r.name);
  },
  async vcard(text) {
    const cards = text.split(/(?<=END:VCARD\r\n)/).map((one) => new ICAL.Component(ICAL.parse(one)));
    return cards.map((card) => {
      if (card.name !== "vcard" || card.getFirstPropertyValue("version") !== "4.0") throw new Error("is no card of version 4.0");
      return card.getFirstPropertyValue("fn");
    });
  },
};

let input = "";
for await (const chunk of process.stdin) input += chunk;
const answers = [];
for (const { format, text } of JSON.parse(input)) {
  try {
    answers.push({ names: await judges[format](text) });
  } catch (error) {
    answers.push({ error: String(error.message ?? error).slice(0, 2000) });
  }
}
console.log(JSON.stringify(answers));
