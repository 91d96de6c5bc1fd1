package activitystreams

import (
	"matou/directory"
	"matou/federation/ap"
)

// DecodeKey reads a public key under exactly the id asked for: a key document
// that stands alone (whatever its @context), or an actor that carries it. The
// document must be on the key's host, and so must the owner. That the owner's
// actor lists the same key is for the caller to see. Errors are
// directory.ErrInvalid or signature's.
func DecodeKey(raw []byte, id ap.IRI) (ap.Key, error) {
	o, err := parse(raw)
	if err != nil {
		return ap.Key{}, err
	}
	candidates := o.Children("publicKey", maxKeys)
	if _, alone := o["publicKeyPem"]; alone {
		candidates = []Object{o}
	}
	for _, c := range candidates {
		if c.ID() != id || sameOrigin(id, o.ID()) == "" {
			continue
		}
		k, err := keyOf(c)
		switch {
		case err != nil:
			return ap.Key{}, err
		case sameOrigin(id, k.Owner) == "":
			return ap.Key{}, directory.Invalid("owner", "must be on the host of the key")
		case actorType(o) != "" && k.Owner != o.ID():
			return ap.Key{}, directory.Invalid("owner", "must be the actor that carries the key")
		}
		return k, nil
	}
	return ap.Key{}, directory.Invalid("publicKey", "has no key %s", id)
}
