package federation

import (
	"context"
	"crypto/x509"
	"fmt"
	"slices"
	"time"

	"matou/directory"
	"matou/federation/activitystreams"
	"matou/federation/ap"
	"matou/federation/proof"
	"matou/federation/signature"
)

// How keys of ours follow one another.
const (
	retirement     = 24 * time.Hour // how long the key before signs what it must
	retirementLook = time.Minute    // how often it is asked whether that is over
	mostFormer     = 4              // words of former keys that an actor carries
)

// Rotation is one key that was replaced.
type Rotation struct {
	Actor   ap.IRI    `json:"actor"`
	Name    string    `json:"name"`
	KeyID   ap.IRI    `json:"keyId"`
	Until   time.Time `json:"until"`   // when the key before is forgotten
	Inboxes int       `json:"inboxes"` // that hear of it
}

// RotateKeys gives the actor of that name (without one, every actor of this
// node) new keys: one that signs requests, under an id of its own, and one that
// signs documents. Those whom it follows and who follow it hear of it by an
// Update that the key before signs; so does everything that was queued before.
// All else is signed by the new one at once. For a day the key before is kept
// for that, and its word on the new one stands in the actor's document for
// those who come later. Errors: directory.ErrNotFound for a name that nobody
// here has, directory.ErrConflict where a key was replaced less than a day ago,
// unless forced.
func (n *Node) RotateKeys(ctx context.Context, name string, force bool) ([]Rotation, error) {
	n.noticeMu.Lock()
	defer n.noticeMu.Unlock()
	actors, err := n.rotating(name, force)
	if err != nil {
		return nil, err
	}
	var c ap.Change
	var done []Rotation
	for i := range actors {
		inboxes, err := n.replaceKeys(ctx, &actors[i], &c)
		if err != nil {
			return nil, fmt.Errorf("replace the keys of %s: %w", actors[i].Username, err)
		}
		a := actors[i]
		done = append(done, Rotation{Actor: a.ID, Name: a.Username, KeyID: a.KeyID, Until: a.Retired.Until, Inboxes: inboxes})
	}
	return done, n.adopt(ctx, c)
}

// adopt applies c, and keeps the actors of ours that it holds in memory.
// Nothing is signed between the two: by the old key it would come too late, by
// the new one too early.
func (n *Node) adopt(ctx context.Context, c ap.Change) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if _, err := n.apply(ctx, c); err != nil {
		return err
	}
	for _, a := range c.LocalActors {
		if err := n.addLocked(a); err != nil {
			return err
		}
	}
	return nil
}

// rotating gives the actors whose keys are to be replaced.
func (n *Node) rotating(name string, force bool) ([]ap.LocalActor, error) {
	var actors []ap.LocalActor
	for _, a := range n.standingActors() {
		if name == "" || name == a.Username {
			actors = append(actors, a)
		}
	}
	if len(actors) == 0 {
		return nil, fmt.Errorf("no actor of this node is called %q: %w", name, directory.ErrNotFound)
	}
	for _, a := range actors {
		if r := a.Retired; r != nil && n.clock().Before(r.Until) && !force {
			return nil, fmt.Errorf("the key of %s was replaced less than a day ago: wait until %s, when every peer has had its chance to hear of it, or add --force where the present key may be in other hands: %w",
				a.Username, r.Until.UTC().Format("2006-01-02 15:04 MST"), directory.ErrConflict)
		}
	}
	return actors, nil
}

// replaceKeys gives a new keys and adds to c what follows from that. It gives
// the number of inboxes that hear of it.
func (n *Node) replaceKeys(ctx context.Context, a *ap.LocalActor, c *ap.Change) (inboxes int, err error) {
	old, err := n.store.Document(ctx, a.ID)
	if err != nil && !isNotFound(err) {
		return 0, err
	}
	a.ChangedAt = n.after(old.UpdatedAt)
	if err := n.succeed(a); err != nil {
		return 0, err
	}
	doc, err := n.documentOf(ctx, *a)
	switch {
	case err == nil:
		if inboxes, err = n.tellKeys(ctx, *a, doc, c); err != nil {
			return 0, err
		}
	case !isNotFound(err): // a hoster without a profile has no document yet
		return 0, err
	}
	a.Retired.Last = n.newID()
	c.LocalActors = append(c.LocalActors, *a)
	return inboxes, nil
}

// documentOf writes the document of any actor of ours as it stands;
// directory.ErrNotFound for a hoster without a profile.
func (n *Node) documentOf(ctx context.Context, a ap.LocalActor) (ap.Document, error) {
	if a.Kind == ap.KindNode {
		return activitystreams.EncodeNodeActor(n.endpoints(a), n.config.Origin.Host, "")
	}
	return n.actorDocument(ctx, a)
}

// ensureProofKeys gives the actors that were made before there were proof keys
// one each, and tells those who know them, by the key that they know: a key
// for documents that nobody spoke for would count for nothing.
func (n *Node) ensureProofKeys(ctx context.Context) error {
	var c ap.Change
	for _, a := range n.standingActors() {
		if len(a.ProofDER) > 0 {
			continue
		}
		old, err := n.store.Document(ctx, a.ID)
		if err != nil && !isNotFound(err) {
			return err
		}
		a.ChangedAt = n.after(old.UpdatedAt)
		if err := newProofKey(&a, "#ed25519-key"); err != nil {
			return err
		}
		doc, err := n.documentOf(ctx, a)
		if err == nil {
			_, err = n.tellKeys(ctx, a, doc, &c)
		}
		if err != nil && !isNotFound(err) {
			return err
		}
		c.LocalActors = append(c.LocalActors, a)
	}
	if len(c.LocalActors) == 0 {
		return nil
	}
	return n.adopt(ctx, c)
}

// succeed makes the new keys of a, and has the one that goes speak for the one
// that comes.
func (n *Node) succeed(a *ap.LocalActor) error {
	former, err := signature.ParsePrivate(a.PrivateDER)
	if err != nil {
		return fmt.Errorf("read the key: %w", err)
	}
	formerDER, err := x509.MarshalPKIXPublicKey(&former.PublicKey)
	if err != nil {
		return fmt.Errorf("encode the key: %w", err)
	}
	retired := &ap.RetiredKey{KeyID: a.KeyID, PrivateDER: a.PrivateDER, Until: n.clock().UTC().Add(retirement)}
	id := n.newID()
	if err := newKeys(a, "#key-"+ap.IRI(id), "#ed25519-key-"+ap.IRI(id)); err != nil {
		return err
	}
	next, err := signature.ParsePrivate(a.PrivateDER)
	if err != nil {
		return fmt.Errorf("read the new key: %w", err)
	}
	nextDER, err := x509.MarshalPKIXPublicKey(&next.PublicKey)
	if err != nil {
		return fmt.Errorf("encode the new key: %w", err)
	}
	said := signature.Succession{
		Actor: string(a.ID), Former: string(retired.KeyID), Successor: string(a.KeyID), SuccessorDER: nextDER, At: n.now(),
	}
	signed, err := said.Sign(former)
	if err != nil {
		return err
	}
	a.Retired = retired
	word := ap.FormerKey{
		Key:       ap.Key{ID: retired.KeyID, Owner: a.ID, DER: formerDER},
		Successor: a.KeyID, ReplacedAt: said.At, Signature: signed,
	}
	a.Former = append([]ap.FormerKey{word}, a.Former...)
	a.Former = a.Former[:min(len(a.Former), mostFormer)]
	return nil
}

// newKeys gives a two new keys, under these fragments of its id.
func newKeys(a *ap.LocalActor, fragment, proofFragment ap.IRI) error {
	key, err := signature.NewKey()
	if err != nil {
		return fmt.Errorf("make a key: %w", err)
	}
	if a.PrivateDER, err = signature.MarshalPrivate(key); err != nil {
		return fmt.Errorf("encode a key: %w", err)
	}
	a.KeyID = a.ID + fragment
	return newProofKey(a, proofFragment)
}

// newProofKey gives a a new key for documents.
func newProofKey(a *ap.LocalActor, fragment ap.IRI) (err error) {
	if a.ProofDER, err = proof.NewKey(); err != nil {
		return err
	}
	a.ProofKeyID = a.ID + fragment
	return nil
}

// tellKeys adds to c the document of an actor whose keys were replaced, and
// the Update of it for everybody who knows the actor.
func (n *Node) tellKeys(ctx context.Context, a ap.LocalActor, doc ap.Document, c *ap.Change) (inboxes int, err error) {
	doc.UpdatedAt = a.ChangedAt
	c.Documents = append(c.Documents, doc)
	all, err := n.store.Inboxes(ctx, a.ID)
	if err != nil {
		return 0, fmt.Errorf("find the inboxes of the followers: %w", err)
	}
	all = slices.Clone(all)
	err = n.eachFollowing(ctx, a.ID, func(f ap.Follow) (bool, error) {
		if f.State != ap.FollowAccepted && f.State != ap.FollowPending {
			return true, nil // it has said no, or is not who it was
		}
		if f.SharedInbox != "" {
			all = append(all, f.SharedInbox)
		} else {
			all = append(all, f.Inbox)
		}
		return true, nil
	})
	if err != nil {
		return 0, fmt.Errorf("find whom the actor follows: %w", err)
	}
	if len(all) == 0 {
		return 0, nil
	}
	update, err := activitystreams.Update(n.activityIRI(n.newID()), doc, n.now())
	if err != nil {
		return 0, fmt.Errorf("write the Update: %w", err)
	}
	before := len(c.Deliveries)
	n.send(c, a.ID, update, all, false)
	return len(c.Deliveries) - before, nil
}

// runRetirement forgets the keys before the present ones when their time has
// come, until ctx ends.
func (n *Node) runRetirement(ctx context.Context) error {
	t := time.NewTicker(retirementLook)
	defer t.Stop()
	for {
		if err := n.forgetRetired(ctx); err != nil && ctx.Err() == nil {
			n.log.ErrorContext(ctx, "forget replaced keys", "error", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
		}
	}
}

// forgetRetired drops the secrets of keys that were replaced a day ago.
func (n *Node) forgetRetired(ctx context.Context) error {
	n.noticeMu.Lock()
	defer n.noticeMu.Unlock()
	var c ap.Change
	n.mu.RLock()
	for _, a := range n.actors {
		if a.Retired != nil && !n.clock().Before(a.Retired.Until) {
			a.Retired = nil
			c.LocalActors = append(c.LocalActors, a)
		}
	}
	n.mu.RUnlock()
	if len(c.LocalActors) == 0 {
		return nil
	}
	if err := n.adopt(ctx, c); err != nil {
		return err
	}
	for _, a := range c.LocalActors {
		n.log.InfoContext(ctx, "replaced key forgotten", "actor", string(a.ID))
	}
	return nil
}

// vouched reports whether keys that an actor was known by speak for every key
// that it has now, one after the other (docs/federation.md, Keys).
func vouched(known, now ap.Actor, document []byte) bool {
	former, err := activitystreams.FormerKeys(document)
	if err != nil || len(former) == 0 || len(now.Keys) == 0 {
		return false
	}
	trusted := map[string]bool{} // by DER
	for _, k := range known.Keys {
		trusted[string(k.DER)] = true
	}
	named := map[ap.IRI][]byte{}
	for _, f := range former {
		named[f.ID] = f.DER
	}
	for _, k := range now.Keys {
		named[k.ID] = k.DER
	}
	for range former { // each round goes one step further
		for _, f := range former {
			next := named[f.Successor]
			if !trusted[string(f.DER)] || next == nil || trusted[string(next)] {
				continue
			}
			said := signature.Succession{
				Actor: string(now.ID), Former: string(f.ID), Successor: string(f.Successor), SuccessorDER: next, At: f.ReplacedAt,
			}
			trusted[string(next)] = said.Verify(f.DER, f.Signature) == nil
		}
	}
	return !slices.ContainsFunc(now.Keys, func(k ap.Key) bool { return !trusted[string(k.DER)] })
}

// publicPEM gives the public half of the present key of one of our actors,
// which is the one in memory unless it is about to be replaced.
func publicPEM(a ap.LocalActor, known signature.Signer) string {
	if known.KeyID == string(a.KeyID) {
		return signature.PublicPEM(known.Key)
	}
	key, err := signature.ParsePrivate(a.PrivateDER)
	if err != nil {
		return "" // it was made or read a moment ago
	}
	return signature.PublicPEM(key)
}
