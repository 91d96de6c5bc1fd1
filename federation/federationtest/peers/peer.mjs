// A complete ActivityPub peer on Fedify, and a control interface for tests.
//
//   node peer.mjs PORT FIRST_KNOCK
//
// FIRST_KNOCK is "rfc9421" or "draft-cavage-http-signatures-12": what the peer
// tries first when it sends. The control interface is under /control:
//
//   GET  /control/received   what arrived: [{path, activity, check, status}]
//   POST /control/follow     {"actor": IRI}    follows
//   POST /control/unfollow   {"actor": IRI}    undoes the follow
//   POST /control/lookup     {"handle": "acct:…"}  what Fedify finds by it
//   POST /control/object     {"id": IRI}       what Fedify reads there
//   POST /control/signed     {"object": IRI}   an Announce with a proof by Fedify
//   POST /control/settings   {"refuseCavage": bool}  answers 401 to draft-cavage
import { createServer } from "node:http";
import { createFederation, exportJwk, generateCryptoKeyPair, MemoryKvStore, signObject, verifyObject } from "@fedify/fedify";
import { Activity, Announce, Endpoints, Follow, isActor, Person, Undo } from "@fedify/vocab";
import { check, forgetKeys } from "./checkers.mjs";

const port = Number(process.argv[2]);
const firstKnock = process.argv[3] ?? "rfc9421";
const origin = `http://localhost:${port}`;
const me = "lectrice";

const received = [];
const read = []; // what Fedify made of what it took
const settings = { refuseCavage: false };
const follows = new Map(); // actor IRI -> Follow id
const keyPairs = [await generateCryptoKeyPair("RSASSA-PKCS1-v1_5"), await generateCryptoKeyPair("Ed25519")];

const federation = createFederation({
  kv: new MemoryKvStore(),
  origin,
  allowPrivateAddress: true,
  firstKnock,
});

federation
  .setActorDispatcher("/actors/{identifier}", async (ctx, identifier) => {
    if (identifier !== me) return null;
    const keys = await ctx.getActorKeyPairs(identifier);
    return new Person({
      id: ctx.getActorUri(identifier),
      preferredUsername: identifier,
      name: "Une lectrice",
      inbox: ctx.getInboxUri(identifier),
      endpoints: new Endpoints({ sharedInbox: ctx.getInboxUri() }),
      publicKey: keys[0].cryptographicKey,
      assertionMethods: keys.map((k) => k.multikey),
    });
  })
  .setKeyPairsDispatcher((_ctx, identifier) => (identifier === me ? keyPairs : []));

federation
  .setInboxListeners("/actors/{identifier}/inbox", "/inbox")
  .on(Activity, async (_ctx, activity) => {
    const object = await activity.getObject({ suppressError: true });
    read.push({
      type: activity.constructor.name,
      id: activity.id?.href,
      actor: activity.actorId?.href,
      object: object?.id?.href ?? activity.objectId?.href,
      objectType: object?.constructor.name,
      content: object?.content?.toString(),
      language: object?.contents?.find((c) => c?.locale)?.locale?.toString(),
      replyTo: object?.replyTargetId?.href,
      updated: object?.updated?.toString(),
    });
  });

async function context() {
  return federation.createContext(new URL(origin), undefined);
}

async function send(ctx, actorIRI, activity) {
  const target = await ctx.lookupObject(actorIRI);
  if (!isActor(target)) throw new Error(`${actorIRI} is no actor`);
  await ctx.sendActivity({ identifier: me }, target, activity, { immediate: true });
}

const control = {
  async follow({ actor }) {
    const ctx = await context();
    const id = new URL(`${origin}/follows/${crypto.randomUUID()}`);
    follows.set(actor, id);
    await send(ctx, actor, new Follow({ id, actor: ctx.getActorUri(me), object: new URL(actor) }));
    return { id: id.href };
  },
  async unfollow({ actor }) {
    const ctx = await context();
    const mine = ctx.getActorUri(me);
    await send(
      ctx,
      actor,
      new Undo({
        id: new URL(`${origin}/undos/${crypto.randomUUID()}`),
        actor: mine,
        object: new Follow({ id: follows.get(actor), actor: mine, object: new URL(actor) }),
      }),
    );
    follows.delete(actor);
    return {};
  },
  async lookup({ handle }) {
    const ctx = await context();
    const found = await ctx.lookupObject(handle);
    return { id: found?.id?.href, type: found?.constructor.name, name: found?.name?.toString() };
  },
  async object({ id }) {
    const ctx = await context();
    const found = await ctx.lookupObject(id);
    const attachments = [];
    if (found?.getAttachments) for await (const a of found.getAttachments()) attachments.push({ name: a.name?.toString(), value: a.value?.toString() });
    return {
      id: found?.id?.href,
      type: found?.constructor.name,
      name: found?.name?.toString(),
      summary: found?.summary?.toString(),
      content: found?.content?.toString(),
      attachments,
    };
  },
  async signed({ object }) {
    const ctx = await context();
    const [, ed25519] = await ctx.getActorKeyPairs(me);
    const announce = new Announce({ id: new URL(`${origin}/announces/1`), actor: ctx.getActorUri(me), object: new URL(object) });
    const signed = await signObject(announce, ed25519.privateKey, ed25519.multikey.id, ctx);
    return { activity: await signed.toJsonLd({ format: "compact", contextLoader: ctx.contextLoader }), key: await ed25519.multikey.toJsonLd() };
  },
  async settings(changes) {
    Object.assign(settings, changes);
    forgetKeys();
    return settings;
  },
  async key() {
    return { jwk: await exportJwk(keyPairs[0].publicKey) };
  },
};

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
    const answer = verb === "received" ? { received, read } : await control[verb](JSON.parse(body.toString() || "{}"));
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
    const { documentLoader, contextLoader } = await context();
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
