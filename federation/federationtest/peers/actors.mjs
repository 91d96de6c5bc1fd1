// The actors of the peer: each is a Person with keys of its own, which may move
// and whose keys may be replaced.
import { createFederation, generateCryptoKeyPair, MemoryKvStore } from "@fedify/fedify";
import { Accept, Activity, Endpoints, Follow, Person } from "@fedify/vocab";
import { note } from "./journal.mjs";

export const port = Number(process.argv[2]);
export const origin = `http://localhost:${port}`;

/** The one who reads, and the name that she has after a move. */
export const me = "lectrice";
export const home = "lectrice-ailleurs";

// Fedify makes RSA keys of 4096 bits, which takes seconds; these are as long as
// most servers' are.
const rsa = { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" };

async function newKeys() {
  return [await crypto.subtle.generateKey(rsa, true, ["sign", "verify"]), await generateCryptoKeyPair("Ed25519")];
}

/** By name: {keys, successor, aliases}. */
export const actors = new Map([
  [me, { keys: await newKeys(), aliases: [] }],
  [home, { keys: await newKeys(), aliases: [] }],
]);

/** Replaces the keys of an actor, under the ids of before, and gives the old ones. */
export async function rotate(name) {
  const actor = actors.get(name);
  const before = actor.keys;
  actor.keys = await newKeys();
  return before;
}

export const federation = createFederation({
  kv: new MemoryKvStore(),
  origin,
  allowPrivateAddress: true,
  firstKnock: process.argv[3] ?? "rfc9421",
});

/** The actor as the peer serves it, and as its Updates carry it. */
export async function person(ctx, name) {
  const actor = actors.get(name);
  if (!actor) return null;
  const keys = await ctx.getActorKeyPairs(name);
  return new Person({
    id: ctx.getActorUri(name),
    preferredUsername: name,
    name: "Une lectrice",
    inbox: ctx.getInboxUri(name),
    endpoints: new Endpoints({ sharedInbox: ctx.getInboxUri() }),
    publicKey: keys[0].cryptographicKey,
    assertionMethods: keys.map((k) => k.multikey),
    successor: actor.successor ? new URL(actor.successor) : null,
    aliases: actor.aliases.map((a) => new URL(a)),
  });
}

federation
  .setActorDispatcher("/actors/{identifier}", person)
  .setKeyPairsDispatcher((_ctx, name) => actors.get(name)?.keys ?? []);

federation.setInboxListeners("/actors/{identifier}/inbox", "/inbox").on(Activity, async (ctx, activity) => {
  await note(activity);
  if (activity instanceof Follow) await accept(ctx, activity);
});

/** Says yes to a Follow: nobody is turned away here. */
async function accept(ctx, follow) {
  const name = ctx.parseUri(follow.objectId)?.identifier;
  const follower = await follow.getActor(ctx);
  if (!name || !follower) return;
  const yes = new Accept({ id: new URL(`${origin}/accepts/${crypto.randomUUID()}`), actor: follow.objectId, object: follow });
  await ctx.sendActivity({ identifier: name }, follower, yes, { immediate: true });
}

export function context() {
  return federation.createContext(new URL(origin), undefined);
}
