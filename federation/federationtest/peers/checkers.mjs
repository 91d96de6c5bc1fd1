// Signature checkers that share no code with matou: every request that matou
// sends is read by them, whatever the peer behind makes of it.
import { createHash } from "node:crypto";
import cavage from "@peertube/http-signature";
import { createVerifier, httpbis } from "http-message-signatures";

const keys = new Map();

/** Fetches the public key that a keyId names, as PEM. */
async function publicKey(keyId) {
  if (keys.has(keyId)) return keys.get(keyId);
  const r = await fetch(keyId.split("#")[0], { headers: { Accept: "application/activity+json" } });
  if (!r.ok) throw new Error(`key document answered ${r.status}`);
  const doc = await r.json();
  const key = doc.publicKey;
  if (key?.id !== keyId) throw new Error(`document at ${keyId} holds key ${key?.id}`);
  if (key.owner !== doc.id) throw new Error(`key ${keyId} is owned by ${key.owner}, not by ${doc.id}`);
  keys.set(keyId, key.publicKeyPem);
  return key.publicKeyPem;
}

/** Forgets the keys seen so far. */
export function forgetKeys() {
  keys.clear();
}

function digestProblem(header, body, prefix, suffix) {
  const want = createHash("sha256").update(body).digest("base64");
  return header === `${prefix}${want}${suffix}` ? null : `${header} is not the digest of the body`;
}

async function checkCavage(req, body) {
  const parsed = cavage.parseRequest(req, {
    clockSkew: 300,
    headers: req.method === "POST" ? ["(request-target)", "host", "date", "digest"] : ["(request-target)", "host", "date"],
  });
  if (req.method === "POST") {
    const problem = digestProblem(req.headers.digest, body, "SHA-256=", "");
    if (problem) throw new Error(problem);
  }
  if (!cavage.verifySignature(parsed, await publicKey(parsed.keyId))) throw new Error("the signature does not fit");
  return parsed.keyId;
}

async function checkMessage(req, body, origin) {
  let keyId;
  const required = req.method === "POST" ? ["@method", "@target-uri", "content-digest"] : ["@method", "@target-uri"];
  if (req.method === "POST") {
    const problem = digestProblem(req.headers["content-digest"], body, "sha-256=:", ":");
    if (problem) throw new Error(problem);
  }
  const ok = await httpbis.verifyMessage(
    {
      async keyLookup(params) {
        keyId = params.keyid;
        const alg = "rsa-v1_5-sha256";
        return { id: keyId, algs: [alg], verify: createVerifier(await publicKey(keyId), alg) };
      },
      requiredParams: ["created", "keyid"],
      requiredFields: required,
      maxAge: 300,
      tolerance: 5,
    },
    { method: req.method, url: origin + req.url, headers: req.headers },
  );
  if (ok !== true) throw new Error("the signature does not fit");
  return keyId;
}

/** Reads one request; gives {scheme, keyId, error}. */
export async function check(req, body, origin) {
  const scheme = req.headers["signature-input"] ? "rfc9421" : req.headers.signature ? "draft-cavage" : "none";
  try {
    if (scheme === "none") return { scheme, error: "not signed" };
    const keyId = scheme === "rfc9421" ? await checkMessage(req, body, origin) : await checkCavage(req, body);
    return { scheme, keyId, error: null };
  } catch (e) {
    return { scheme, error: String(e.message ?? e) };
  }
}
