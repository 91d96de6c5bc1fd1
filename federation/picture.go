package federation

import (
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"strings"

	"matou/directory"
	"matou/federation/ap"
)

// Picture fetches a file of one of the media types of accept, of at most most
// bytes, by the client that asks for everything else: public addresses only,
// no host that this node blocks. Nothing is asked for twice in one call, and
// no visitor has a say in when. An answer of another media type is
// directory.ErrInvalid; other errors are those of fetch.Client.Get.
func (n *Node) Picture(ctx context.Context, address, accept string, most int64) ([]byte, error) {
	answer, err := n.client.Get(ctx, address, accept, most)
	if err != nil {
		return nil, fmt.Errorf("fetch a picture: %w", err)
	}
	for kind := range strings.SplitSeq(accept, ",") {
		if strings.TrimSpace(kind) == answer.MediaType {
			return answer.Body, nil
		}
	}
	return nil, fmt.Errorf("%w: the picture is of type %.40q", directory.ErrInvalid, answer.MediaType)
}

// Fingerprint gives the SHA-256 of the public key (SubjectPublicKeyInfo, DER)
// by which an actor signs its requests, ours or one that is known here; else
// directory.ErrNotFound.
func (n *Node) Fingerprint(ctx context.Context, actor directory.ID) ([sha256.Size]byte, error) {
	none := [sha256.Size]byte{}
	if local, ok := n.local(ap.IRI(actor)); ok {
		secret, err := x509.ParsePKCS8PrivateKey(local.PrivateDER)
		if err != nil {
			return none, fmt.Errorf("read the key of %s: %w", actor, err)
		}
		signer, ok := secret.(interface{ Public() crypto.PublicKey })
		if !ok {
			return none, fmt.Errorf("the key of %s: %w", actor, directory.ErrNotFound)
		}
		der, err := x509.MarshalPKIXPublicKey(signer.Public())
		if err != nil {
			return none, fmt.Errorf("write the key of %s: %w", actor, err)
		}
		return sha256.Sum256(der), nil
	}
	a, err := n.store.Actor(ctx, ap.IRI(actor))
	if err != nil {
		return none, err
	}
	if len(a.Keys) == 0 {
		return none, fmt.Errorf("the key of %s: %w", actor, directory.ErrNotFound)
	}
	return sha256.Sum256(a.Keys[0].DER), nil
}
