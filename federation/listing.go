package federation

import (
	"context"
	"fmt"

	"matou/directory"
	"matou/federation/activitystreams"
	"matou/federation/ap"
)

// tellListing adds to c the word, to everyone who follows this node's
// directory, that a hoster entered its listing or left it: an Add or a Remove
// that names the hoster and says nothing of it. Other directories learn of
// hosters this way.
//
// A hoster that comes and goes all day would make this node write to all its
// followers each time. Beyond the budget of its domain nothing is told: whoever
// learns from this directory walks its listing again within the week.
func (n *Node) tellListing(ctx context.Context, hoster ap.IRI, entered bool, c *ap.Change) error {
	agg, ok := n.localKind(ap.KindAggregator)
	if !ok || agg.MovedTo != "" {
		return nil
	}
	if !n.in.keys.budget(hoster.Host()).listings.AllowN(n.clock(), 1) {
		n.log.InfoContext(ctx, "change of the listing not told: too many", "hoster", string(hoster))
		return nil
	}
	write := activitystreams.Remove
	if entered {
		write = activitystreams.Add
	}
	doc, err := write(n.activityIRI(n.newID()), agg.ID, hoster, agg.ID+"/listing", n.now())
	if err != nil {
		return fmt.Errorf("tell a change of the listing: %w", err)
	}
	return n.publish(ctx, c, agg.ID, doc)
}

// learnedFrom gives the directories that told this one of a hoster; nil where
// nobody did.
func (n *Node) learnedFrom(ctx context.Context, hoster ap.IRI) ([]directory.ID, error) {
	k, err := n.store.Candidate(ctx, hoster)
	if isNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var from []directory.ID
	for _, s := range k.Sources {
		from = append(from, directory.ID(s.Aggregator))
	}
	return from, nil
}
