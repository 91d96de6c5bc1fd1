// A complete ActivityPub peer on Fedify, and a control interface for tests.
//
//   node peer.mjs PORT FIRST_KNOCK
//
// FIRST_KNOCK is "rfc9421" or "draft-cavage-http-signatures-12": what the peer
// tries first when it sends. The control interface is POST /control/VERB with a
// JSON object; control.mjs has the verbs.
import { createServer } from "node:http";
import { verifyObject } from "@fedify/fedify";
import { Activity } from "@fedify/vocab";
import { context, federation, origin, port } from "./actors.mjs";
import { check } from "./checkers.mjs";
import { control, settings } from "./control.mjs";
import { received } from "./journal.mjs";

function readBody(req) {
  return new Promise((resolve, reject) => {
    const parts = [];
    req.on("data", (p) => parts.push(p));
    req.on("end", () => resolve(Buffer.concat(parts)));
    req.on("error", reject);
  });
}

async function answerControl(req, res, body) {
  const verb = req.url.slice("/control/".length);
  try {
    const answer = await control[verb](JSON.parse(body.toString() || "{}") ?? {});
    res.writeHead(200, { "Content-Type": "application/json" });
    res.end(JSON.stringify(answer));
  } catch (e) {
    res.writeHead(500, { "Content-Type": "application/json" });
    res.end(JSON.stringify({ error: String(e.stack ?? e) }));
  }
}

/** Says what Fedify makes of the integrity proof of an activity: "holds", or why not. */
async function checkProof(activity) {
  try {
    const { documentLoader, contextLoader } = context();
    return (await verifyObject(Activity, activity, { documentLoader, contextLoader })) ? "holds" : "does not hold";
  } catch (e) {
    return String(e.message ?? e);
  }
}

async function answerFederation(req, res, body) {
  const entry = { method: req.method, path: req.url, status: 0, activity: null };
  if (req.method === "POST") {
    entry.check = await check(req, body, origin);
    try {
      entry.activity = JSON.parse(body.toString());
    } catch (e) {
      entry.check.error ??= `body: ${e.message}`;
    }
    if (entry.activity?.proof) entry.proof = await checkProof(entry.activity);
    received.push(entry);
  } else if (req.headers["user-agent"]?.startsWith("matou/")) {
    // A node signs what it asks for too: some peers answer nobody else.
    // (Fedify also asks itself.)
    entry.check = await check(req, body, origin);
    received.push(entry);
  }
  if (settings.refuseCavage && req.method === "POST" && !req.headers["signature-input"]) {
    entry.status = 401;
    res.writeHead(401).end();
    return;
  }
  const request = new Request(origin + req.url, {
    method: req.method,
    headers: Object.entries(req.headers).flatMap(([k, v]) => [v].flat().map((x) => [k, x])),
    body: req.method === "POST" ? body : undefined,
  });
  const response = await federation.fetch(request, { contextData: undefined });
  entry.status = response.status;
  res.writeHead(response.status, Object.fromEntries(response.headers));
  res.end(Buffer.from(await response.arrayBuffer()));
}

const server = createServer(async (req, res) => {
  try {
    const body = await readBody(req);
    await (req.url.startsWith("/control/") ? answerControl(req, res, body) : answerFederation(req, res, body));
  } catch (e) {
    console.error(e);
    if (!res.headersSent) res.writeHead(500);
    res.end();
  }
});
server.listen(port, "127.0.0.1", () => console.log(`peer ready ${origin}`));
// The test that started the peer holds its standard input: when it goes, so
// does the peer.
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
