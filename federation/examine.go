package federation

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"matou/directory"
	"matou/federation/activitystreams"
	"matou/federation/ap"
	"matou/federation/fetch"
)

// examineTimeout is how long somebody waits for the answer.
const examineTimeout = 12 * time.Second

// Examine looks at somebody who would like to be listed here as this node would
// see them: account is what they typed, "@name@host", the address of a page, or
// the name of a host. It asks at most six documents of the host and keeps none.
// r is the visitor's request, by whose address attempts are bounded.
//
// What is wrong over there is in the Examination. Errors are of the question:
// directory.ErrInvalid for what is no such address, directory.ErrForbidden for
// this very node and for hosts that it has nothing to do with,
// directory.ErrConflict where too much was asked lately; any other is ours.
func (n *Node) Examine(r *http.Request, account string) (directory.Examination, error) {
	name, host, err := n.parseAccount(account)
	if err != nil {
		return directory.Examination{}, err
	}
	if host == n.config.Origin.Host {
		return directory.Examination{}, fmt.Errorf("%s is this very node: %w", host, directory.ErrForbidden)
	}
	if n.policy(host).silenced() {
		return directory.Examination{}, fmt.Errorf("%s is blocked here: %w", host, directory.ErrForbidden)
	}
	now := n.clock()
	if a, ok := n.limits.client(r); ok && !n.desk.lookers.take(a, now) || !n.desk.server(host).AllowN(now, 1) {
		return directory.Examination{}, fmt.Errorf("examine %s: asked too often lately: %w", host, directory.ErrConflict)
	}
	defer n.desk.open.Add(-1)
	if n.desk.open.Add(1) > looksAtOnce {
		return directory.Examination{}, fmt.Errorf("examine %s: too many are asked at once: %w", host, directory.ErrConflict)
	}
	ctx, cancel := context.WithTimeout(r.Context(), examineTimeout)
	defer cancel()
	e := directory.Examination{Host: host}
	err = n.examine(ctx, name, &e)
	if r.Context().Err() != nil {
		return e, r.Context().Err() // they have left
	}
	var stored *storeError
	if errors.As(err, &stored) {
		return e, stored
	}
	if err != nil {
		n.log.InfoContext(r.Context(), "somebody could not be examined", "host", host, "error", clip(err.Error()))
		if e.Stopped == "" {
			e.Stopped = stopOf(err)
		}
	}
	return e, nil
}

// stopOf says in which way another host failed to answer.
func stopOf(err error) directory.Stop {
	var status *fetch.StatusError
	switch {
	case isGone(err):
		return directory.StopGone
	case isNotFound(err):
		return directory.StopNobody
	case errors.Is(err, directory.ErrForbidden):
		return directory.StopUnconfirmed
	case errors.Is(err, directory.ErrInvalid), errors.Is(err, directory.ErrConflict), errors.Is(err, fetch.ErrMediaType), errors.Is(err, fetch.ErrTooLarge), errors.Is(err, fetch.ErrRedirect), errors.As(err, &status):
		return directory.StopUnreadable
	}
	return directory.StopUnreachable
}

// examine fills e step by step; its error is what it stopped at.
func (n *Node) examine(ctx context.Context, name string, e *directory.Examination) error {
	var id ap.IRI
	var subject string
	var err error
	if name == "" {
		if id, err = n.hosterOf(ctx, e.Host); err == nil && id == "" {
			e.Stopped = directory.StopNameless
			return nil
		}
	} else {
		id, subject, err = n.lookUp(ctx, name, e.Host)
	}
	if err != nil {
		return err
	}
	if id.Host() == n.config.Origin.Host || n.policy(id.Host()).silenced() {
		return fmt.Errorf("%s points to %s: %w", e.Host, id, directory.ErrForbidden)
	}
	actor, doc, err := n.readActor(ctx, id)
	if err != nil {
		return err
	}
	if err := n.confirmName(ctx, actor, name, subject, e.Host); err != nil {
		return err
	}
	e.Handle = strings.ToLower(actor.Username) + "@" + id.Host()
	e.Name, e.Discoverable, e.Indexable, e.Publishes = actor.Name, actor.Discoverable, actor.Indexable, actor.Services != ""
	if err := n.knownHere(ctx, id, e); err != nil {
		return &storeError{err}
	}
	if !e.Publishes {
		return nil
	}
	hoster, _, err := activitystreams.DecodeHoster(doc.Body, n.servicesAtHand(ctx, actor))
	if err != nil {
		return fmt.Errorf("read the profile: %w", err)
	}
	e.Hoster = &hoster
	return nil
}

// confirmName checks that an actor has the name by which it was asked for, as
// resolveHandle does, and keeps nothing.
func (n *Node) confirmName(ctx context.Context, actor ap.Actor, name, subject, host string) error {
	if actor.Username == "" {
		return fmt.Errorf("the actor %s has no name (preferredUsername): %w", actor.ID, directory.ErrInvalid)
	}
	if name != "" && strings.EqualFold(actor.Username, name) && actor.ID.Host() == host {
		return nil
	}
	own := strings.ToLower(actor.Username) + "@" + actor.ID.Host()
	back, canonical, err := n.lookUp(ctx, strings.ToLower(actor.Username), actor.ID.Host())
	if err != nil {
		return err
	}
	if back != actor.ID || name != "" && canonical != name+"@"+host && subject != own {
		return fmt.Errorf("@%s is %s, whose own host does not say so: %w", own, actor.ID, directory.ErrForbidden)
	}
	return nil
}

// hosterOf asks a host who its hoster is: a node of this software names those
// whom it speaks for in its NodeInfo, the hoster first (FEP-f1d5). "" where it
// names nobody on its own host.
func (n *Node) hosterOf(ctx context.Context, host string) (ap.IRI, error) {
	address := n.scheme() + "://" + host + "/.well-known/nodeinfo"
	resp, err := n.client.Get(ctx, address, "application/json", maxDescriptor)
	if err != nil {
		if err = originError(err); isNotFound(err) || isGone(err) {
			return "", nil
		}
		return "", fmt.Errorf("ask %s who it is: %w", host, err)
	}
	d, err := readDescriptor(resp.Body)
	if err != nil {
		return "", nil //nolint:nilerr // whatever answers there names nobody
	}
	for _, l := range d.Links {
		info, err := activitystreams.ParseIRI(l.Href, n.config.Development)
		if err != nil || !strings.HasPrefix(l.Rel, relNodeInfo+"2.") || info.Host() != host {
			continue
		}
		if resp, err = n.client.Get(ctx, string(info), "application/json", maxDescriptor); err != nil {
			return "", fmt.Errorf("ask %s who it is: %w", host, originError(err))
		}
		o, err := activitystreams.Parse(resp.Body)
		if err != nil {
			return "", nil //nolint:nilerr // as above
		}
		metadata, _ := o.Child("metadata")
		for _, id := range metadata.IRIs("staffAccounts") {
			if id.Host() == host {
				return id, nil
			}
		}
		return "", nil
	}
	return "", nil
}

// servicesAtHand gives the services that stand in full on the first page of an
// actor's collection: enough to say whether there are any, by two requests at
// most. What cannot be read is left out.
func (n *Node) servicesAtHand(ctx context.Context, actor ap.Actor) [][]byte {
	if actor.Services.Host() != actor.ID.Host() {
		return nil
	}
	var bodies [][]byte
	for next, pages := actor.Services, 0; next != "" && pages < 2 && len(bodies) == 0; pages++ {
		d, err := n.fetchDocument(ctx, next)
		if err != nil {
			return nil
		}
		col, err := activitystreams.DecodeCollection(d.Body)
		if err != nil {
			return nil
		}
		for _, item := range col.Items {
			if len(item.Raw) > 0 && item.IRI.Host() == actor.ID.Host() && len(bodies) < maxServices {
				bodies = append(bodies, item.Raw)
			}
		}
		next = col.First
	}
	return bodies
}

// knownHere notes whether this directory has asked for the actor already.
func (n *Node) knownHere(ctx context.Context, id ap.IRI, e *directory.Examination) error {
	agg, ok := n.localKind(ap.KindAggregator)
	if !ok {
		return nil
	}
	f, ok, err := n.followOf(ctx, agg.ID, id)
	if err != nil {
		return err
	}
	e.Asked = ok && f.State != ap.FollowRejected
	e.Listed, err = n.store.Listed(ctx, directory.ID(id))
	return err
}
