// What came to the peer, and what Fedify made of it.

/** Every request: {method, path, status, activity, check, proof}. */
export const received = [];

/** Every activity that Fedify took. */
export const read = [];

/** Notes what Fedify understood of an activity that it took. */
export async function note(activity) {
  // What answers us carries what we sent, which stands on our host: Fedify would
  // read only its id.
  const object = await activity.getObject({ crossOrigin: "trust", suppressError: true });
  read.push({
    type: activity.constructor.name,
    id: activity.id?.href,
    actor: activity.actorId?.href,
    object: object?.id?.href ?? activity.objectId?.href,
    objectType: object?.constructor.name,
    target: activity.targetId?.href,
    result: activity.resultId?.href,
    content: object?.content?.toString(),
    language: object?.contents?.find((c) => c?.locale)?.locale?.toString(),
    replyTo: object?.replyTargetId?.href,
    updated: object?.updated?.toString(),
  });
}
