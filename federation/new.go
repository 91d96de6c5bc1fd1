package federation

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/oklog/ulid/v2"
	"golang.org/x/sync/errgroup"

	"matou/directory"
	"matou/federation/activitystreams"
	"matou/federation/ap"
	"matou/federation/delivery"
	"matou/federation/fetch"
	"matou/federation/signature"
)

// New makes the node that cfg describes on what store and queue hold: the keys
// of its actors are made once, the documents of the node actor and of the
// aggregator are brought up to date. The hoster's is written by PublishHoster.
func New(ctx context.Context, cfg Config, store Store, queue delivery.Queue, log *slog.Logger) (*Node, error) {
	n := &Node{
		config:  cfg,
		origin:  cfg.Origin.String(),
		store:   store,
		clock:   cfg.Clock,
		log:     log,
		actors:  map[ap.IRI]ap.LocalActor{},
		keys:    map[ap.IRI]signature.Signer{},
		retired: map[ap.IRI]retired{},
		provers: map[ap.IRI]prover{},
		entropy: ulid.Monotonic(rand.Reader, 0),
		stir:    make(chan struct{}, 1),
	}
	if n.clock == nil {
		n.clock = time.Now
	}
	var err error
	if n.sending, err = lru.New[ap.IRI, sending](mostSending); err != nil {
		return nil, fmt.Errorf("prepare deliveries: %w", err)
	}
	if n.hosts, err = lru.New[string, ap.Host](mostHosts); err != nil {
		return nil, fmt.Errorf("prepare deliveries: %w", err)
	}
	n.policies = newPolicies(cfg)
	if err := n.loadPolicies(ctx); err != nil {
		return nil, err
	}
	if cfg.Development {
		cfg.Limits.Exempt = append(slices.Clone(cfg.Limits.Exempt), loopback...)
	}
	if n.limits, err = newLimiter(cfg.Limits); err != nil {
		return nil, fmt.Errorf("prepare the limits: %w", err)
	}
	if n.homes, err = newHomes(); err != nil {
		return nil, fmt.Errorf("prepare the form to follow: %w", err)
	}
	if n.desk, err = newDesk(); err != nil {
		return nil, fmt.Errorf("prepare the forms for visitors: %w", err)
	}
	n.in.keys.perDomain = n.limits.limits.Domain
	n.client = fetch.New(fetch.Options{
		Refuse:      n.mayFetch,
		Development: cfg.Development,
		UserAgent:   fmt.Sprintf("matou/%s (+%s/)", cfg.Software, cfg.Origin),
		Sign:        n.signFetch,
		Timeout:     cfg.Patience,
	})
	n.worker = delivery.New(queue, n.outgoing, n.post, delivery.Options{
		Log: log, Hosts: store, Lost: n.forgetHost, Revived: n.retrySilently,
	})
	if err := n.in.init(n); err != nil {
		return nil, fmt.Errorf("prepare the inbox: %w", err)
	}
	if err := n.ensureActors(ctx); err != nil {
		return nil, fmt.Errorf("prepare the actors of this node: %w", err)
	}
	if err := n.ensureProofKeys(ctx); err != nil {
		return nil, fmt.Errorf("make the proof keys of this node: %w", err)
	}
	if err := n.forgetRetired(ctx); err != nil {
		return nil, fmt.Errorf("forget the replaced keys of this node: %w", err)
	}
	if err := n.saveOwnDocuments(ctx); err != nil {
		return nil, fmt.Errorf("write the documents of this node: %w", err)
	}
	return n, nil
}

// Run delivers what is queued and refreshes what is due, until ctx ends. What
// is not done by then stays queued.
func (n *Node) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return n.worker.Run(ctx) })
	g.Go(func() error {
		n.refreshing.Store(true)
		defer n.refreshing.Store(false)
		return n.runRefreshes(ctx)
	})
	g.Go(func() error { return n.enforceAtStart(ctx) })
	g.Go(func() error { return n.runRetirement(ctx) })
	return g.Wait()
}

// Stats tells what the delivery worker has done since the start.
func (n *Node) Stats() delivery.Stats { return n.worker.Stats() }

// ensureActors loads this node's actors and makes those that its configuration
// names and that do not exist yet, each with a key of its own.
func (n *Node) ensureActors(ctx context.Context) error {
	stored, err := n.store.LocalActors(ctx)
	if err != nil {
		return err
	}
	for _, a := range stored {
		if err := n.addLocal(a); err != nil {
			return err
		}
	}
	wanted := []ap.LocalActor{{ID: n.nodeActor(), Kind: ap.KindNode, Username: nodeUsername}}
	if n.config.Hoster != "" {
		wanted = append(wanted, ap.LocalActor{ID: n.actorIRI(n.config.Hoster), Kind: ap.KindHoster, Username: n.config.Hoster})
	}
	if a := n.config.Aggregator; a != nil {
		wanted = append(wanted, ap.LocalActor{ID: n.actorIRI(a.Handle), Kind: ap.KindAggregator, Username: a.Handle})
	}
	var made []ap.LocalActor
	for _, a := range wanted {
		if known, ok := n.local(a.ID); ok {
			if known.Kind == ap.KindArea {
				return fmt.Errorf("%s is the name by which an area is followed here: choose another handle: %w", a.Username, directory.ErrConflict)
			}
			continue
		}
		if err := newKeys(&a, "#main-key", "#ed25519-key"); err != nil {
			return err
		}
		a.CreatedAt = n.now()
		made = append(made, a)
	}
	if len(made) == 0 {
		return nil
	}
	if _, err := n.store.Apply(ctx, ap.Change{LocalActors: made}); err != nil {
		return err
	}
	for _, a := range made {
		if err := n.addLocal(a); err != nil {
			return err
		}
	}
	return nil
}

// addLocal takes one of this node's actors, and its key, into memory.
func (n *Node) addLocal(a ap.LocalActor) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.addLocked(a)
}

// addLocked is addLocal for whoever holds n.mu.
func (n *Node) addLocked(a ap.LocalActor) error {
	key, err := signature.ParsePrivate(a.PrivateDER)
	if err != nil {
		return fmt.Errorf("read the key of %s: %w", a.ID, err)
	}
	n.actors[a.ID] = a
	n.keys[a.ID] = signature.Signer{KeyID: string(a.KeyID), Key: key}
	return n.addSideKeys(a)
}

// local gives the actor of this node with that id.
func (n *Node) local(id ap.IRI) (ap.LocalActor, bool) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	a, ok := n.actors[id]
	return a, ok
}

// localKind gives this node's configured actor of a kind.
func (n *Node) localKind(kind ap.LocalKind) (ap.LocalActor, bool) {
	switch kind {
	case ap.KindHoster:
		if n.config.Hoster != "" {
			return n.local(n.actorIRI(n.config.Hoster))
		}
	case ap.KindAggregator:
		if n.config.Aggregator != nil {
			return n.local(n.actorIRI(n.config.Aggregator.Handle))
		}
	case ap.KindNode:
		return n.local(n.nodeActor())
	}
	return ap.LocalActor{}, false
}

// signer gives the key of one of this node's actors.
func (n *Node) signer(id ap.IRI) (signature.Signer, bool) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	s, ok := n.keys[id]
	return s, ok
}

// endpoints gives what the wire format needs to know of one of our actors.
func (n *Node) endpoints(a ap.LocalActor) activitystreams.Endpoints {
	s, _ := n.signer(a.ID)
	e := activitystreams.Endpoints{
		Origin:       n.config.Origin.String(),
		Actor:        a.ID,
		Handle:       a.Username,
		KeyID:        a.KeyID,
		PublicKeyPEM: publicPEM(a, s),
		ProofKeyID:   a.ProofKeyID,
		ProofKey:     proofKey(a),
		FormerKeys:   a.Former,
		PublishedAt:  a.CreatedAt,
		UpdatedAt:    a.ChangedAt,
		AlsoKnownAs:  a.AlsoKnownAs,
		MovedTo:      a.MovedTo,
	}
	if a.Kind != ap.KindNode {
		e.CanQuote, e.CanFeature = everyone(!n.config.NoQuotes, a.ID), everyone(!n.config.NoFeatures, a.ID)
	}
	return e
}

// saveOwnDocuments writes the documents of the node actor and the aggregator
// where they are new or say something else than before.
func (n *Node) saveOwnDocuments(ctx context.Context) error {
	node, _ := n.localKind(ap.KindNode)
	d, err := activitystreams.EncodeNodeActor(n.endpoints(node), n.config.Origin.Host, "")
	if err != nil {
		return err
	}
	docs := []ap.Document{d}
	if a, ok := n.localKind(ap.KindAggregator); ok {
		d, err := n.encodeAggregator(a)
		if err != nil {
			return err
		}
		docs = append(docs, d)
	}
	for _, a := range n.areaActors() {
		d, err := n.encodeArea(a)
		if err != nil {
			return err
		}
		docs = append(docs, d)
	}
	if a, ok := n.localKind(ap.KindHoster); ok {
		// What its profile does not say may have changed: who may feature it.
		d, err := n.actorDocument(ctx, a)
		if err == nil {
			docs = append(docs, d)
		} else if !isNotFound(err) {
			return err
		}
	}
	var c ap.Change
	for _, d := range docs {
		old, err := n.store.Document(ctx, d.IRI)
		if err == nil && string(old.Body) == string(d.Body) {
			continue
		}
		if err != nil && !isNotFound(err) {
			return err
		}
		d.UpdatedAt = n.now()
		c.Documents = append(c.Documents, d)
	}
	if len(c.Documents) == 0 {
		return nil
	}
	_, err = n.store.Apply(ctx, c)
	return err
}

// encodeAggregator writes the document of the aggregator.
func (n *Node) encodeAggregator(a ap.LocalActor) (ap.Document, error) {
	c := n.config.Aggregator
	return activitystreams.EncodeAggregator(n.endpoints(a), activitystreams.AggregatorProfile{
		Handle: c.Handle, Name: c.Name, Summary: c.Summary, Language: c.Language, Contact: c.Contact,
		Collective: c.Collective, Charter: c.Charter,
	})
}

// now is the node's time in UTC, to the second: what documents carry.
func (n *Node) now() time.Time { return n.clock().UTC().Truncate(time.Second) }

// after is now, or the second after t where that has not come yet: peers order
// what changes by whole seconds, and drop a change that is not newer than the
// one before.
func (n *Node) after(t time.Time) time.Time {
	if now := n.now(); now.After(t) {
		return now
	}
	return t.UTC().Truncate(time.Second).Add(time.Second)
}

// newID gives a ULID: unique, ASCII, in the order of the time it was made.
func (n *Node) newID() string {
	n.idMu.Lock()
	defer n.idMu.Unlock()
	id, err := ulid.New(ulid.Timestamp(n.clock()), n.entropy)
	if err != nil { // more than 2^80 ids in one millisecond
		id = ulid.Make()
	}
	return id.String()
}

// signFetch signs an outgoing GET by the node actor: peers in secure mode
// answer no others.
func (n *Node) signFetch(r *http.Request) error {
	s, ok := n.signer(n.nodeActor())
	if !ok {
		return directory.ErrNotFound
	}
	return s.Sign(r, nil, signature.Cavage, n.clock())
}
