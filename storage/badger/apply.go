package badger

import (
	"fmt"

	"matou/directory"
	"matou/federation/ap"
)

// apply evaluates one Change, by the rules of ap.Change.
func (t *tx) apply(c *ap.Change) (bool, error) {
	if c.Activity != nil {
		if fresh, err := t.recordActivity(*c.Activity); err != nil || !fresh {
			return false, err
		}
	}
	return true, first(
		each(c.LocalActors, t.saveLocalActor),
		each(c.Actors, t.saveActor),
		each(c.RemoveActors, t.removeActor),
		each(c.Documents, t.saveDocument),
		each(c.RemoveDocuments, t.removeDocument),
		each(c.Follows, t.saveFollow),
		each(c.RemoveFollows, t.removeFollow),
		each(c.Outbox, t.saveOutboxItem),
		each(c.RemoveOutbox, t.removeOutboxItem),
		func() error { return t.enqueue(c.Deliveries) },
		each(c.RetryLanes, t.retryLane),
		each(c.DropLanes, t.dropDeliveries),
		each(c.Silences, t.saveSilence),
		each(c.RemoveSilences, t.removeSilence),
		each(c.Refreshes, t.askRefresh),
		each(c.RefreshesDone, t.settleRefresh),
		each(c.Hosts, t.saveHost),
		each(c.Profiles, t.saveProfile),
		each(c.Sites, t.saveSite),
		each(c.RemoveSites, t.removeSite),
		each(c.SiteFiles, t.saveSiteFile),
		each(c.RemoveSiteFiles, t.removeSiteFile),
		each(c.Listings, t.saveListing),
		each(c.RemoveListings, t.removeListing),
		each(c.Notices, t.saveNotice),
		each(c.RemoveNotices, t.removeNotice),
		each(c.Proposals, t.noteProposal),
		each(c.Verdicts, t.saveVerdict),
		each(c.Sources, t.saveSource),
		each(c.RemoveSources, t.removeSource),
		each(c.FeaturedItems, t.saveFeaturedItem),
		each(c.RemoveFeaturedItems, t.removeFeaturedItem),
		func() error { return t.applyPolicy(c) },
		each(c.Stamps, t.saveStamp),
		each(c.RemoveStamps, t.removeStamp),
		each(c.Reports, t.saveReport),
		each(c.RemoveReports, t.removeReport),
		each(c.Moves, t.saveMove),
		each(c.RemoveMoves, t.removeMove),
		each(c.Collectives, t.saveCollective),
		each(c.RemoveCollectives, t.removeCollective),
		each(c.CarryHistories, t.carryHistory),
		each(c.ForgetHistories, t.forgetHistory),
		each(c.History, t.saveHistory),
	)
}

// each calls f for every element, until one fails.
func each[T any](all []T, f func(T) error) func() error {
	return func() error {
		for _, v := range all {
			if err := f(v); err != nil {
				return err
			}
		}
		return nil
	}
}

// first runs the steps until one fails.
func first(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// valid refuses a Change that could not be found again: ids that are empty or
// longer than an IRI may be.
func valid(c ap.Change) error {
	v := validator{}
	if c.Activity != nil {
		v.id("activity", string(c.Activity.ID))
	}
	check(&v, "localActors", c.LocalActors, func(a ap.LocalActor) string { return string(a.ID) })
	check(&v, "actors", c.Actors, func(a ap.Actor) string { return string(a.ID) })
	check(&v, "documents", c.Documents, func(d ap.Document) string { return string(d.IRI) })
	check(&v, "follows.actor", c.Follows, func(f ap.Follow) string { return string(f.Actor) })
	check(&v, "follows.object", c.Follows, func(f ap.Follow) string { return string(f.Object) })
	check(&v, "outbox.actor", c.Outbox, func(o ap.OutboxItem) string { return string(o.Actor) })
	check(&v, "outbox.activity", c.Outbox, func(o ap.OutboxItem) string { return string(o.Activity) })
	check(&v, "deliveries.inbox", c.Deliveries, func(d ap.Delivery) string { return string(d.Inbox) })
	check(&v, "deliveries.activity", c.Deliveries, func(d ap.Delivery) string { return string(d.Activity) })
	check(&v, "deliveries.signer", c.Deliveries, func(d ap.Delivery) string { return string(d.Signer) })
	check(&v, "refreshes", c.Refreshes, func(r ap.Refresh) string { return string(r.Actor) })
	check(&v, "silences", c.Silences, func(s ap.Silence) string { return s.Host })
	check(&v, "hosts", c.Hosts, func(h ap.Host) string { return h.Name })
	check(&v, "profiles", c.Profiles, func(p ap.Profile) string { return string(p.Actor) })
	check(&v, "listings", c.Listings, func(l directory.Listing) string { return string(l.Hoster.ID) })
	for i, l := range c.Listings {
		if l.File != nil {
			v.id(fmt.Sprintf("listings[%d].file.site", i), l.File.Site)
		}
	}
	check(&v, "sites", c.Sites, func(s directory.Site) string { return s.Host })
	check(&v, "siteFiles", c.SiteFiles, func(f directory.SiteFile) string { return f.Address })
	check(&v, "notices", c.Notices, func(n directory.Notice) string { return string(n.ID) })
	check(&v, "notices.hoster", c.Notices, func(n directory.Notice) string { return string(n.Hoster) })
	check(&v, "domainBlocks", c.DomainBlocks, func(b ap.DomainBlock) string { return b.Domain })
	check(&v, "domainAllows", c.DomainAllows, func(a ap.DomainAllow) string { return a.Domain })
	checkKeys(&v, "decisions", c.Decisions, func(d ap.Decision) string { return d.Key })
	check(&v, "featuredItems.collection", c.FeaturedItems, func(i ap.FeaturedItem) string { return string(i.Collection) })
	check(&v, "featuredItems.actor", c.FeaturedItems, func(i ap.FeaturedItem) string { return string(i.Actor) })
	check(&v, "stamps", c.Stamps, func(s ap.Stamp) string { return string(s.ID) })
	check(&v, "stamps.interacting", c.Stamps, func(s ap.Stamp) string { return string(s.Interacting) })
	check(&v, "stamps.target", c.Stamps, func(s ap.Stamp) string { return string(s.Target) })
	check(&v, "reports.host", c.Reports, func(r ap.Report) string { return r.Host })
	check(&v, "moves.from", c.Moves, func(m ap.Move) string { return string(m.From) })
	check(&v, "moves.to", c.Moves, func(m ap.Move) string { return string(m.To) })
	check(&v, "history", c.History, func(e directory.HistoryEntry) string { return string(e.Hoster) })
	check(&v, "carryHistories.from", c.CarryHistories, func(h ap.HistoryCarry) string { return string(h.From) })
	check(&v, "carryHistories.to", c.CarryHistories, func(h ap.HistoryCarry) string { return string(h.To) })
	check(&v, "collectives.slug", c.Collectives, func(k directory.Collective) string { return k.Slug })
	check(&v, "collectives.source", c.Collectives, func(k directory.Collective) string { return k.Source })
	checkKeys(&v, "reports", c.Reports, func(r ap.Report) string { return r.Key })
	check(&v, "proposals.aggregator", c.Proposals, func(p ap.Proposal) string { return string(p.Aggregator) })
	check(&v, "proposals.hoster", c.Proposals, func(p ap.Proposal) string { return string(p.Hoster) })
	check(&v, "verdicts", c.Verdicts, func(d ap.Verdict) string { return string(d.Hoster) })
	check(&v, "sources", c.Sources, func(s ap.Source) string { return string(s.Aggregator) })
	checkKeys(&v, "outbox", c.Outbox, func(o ap.OutboxItem) string { return o.Key })
	checkKeys(&v, "deliveries", c.Deliveries, func(d ap.Delivery) string { return d.Key })
	for i, d := range c.RefreshesDone {
		if d.Next != nil && d.Next.Actor != d.Actor && v.err == nil {
			v.err = directory.Invalid(fmt.Sprintf("refreshesDone[%d].next.actor", i), "must be the actor of the refresh that it follows")
		}
	}
	return v.err
}

// validator keeps the first thing that is wrong.
type validator struct{ err error }

func (v *validator) id(field, id string) {
	switch {
	case v.err != nil:
	case id == "":
		v.err = directory.Invalid(field, "must not be empty")
	case len(id) > maxID:
		v.err = directory.Invalid(field, "must not be longer than %d bytes", maxID)
	}
}

// check checks the ids of a list. Fields are named where something is wrong.
func check[T any](v *validator, field string, all []T, id func(T) string) {
	for i, e := range all {
		if s := id(e); s == "" || len(s) > maxID {
			v.id(fmt.Sprintf("%s[%d]", field, i), s)
		}
	}
}

// checkKeys checks the keys of a list.
func checkKeys[T any](v *validator, field string, all []T, key func(T) string) {
	for i, e := range all {
		if s := key(e); v.err == nil && (s == "" || len(s) > maxULID) {
			v.err = directory.Invalid(fmt.Sprintf("%s[%d].key", field, i), "must have 1 to %d bytes", maxULID)
		}
	}
}
