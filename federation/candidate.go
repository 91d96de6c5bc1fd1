package federation

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"matou/directory"
	"matou/federation/activitystreams"
	"matou/federation/ap"
)

// Bounds of what this node does on the word of other directories.
const (
	mostAsked = 50  // Follows a day that the listing of one aggregator may cause
	mostLooks = 4   // tries to read a candidate that cannot be reached
	mostShown = 500 // candidates, to people
	longestID = 256 // bytes of the id of a candidate: ids come from anybody
)

// proposal is the word of an aggregator on a hoster, and what is done with it.
type proposal struct {
	from   ap.IRI
	learn  ap.Learn
	hoster ap.IRI
	again  bool // look at the hoster even where it is known as proposed
}

// propose adds to c that a hoster is a candidate for this node's directory, and
// that its own node is asked who it is. It reports false, and adds nothing,
// where the hoster is followed, where this would be one too many, or where
// nothing follows from it.
func (n *Node) propose(ctx context.Context, p proposal, c *ap.Change) (taken bool, err error) {
	agg, ok := n.localKind(ap.KindAggregator)
	host := p.hoster.Host()
	if !ok || len(p.hoster) > longestID || p.learn == ap.LearnIgnore || p.hoster == p.from || host == n.config.Origin.Host || n.policy(host).silenced() {
		return false, nil
	}
	if _, known, err := n.followOf(ctx, agg.ID, p.hoster); err != nil || known {
		return false, err
	}
	k, err := n.store.Candidate(ctx, p.hoster)
	fresh := isNotFound(err)
	switch {
	case err != nil && !fresh:
		return false, err
	case fresh && !n.in.keys.budget(host).proposed.AllowN(n.clock(), 1):
		return false, nil // whoever owns a domain can make any number of hosts
	}
	state := ap.CandidateProposed
	if p.learn == ap.LearnFollow {
		state = ap.CandidateWanted
	}
	s, noted := k.Source(p.from)
	look := fresh || k.Undecided() && (p.again || !noted || k.State != state && state == ap.CandidateWanted)
	if !look && noted && s.WithdrawnAt.IsZero() {
		return false, nil
	}
	c.Proposals = append(c.Proposals, ap.Proposal{Aggregator: p.from, Hoster: p.hoster, State: state, At: n.now()})
	if look {
		n.refreshSoon(p.hoster, "candidate", c)
	}
	return true, nil
}

// considered gives the candidate that a refresh is about; false where it is
// about somebody whom this node follows, or about nobody.
func (n *Node) considered(ctx context.Context, agg, id ap.IRI) (ap.Candidate, bool, error) {
	if _, followed, err := n.followOf(ctx, agg, id); err != nil || followed {
		return ap.Candidate{}, false, err
	}
	k, err := n.store.Candidate(ctx, id)
	if isNotFound(err) {
		return ap.Candidate{}, false, nil
	}
	return k, err == nil, err
}

// consider reads a candidate from its own node: who it is, for the keeper who
// decides, or the Follow, where the keeper has said that the directories that
// propose it are good enough. A hoster that does not want to be found is asked
// nothing.
func (n *Node) consider(ctx context.Context, r ap.Refresh, agg ap.LocalActor, k ap.Candidate) error {
	if !k.Undecided() {
		return n.doneRefreshing(ctx, r, nil, ap.Change{})
	}
	leave, ok := n.in.keys.begin(r.Actor.Host(), n.clock())
	if !ok {
		return errBusy
	}
	defer leave()
	a, handle, err := n.readCandidate(ctx, r.Actor)
	if err != nil {
		if r.Attempts+1 < mostLooks && !isGone(err) {
			return fmt.Errorf("read a candidate: %w", err)
		}
		n.log.InfoContext(ctx, "candidate not read", "hoster", string(r.Actor), "error", clip(err.Error()))
		return n.doneRefreshing(ctx, r, nil, ap.Change{})
	}
	defer n.lockActor(r.Actor)()
	defer n.policies.hold()()
	// The keeper may have decided while its node was asked.
	if k, err = n.store.Candidate(ctx, r.Actor); err != nil && !isNotFound(err) {
		return &storeError{err}
	}
	if !k.Undecided() || n.policy(r.Actor.Host()).silenced() {
		return n.doneRefreshing(ctx, r, nil, ap.Change{})
	}
	if known, err := n.store.Actor(ctx, r.Actor); err == nil {
		known.Handle = a.Handle
		a = known // an Update may have come meanwhile
	}
	c := ap.Change{Actors: []ap.Actor{a}}
	if k.State != ap.CandidateWanted || a.Services == "" || !consents(a) {
		return n.doneRefreshing(ctx, r, nil, c)
	}
	n.askMu.Lock()
	defer n.askMu.Unlock()
	from, err := n.mayAsk(ctx, k)
	switch {
	case errors.Is(err, errBusy):
		next := ap.Refresh{Actor: r.Actor, DueAt: n.tomorrow(), Reason: "candidate"}
		return n.doneRefreshing(ctx, r, &next, c)
	case err != nil:
		return &storeError{err}
	case from.Aggregator == "":
		return n.doneRefreshing(ctx, r, nil, c)
	}
	if _, followed, err := n.followOf(ctx, agg.ID, r.Actor); err != nil {
		return &storeError{err}
	} else if followed {
		return n.doneRefreshing(ctx, r, nil, ap.Change{})
	}
	c.Sources = []ap.Source{from}
	if _, err := n.ask(ctx, agg, a, handle, &c); err != nil {
		return &storeError{err}
	}
	return n.doneRefreshing(ctx, r, nil, c)
}

// readCandidate reads an actor from its origin. One that is known is kept like
// any other; of a stranger only what decisions need.
func (n *Node) readCandidate(ctx context.Context, id ap.IRI) (a ap.Actor, handle string, err error) {
	if _, err = n.store.Actor(ctx, id); err == nil {
		a, _, err = n.fetchActor(ctx, id)
	} else if isNotFound(err) {
		a, _, err = n.readActor(ctx, id)
	}
	if err != nil {
		return ap.Actor{}, "", err
	}
	handle = a.Username + "@" + id.Host()
	if a.Services != "" && consents(a) {
		if err := n.checkHandle(ctx, a); err != nil {
			return ap.Actor{}, "", err
		}
		a.Handle = bareHandle(handle)
	}
	return a, handle, nil
}

// mayAsk gives the source on whose word a candidate may be followed now, the
// Follow counted; the zero one where no directory that lists it is trusted so
// far any more. errBusy: not today.
func (n *Node) mayAsk(ctx context.Context, k ap.Candidate) (ap.Source, error) {
	day := n.now().Truncate(24 * time.Hour)
	var err error
	for _, s := range k.Sources {
		learn, fault := n.learns(ctx, s.Aggregator)
		if fault != nil {
			return ap.Source{}, fault
		}
		if !s.WithdrawnAt.IsZero() || learn != ap.LearnFollow {
			continue
		}
		from, fault := n.source(ctx, s.Aggregator)
		if fault != nil {
			return ap.Source{}, fault
		}
		if !from.Day.Equal(day) {
			from.Day, from.Asked = day, 0
		}
		if from.Asked < mostAsked {
			from.Asked++
			return from, nil
		}
		err = errBusy
	}
	return ap.Source{}, err
}

// tomorrow is when the next day's number of Follows begins.
func (n *Node) tomorrow() time.Time { return n.now().Truncate(24 * time.Hour).Add(24 * time.Hour) }

// ask adds to c the Follow of an actor that was just read.
func (n *Node) ask(ctx context.Context, who ap.LocalActor, target ap.Actor, handle string, c *ap.Change) (ap.Follow, error) {
	doc, err := activitystreams.Follow(n.activityIRI(n.newID()), who.ID, target.ID, n.now())
	if err != nil {
		return ap.Follow{}, fmt.Errorf("write the Follow: %w", err)
	}
	f := ap.Follow{
		ID: doc.IRI, Actor: who.ID, Object: target.ID, State: ap.FollowPending,
		Inbox: target.Inbox, SharedInbox: target.SharedInbox, Raw: doc.Body, At: n.now(),
	}
	target.Handle = bareHandle(handle)
	c.Follows, c.Actors = append(c.Follows, f), append(c.Actors, target)
	if _, err := n.store.Candidate(ctx, target.ID); err == nil {
		c.Verdicts = append(c.Verdicts, ap.Verdict{Hoster: target.ID, State: ap.CandidateAsked, At: n.now()})
	} else if !isNotFound(err) {
		return ap.Follow{}, err
	}
	n.send(c, who.ID, doc, []ap.IRI{target.Inbox}, false)
	return f, nil
}

// ended adds to c that a hoster is not to be followed on the word of other
// directories any more, because the keeper ended the Follow or the hoster did.
func (n *Node) ended(ctx context.Context, f ap.Follow, state ap.CandidateState, c *ap.Change) error {
	if agg, ok := n.localKind(ap.KindAggregator); !ok || agg.ID != f.Actor {
		return nil
	}
	a, err := n.store.Actor(ctx, f.Object)
	if err != nil && !isNotFound(err) {
		return err
	}
	if a.Listing == "" {
		c.Verdicts = append(c.Verdicts, ap.Verdict{Hoster: f.Object, State: state, At: n.now()})
	}
	return nil
}

// Candidate is a hoster that other directories list, for people to read.
type Candidate struct {
	ap.Candidate
	Handle string   // "name@host", as its own node says; "" until that was asked
	Name   string   // the same
	From   []string // handles or ids of the directories that list it
	Why    string   // why it cannot be listed, as far as its own node says: "", "unread", "no hoster", "no consent"
}

// Candidates gives the hosters that other directories list and that nobody has
// decided on; with all, those too that were asked, dismissed or refused. At
// most 500, by id.
func (n *Node) Candidates(ctx context.Context, all bool) ([]Candidate, error) {
	var out []Candidate
	page := ap.Page{Limit: 200}
	for {
		ks, err := n.store.Candidates(ctx, page)
		if err != nil {
			return nil, err
		}
		for _, k := range ks {
			page.After = string(k.Hoster)
			if !all && (!k.Undecided() || !listedSomewhere(k)) {
				continue
			}
			one, err := n.describeCandidate(ctx, k)
			if err != nil {
				return nil, err
			}
			if out = append(out, one); len(out) >= mostShown {
				return out, nil
			}
		}
		if len(ks) < page.Limit {
			return out, nil
		}
	}
}

// listedSomewhere reports whether a directory lists the candidate still.
func listedSomewhere(k ap.Candidate) bool {
	for _, s := range k.Sources {
		if s.WithdrawnAt.IsZero() {
			return true
		}
	}
	return false
}

// describeCandidate adds to a candidate what its own node and its sources are called.
func (n *Node) describeCandidate(ctx context.Context, k ap.Candidate) (Candidate, error) {
	one := Candidate{Candidate: k}
	a, err := n.store.Actor(ctx, k.Hoster)
	switch {
	case isNotFound(err):
		one.Why = "unread"
	case err != nil:
		return Candidate{}, err
	case a.Services == "":
		one.Why = "no hoster"
	case !consents(a):
		one.Why = "no consent"
	}
	one.Handle, one.Name = a.Handle, a.Name
	for _, s := range k.Sources {
		if !s.WithdrawnAt.IsZero() {
			continue
		}
		from, err := n.store.Actor(ctx, s.Aggregator)
		if err != nil && !isNotFound(err) {
			return Candidate{}, err
		}
		name := string(s.Aggregator)
		if from.Handle != "" {
			name = "@" + from.Handle
		}
		one.From = append(one.From, name)
	}
	return one, nil
}

// AcceptCandidate follows a candidate, named by its handle or its id.
// Errors are sentences; directory.ErrNotFound where nobody proposed it.
func (n *Node) AcceptCandidate(ctx context.Context, name string) (ap.Follow, error) {
	k, err := n.findCandidate(ctx, name)
	if err != nil {
		return ap.Follow{}, err
	}
	a, handle, err := n.readCandidate(ctx, k.Hoster)
	if err != nil {
		return ap.Follow{}, fmt.Errorf("read %s from its own node: %w", name, err)
	}
	if a.Services == "" || !consents(a) {
		return ap.Follow{}, fmt.Errorf("%s is no hoster that agrees to be listed, says its own node: %w", name, directory.ErrForbidden)
	}
	return n.Follow(ctx, handle)
}

// DismissCandidate makes sure that a candidate is proposed no more, whoever
// lists it. matou follow follows it all the same.
func (n *Node) DismissCandidate(ctx context.Context, name string) error {
	k, err := n.findCandidate(ctx, name)
	if err != nil {
		return err
	}
	defer n.lockActor(k.Hoster)()
	if agg, ok := n.localKind(ap.KindAggregator); ok {
		if _, followed, err := n.followOf(ctx, agg.ID, k.Hoster); err != nil {
			return err
		} else if followed {
			return fmt.Errorf("%s is followed already: matou unfollow ends that: %w", name, directory.ErrConflict)
		}
	}
	_, err = n.apply(ctx, ap.Change{Verdicts: []ap.Verdict{{Hoster: k.Hoster, State: ap.CandidateDismissed, At: n.now()}}})
	return err
}

// findCandidate finds a candidate by its handle or its id.
func (n *Node) findCandidate(ctx context.Context, name string) (ap.Candidate, error) {
	if k, err := n.store.Candidate(ctx, ap.IRI(name)); err == nil || !isNotFound(err) {
		return k, err
	}
	want := bareHandle(name)
	page := ap.Page{Limit: 200}
	for {
		ks, err := n.store.Candidates(ctx, page)
		if err != nil {
			return ap.Candidate{}, err
		}
		for _, k := range ks {
			a, err := n.store.Actor(ctx, k.Hoster)
			if err != nil && !isNotFound(err) {
				return ap.Candidate{}, err
			}
			if a.Handle != "" && strings.EqualFold(a.Handle, want) {
				return k, nil
			}
			page.After = string(k.Hoster)
		}
		if len(ks) < page.Limit {
			return ap.Candidate{}, fmt.Errorf("no directory proposed %s: see matou directory candidates: %w", name, directory.ErrNotFound)
		}
	}
}
