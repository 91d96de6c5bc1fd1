package federation

import (
	"context"
	"slices"

	"matou/directory"
	"matou/federation/activitystreams"
	"matou/federation/ap"
)

// Bounds of what others may put before the keepers of this node.
const (
	mostReports       = 1000 // open, of everybody
	mostReportsOfOne  = 20   // open, of one domain
	mostReportObjects = 10   // of one Flag, of those that concern this node
)

// receiveFlag puts a Flag before the keepers, where it is about something of
// ours or of a hoster that is listed here. One that says the same again is
// counted with the first. The sender is believed to be who it is and nothing
// more: most send in the name of a whole server.
func (n *Node) receiveFlag(ctx context.Context, rec *received, c *ap.Change) error {
	if n.policy(rec.actor.Host()).rejectReports {
		return ignored("reports_refused")
	}
	flag := activitystreams.FlagOf(rec.object)
	var objects []ap.IRI
	for _, id := range flag.Objects {
		ok, err := n.concerns(ctx, id)
		if err != nil {
			return err
		}
		if ok && len(objects) < mostReportObjects {
			objects = append(objects, id)
		}
	}
	if len(objects) == 0 {
		return ignored("not_ours")
	}
	slices.Sort(objects)
	now := n.now()
	domain := domainOf(rec.actor.Host())
	open, err := n.store.OpenReports(ctx, domain, mostReportsOfOne)
	if err != nil {
		return err
	}
	for _, r := range open {
		if r.Content == flag.Content && slices.Equal(r.Objects, objects) {
			r.Times++
			r.LastAt = now
			c.Reports = append(c.Reports, r)
			return nil
		}
	}
	if len(open) >= mostReportsOfOne {
		return ignored("too_many_reports")
	}
	if all, err := n.store.OpenReports(ctx, "", mostReports); err != nil {
		return err
	} else if len(all) >= mostReports {
		return ignored("too_many_reports")
	}
	c.Reports = append(c.Reports, ap.Report{
		Key: n.newID(), Reporter: rec.actor, Host: domain, Objects: objects, Content: flag.Content,
		At: now, LastAt: now, Times: 1,
	})
	n.log.InfoContext(ctx, "report received: see matou report list", "actor", string(rec.actor))
	return nil
}

// concerns reports whether the keepers of this node have a say on an object:
// it is of ours, or of a hoster that is listed here.
func (n *Node) concerns(ctx context.Context, id ap.IRI) (bool, error) {
	if id.Host() == n.config.Origin.Host {
		_, err := n.ownDocument(ctx, id)
		if isNotFound(err) {
			_, err = n.store.Notice(ctx, directory.ID(id))
		}
		if isNotFound(err) {
			return false, nil
		}
		return err == nil, err
	}
	if listed, err := n.store.Listed(ctx, directory.ID(id)); err != nil || listed {
		return listed, err
	}
	d, err := n.store.Document(ctx, id)
	if isNotFound(err) || err == nil && d.Tombstone {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return n.store.Listed(ctx, directory.ID(d.Owner))
}

// holdReports holds back other Flags of the same domain: what is compared with
// those that are open, and counted, belongs together.
func (n *Node) holdReports(_ context.Context, rec *received) (unlock func(), err error) {
	return n.lockThread(ap.IRI(domainOf(rec.actor.Host()))), nil
}
