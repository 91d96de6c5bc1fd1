// The verbs of the control interface.
import { signObject } from "@fedify/fedify";
import * as vocab from "@fedify/vocab";
import { actors, context, home, me, origin, person, rotate } from "./actors.mjs";
import { forgetKeys } from "./checkers.mjs";
import { read, received } from "./journal.mjs";

const { Announce, Follow, Move, Note, Undo, Update, isActor } = vocab;

export const settings = { refuseCavage: false };
const follows = new Map(); // "name actor" -> id of the Follow

/** An id of the peer that was not given before. */
function fresh(kind) {
  return new URL(`${origin}/${kind}/${crypto.randomUUID()}`);
}

/** Delivers one activity at once, and gives the status that it got. */
async function deliver(ctx, name, actor, activity, sender = { identifier: name }) {
  const target = await ctx.lookupObject(actor, { documentLoader: await ctx.getDocumentLoader({ identifier: name }) });
  if (!isActor(target)) throw new Error(`${actor} is no actor`);
  try {
    await ctx.sendActivity(sender, target, activity, { immediate: true });
  } catch (e) {
    if (!e.statusCode) throw e;
    return e.statusCode;
  }
  return 202;
}

/** What Fedify understood of an object. */
async function understood(found) {
  const attachments = [];
  if (found?.getAttachments) for await (const a of found.getAttachments()) attachments.push({ name: a.name?.toString(), value: a.value?.toString() });
  return {
    id: found?.id?.href,
    type: found?.constructor.name,
    name: found?.name?.toString(),
    summary: found?.summary?.toString(),
    content: found?.content?.toString(),
    author: found?.attributionId?.href,
    inbox: found?.inboxId?.href,
    services: found?.servicesId?.href,
    aliases: found?.aliasIds?.map((a) => a.href),
    successor: found?.successorId?.href,
    mayQuote: found?.interactionPolicy?.canQuote?.automaticApprovals.map((a) => a.href),
    interactingObject: found?.interactingObjectId?.href,
    interactionTarget: found?.interactionTargetId?.href,
    attachments,
  };
}

export const control = {
  /** What arrived, and what Fedify made of it. */
  received: () => ({ received, read }),

  /** Follows; gives the id of the Follow and the status that it got. */
  async follow({ actor, as = me }) {
    const ctx = context();
    const id = fresh("follows");
    follows.set(`${as} ${actor}`, id);
    const status = await deliver(ctx, as, actor, new Follow({ id, actor: ctx.getActorUri(as), object: new URL(actor) }));
    return { id: id.href, status };
  },

  /** Undoes the Follow. */
  async unfollow({ actor, as = me }) {
    const ctx = context();
    const mine = ctx.getActorUri(as);
    const object = new Follow({ id: follows.get(`${as} ${actor}`), actor: mine, object: new URL(actor) });
    follows.delete(`${as} ${actor}`);
    return { status: await deliver(ctx, as, actor, new Undo({ id: fresh("undos"), actor: mine, object })) };
  },

  /** Says an activity of any type on something, by its id alone. */
  async say({ type, actor, object, as = me }) {
    const ctx = context();
    const activity = new vocab[type]({ id: fresh("activities"), actor: ctx.getActorUri(as), object: new URL(object) });
    return { id: activity.id.href, status: await deliver(ctx, as, actor, activity) };
  },

  /** Asks whether a note of ours may quote a note of theirs (FEP-044f). */
  async quote({ actor, object, note }) {
    const ctx = context();
    const mine = ctx.getActorUri(me);
    const request = new vocab.QuoteRequest({
      id: fresh("requests"),
      actor: mine,
      object: new URL(object),
      instrument: new Note({ id: new URL(note), attribution: mine, content: "Lu chez mes voisins.", quoteUrl: new URL(object) }),
    });
    return { id: request.id.href, status: await deliver(ctx, me, actor, request) };
  },

  /** Moves to the other actor, and says so to those who follow. */
  async move({ tell }) {
    const ctx = context();
    const [from, to] = [ctx.getActorUri(me), ctx.getActorUri(home)];
    actors.get(home).aliases = [from.href];
    actors.get(me).successor = to.href;
    const move = new Move({ id: fresh("moves"), actor: from, object: from, target: to });
    return { from: from.href, to: to.href, status: await deliver(ctx, me, tell, move) };
  },

  /** Replaces the keys; with tell, says so by the old key to that actor. */
  async rotate({ tell }) {
    const ctx = context();
    const [old] = await rotate(me);
    if (!tell) return {};
    const actor = await person(ctx, me);
    const update = new Update({ id: fresh("updates"), actor: actor.id, object: actor });
    const sender = { keyId: new URL("#main-key", actor.id), privateKey: old.privateKey };
    return { status: await deliver(ctx, me, tell, update, sender) };
  },

  /** What Fedify finds by a handle. */
  async lookup({ handle }) {
    return understood(await context().lookupObject(handle));
  },

  /** What Fedify reads at an address; signed: its GETs are. */
  async object({ id, signed = false }) {
    const ctx = context();
    const options = signed ? { documentLoader: await ctx.getDocumentLoader({ identifier: me }) } : {};
    return understood(await ctx.lookupObject(id, options));
  },

  /** The document at an address, as Fedify's loader gives it, and its status. */
  async document({ id, signed = false }) {
    const ctx = context();
    const load = signed ? await ctx.getDocumentLoader({ identifier: me }) : ctx.documentLoader;
    try {
      const { document } = await load(id);
      return { status: 200, document };
    } catch (e) {
      return { status: e.response?.status ?? 0, error: String(e.message ?? e) };
    }
  },

  /** An Announce with a proof by Fedify. */
  async signed({ object }) {
    const ctx = context();
    const [, ed25519] = await ctx.getActorKeyPairs(me);
    const announce = new Announce({ id: fresh("announces"), actor: ctx.getActorUri(me), object: new URL(object) });
    const signed = await signObject(announce, ed25519.privateKey, ed25519.multikey.id, ctx);
    return { activity: await signed.toJsonLd({ format: "compact", contextLoader: ctx.contextLoader }), key: await ed25519.multikey.toJsonLd() };
  },

  /** Changes how the peer answers. */
  settings(changes) {
    Object.assign(settings, changes);
    forgetKeys();
    return settings;
  },
};
