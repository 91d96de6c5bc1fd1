package federation

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"matou/directory"
	"matou/federation/ap"
	"matou/federation/delivery"
	"matou/federation/signature"
)

// knockMemory is how long a host is remembered to take RFC 9421 only.
const knockMemory = 7 * 24 * time.Hour

// How many activities that are being delivered are remembered, and how long.
const (
	mostSending   = 64
	sendingMoment = time.Second
)

// mostHosts is of how many hosts it is remembered what is kept of them.
const mostHosts = 4096

// post delivers one activity: signed by draft-cavage first, which every peer
// understands and without which some drop activities silently, and by RFC 9421
// as a second knock where the first one is refused with 401 or 403. A host
// that takes only the second is remembered.
func (n *Node) post(ctx context.Context, d ap.Delivery, body []byte) delivery.Result {
	signers := n.signersOf(d)
	if len(signers) == 0 {
		return delivery.Result{Verdict: delivery.GiveUp, Reason: "the actor that signed it is not of this node any more"}
	}
	name := d.Inbox.Host()
	if !d.Parting && n.policy(name).suspended() {
		return delivery.Result{Verdict: delivery.GiveUp, Reason: "its host is suspended by this node"}
	}
	schemes := []signature.Scheme{signature.Cavage, signature.MessageSignatures}
	host, err := n.host(ctx, name)
	if err != nil {
		return delivery.Classify(0, err)
	}
	if host.MessageSignatures.After(n.clock()) {
		schemes[0], schemes[1] = schemes[1], schemes[0]
	}
	n.stepAside(ctx)
	var result delivery.Result
	for _, s := range signers {
		var refused bool
		var last int
		if result, refused, last = n.knockAs(ctx, s, schemes, d, body); refused {
			continue
		}
		if last == 1 && result.Verdict == delivery.Delivered {
			n.rememberScheme(ctx, name, schemes[last])
		}
		break
	}
	return result
}

// outgoing gives the document of an activity that is to be delivered. One that
// was deleted is not sent any more: its Delete is on its way. Hundreds of lanes
// ask for the same one in the same moment, so it is remembered that long; what
// changes meanwhile reaches each inbox behind it.
func (n *Node) outgoing(ctx context.Context, iri ap.IRI) (ap.Document, error) {
	if s, ok := n.sending.Get(iri); ok && n.clock().Sub(s.at) < sendingMoment {
		return s.document, nil
	}
	d, err := n.store.Document(ctx, iri)
	if err == nil && d.Tombstone {
		return ap.Document{}, fmt.Errorf("activity %s: %w", iri, directory.ErrGone)
	}
	if err == nil {
		n.sending.Add(iri, sending{d, n.clock()})
	}
	return d, err
}

// sending is an activity that is being delivered.
type sending struct {
	document ap.Document
	at       time.Time // when it was read
}

// knock posts once, signed in one scheme.
func (n *Node) knock(ctx context.Context, s signature.Signer, scheme signature.Scheme, d ap.Delivery, body []byte) (delivery.Result, int) {
	header := http.Header{"Content-Type": {"application/activity+json"}}
	sign := func(r *http.Request) error { return s.Sign(r, body, scheme, n.clock()) }
	resp, err := n.client.Post(ctx, string(d.Inbox), body, header, sign)
	result := delivery.Classify(resp.Status, err)
	if resp.RetryAfter > 0 {
		result.After = resp.RetryAfter
	}
	return result, resp.Status
}

// host gives what is kept of a host; a Host without more than its name where
// that is nothing.
func (n *Node) host(ctx context.Context, name string) (ap.Host, error) {
	if h, ok := n.hosts.Get(name); ok {
		return h, nil
	}
	h, err := n.store.Host(ctx, name)
	switch {
	case isNotFound(err):
		h = ap.Host{Name: name}
	case err != nil:
		return ap.Host{}, err
	}
	n.hosts.Add(name, h)
	return h, nil
}

// rememberScheme keeps which scheme a host takes. It is a help: where it cannot
// be kept, it is known until the next start.
func (n *Node) rememberScheme(ctx context.Context, name string, scheme signature.Scheme) {
	h := ap.Host{Name: name}
	if scheme == signature.MessageSignatures {
		h.MessageSignatures = n.clock().Add(knockMemory)
	}
	n.hosts.Add(name, h)
	_, err := n.store.Apply(ctx, ap.Change{Hosts: []ap.Host{h}})
	if err != nil && !errors.Is(err, context.Canceled) {
		n.log.WarnContext(ctx, "signature scheme not remembered", "host", name, "error", err.Error())
	}
}
