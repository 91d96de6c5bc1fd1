package federation

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/net/publicsuffix"
	"golang.org/x/sync/singleflight"
	"golang.org/x/time/rate"

	"matou/federation/ap"
	"matou/federation/signature"
)

// How long what is known of a key holds, and how many are remembered.
const (
	keyLife       = 24 * time.Hour   // before its owner is asked again
	keyRefusal    = 10 * time.Minute // for an actor that has no such key
	keyAbsence    = time.Minute      // for an actor that could not be asked
	keyRetry      = 5 * time.Minute  // age from which a key that does not fit is fetched again
	mostKeys      = 16 << 10         // actors
	mostBudgets   = 4 << 10
	budgetRate    = rate.Limit(20) // fetches a second for one domain, over time
	budgetBurst   = 200            // … and in one go
	budgetAtOnce  = 32             // … and open at the same time: a slow origin holds no more requests than these
	openFetches   = 256            // … and of all domains together
	writeRate     = rate.Limit(2)  // Follows and Updates of themselves a second by one domain, over time: all are kept for days
	writeBurst    = 10_000         // … and in one go, as when a big server hears of a hoster
	keyFetchLimit = 30 * time.Second

	listingEvery  = 10 * time.Minute // a change of the listing of one domain's hosters that is told, over time
	listingBurst  = 20               // … and in one go
	proposedEvery = time.Hour        // a hoster of one domain that others propose, over time
	proposedBurst = 50               // … and in one go
)

// What finding a key fails with, besides directory.ErrGone and errors of the
// store.
var (
	errKey  = errors.New("no usable key")
	errAway = errors.New("the key's owner cannot be asked now")
	errBusy = errors.New("too many keys asked for")
)

// keyName names a key together with the actor that it must belong to, so that
// no actor can stand in the way of another's key by claiming its id.
type keyName struct {
	actor, id ap.IRI
	proof     bool // one that signs documents, not requests
}

// foundKey is a key of an actor, or why there is none.
type foundKey struct {
	public crypto.PublicKey
	actor  ap.Actor
	at     time.Time // when its owner was last asked
	until  time.Time
	err    error
	mute   bool // with err: its owner could not be asked, so nothing new is known
}

// keyring remembers keys of remote actors, and those that do not exist, so
// that a flood of forged activities does not become a flood of requests to
// whomever they name.
type keyring struct {
	perDomain int // activities of one domain in five minutes
	cache     *keyCache
	budgets   *lru.Cache[string, *budget]
	open      atomic.Int32 // fetches
	owners    *lru.Cache[ap.IRI, keyOwner]
	flight    singleflight.Group
	fetched   atomic.Uint64
	unusable  atomic.Uint64
}

func (k *keyring) init() (err error) {
	if k.cache, err = newKeyCache(); err != nil {
		return err
	}
	if k.owners, err = lru.New[ap.IRI, keyOwner](mostBudgets); err != nil {
		return err
	}
	k.budgets, err = lru.New[string, *budget](mostBudgets)
	return err
}

// budget is what one domain may make this node do.
type budget struct {
	fetches *rate.Limiter
	open    atomic.Int32
	writes  *rate.Limiter // what strangers may have kept

	listings *rate.Limiter // changes of the listing of its hosters that are told
	proposed *rate.Limiter // hosters of it that other directories propose

	activities *rate.Limiter // received, with a signature that stands
}

// budget gives the one of the domain that a host belongs to: subdomains are
// free to make, so they share one.
func (k *keyring) budget(host string) *budget {
	domain := domainOf(host)
	if b, ok := k.budgets.Get(domain); ok {
		return b
	}
	fresh := &budget{
		fetches: rate.NewLimiter(budgetRate, budgetBurst),
		writes:  rate.NewLimiter(writeRate, writeBurst),

		listings: rate.NewLimiter(rate.Every(listingEvery), listingBurst),
		proposed: rate.NewLimiter(rate.Every(proposedEvery), proposedBurst),

		activities: windowed(k.perDomain),
	}
	if before, ok, _ := k.budgets.PeekOrAdd(domain, fresh); ok {
		return before
	}
	return fresh
}

// domainOf is the domain that somebody registered and that a host belongs to;
// the host itself, with its port, where it is an address.
func domainOf(host string) string {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	domain, err := publicsuffix.EffectiveTLDPlusOne(name)
	if _, noName := netip.ParseAddr(name); err != nil || noName == nil {
		return host // an address is nobody's subdomain
	}
	return domain
}

// begin takes one fetch that somebody else caused out of the budget of its
// host. Where there is room for it, leave must be called when it is over.
func (k *keyring) begin(host string, now time.Time) (leave func(), ok bool) {
	b := k.budget(host)
	leave = func() {
		b.open.Add(-1)
		k.open.Add(-1)
	}
	here, everywhere := b.open.Add(1), k.open.Add(1)
	if here > budgetAtOnce || everywhere > openFetches || !b.fetches.AllowN(now, 1) {
		leave()
		return nil, false
	}
	return leave, true
}

// key gives a key of an actor: as remembered, as kept with the actor, or as
// the actor's origin serves it. Errors: errKey, errAway, errBusy, directory.ErrGone
// where the origin says that the actor is deleted.
func (n *Node) key(ctx context.Context, name keyName) (foundKey, error) {
	now := n.clock()
	if k, ok := n.in.keys.cache.find(name); ok && now.Before(k.until) {
		return k, k.err
	}
	a, err := n.store.Actor(ctx, name.actor)
	if err != nil && !isNotFound(err) {
		return foundKey{}, err
	}
	if err == nil && now.Sub(a.FetchedAt) < keyLife {
		if k := keyOf(a, name); k.err == nil {
			n.in.keys.cache.keep(name, k)
			return k, nil
		}
	}
	return n.fetchKey(ctx, name)
}

// fetchKey asks the actor's origin for the key: whatever the key's own address
// is, it counts only where the actor's document lists it. Requests for the
// same actor at the same time share one fetch.
func (n *Node) fetchKey(ctx context.Context, name keyName) (foundKey, error) {
	v, err, _ := n.in.keys.flight.Do(fmt.Sprintf("%s %s %t", name.actor, name.id, name.proof), func() (any, error) {
		// Whoever came first may hang up; the others still wait.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keyFetchLimit)
		defer cancel()
		return n.askKey(ctx, name)
	})
	k, _ := v.(foundKey)
	return k, err
}

func (n *Node) askKey(ctx context.Context, name keyName) (foundKey, error) {
	now := n.clock()
	host := name.actor.Host()
	if n.in.away.is(host, now) {
		return foundKey{}, errAway
	}
	leave, ok := n.in.keys.begin(host, now)
	if !ok {
		return foundKey{}, errBusy
	}
	defer leave()
	n.in.keys.fetched.Add(1)
	k, err := n.askActor(ctx, name)
	if err != nil {
		return foundKey{}, err
	}
	n.in.away.note(host, !errors.Is(k.err, errAway), now)
	if k.err != nil {
		n.in.keys.unusable.Add(1)
	}
	if old, ok := n.in.keys.cache.find(name); ok && k.mute && old.err == nil && now.Before(old.until) {
		// A forged signature made us ask. That the origin is away must not
		// lock its actor out: the key that is known stays as good as it was.
		old.at = now
		n.in.keys.cache.keep(name, old)
		return foundKey{}, k.err
	}
	n.in.keys.cache.keep(name, k)
	return k, k.err
}

// askActor fetches the actor and gives its key of that name, or a foundKey
// that says why there is none. Its own error is of the store.
func (n *Node) askActor(ctx context.Context, name keyName) (foundKey, error) {
	now := n.clock()
	buried, err := n.buried(ctx, name.actor)
	if err != nil {
		return foundKey{}, err
	}
	if buried {
		return foundKey{err: fmt.Errorf("%s was deleted: %w", name.actor, errKey), until: now.Add(keyRefusal)}, nil
	}
	known, err := n.store.Actor(ctx, name.actor)
	if err != nil && !isNotFound(err) {
		return foundKey{}, err
	}
	stored := err == nil
	a, doc, err := n.readActor(ctx, name.actor)
	switch {
	case isGone(err):
		return foundKey{err: err, until: now.Add(keyRefusal)}, nil
	case err != nil:
		why, wait := errKey, keyRefusal
		switch {
		case isPassing(err):
			why, wait = errAway, keyAbsence
		case n.policy(name.actor.Host()).suspended():
			wait = 0 // nobody asked it: nothing is known once it is suspended no more
		}
		n.log.DebugContext(ctx, "actor not fetched for its key", "actor", string(name.actor), "error", clip(err.Error()))
		return foundKey{err: why, until: now.Add(wait), mute: true}, nil
	}
	if stored { // strangers are remembered in memory only
		if err := n.keepActor(ctx, known, &a, doc); err != nil {
			return foundKey{}, err
		}
	}
	n.in.keys.cache.review(a)
	k := keyOf(a, name)
	if k.err != nil {
		k.until = now.Add(keyRefusal)
	}
	return k, nil
}

// keyOf gives the key of that name in an actor that is known.
func keyOf(a ap.Actor, name keyName) foundKey {
	keys := a.Keys
	if name.proof {
		keys = a.ProofKeys
	}
	for _, k := range keys {
		if k.ID != name.id || k.Owner != a.ID {
			continue
		}
		public, err := signature.PublicKey(k.DER)
		if err != nil {
			break
		}
		until := a.FetchedAt.Add(keyLife)
		if !k.ExpiresAt.IsZero() && k.ExpiresAt.Before(until) {
			until = k.ExpiresAt
		}
		return foundKey{public: public, actor: a, at: a.FetchedAt, until: until}
	}
	return foundKey{err: errKey}
}
