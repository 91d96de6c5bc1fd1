package federation

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"matou/directory"
	"matou/federation/activitystreams"
	"matou/federation/ap"
	"matou/federation/blocklist"
)

// Bounds of one step of a decision.
const (
	blocksAtOnce  = 500  // in one transaction
	noticesAtOnce = 100  // of one hoster, with their updates
	notesAtOnce   = 2000 // of these, give or take one notice
	cutsAtOnce    = 32   // ties that are cut at the same time: they share the disk's syncs
)

// Blocks gives every block, by domain.
func (n *Node) Blocks(ctx context.Context) ([]ap.DomainBlock, error) {
	all := []ap.DomainBlock{}
	err := n.eachBlock(ctx, func(b ap.DomainBlock) { all = append(all, b) })
	return all, err
}

// BlockPlan says what a list of blocks would do here, or has done.
type BlockPlan struct {
	Added   []ap.DomainBlock    `json:"added"`
	Changed []ap.DomainBlock    `json:"changed"` // more severe, or other marks and comments
	Covered int                 `json:"covered"` // skipped: what stands here does as much already
	Refused []blocklist.Refusal `json:"refused"` // skipped: no block may name them
	Ties    Ties                `json:"ties"`    // what is cut
}

// Add adds what another part of the same list does.
func (p *BlockPlan) Add(o BlockPlan) {
	p.Added = append(p.Added, o.Added...)
	p.Changed = append(p.Changed, o.Changed...)
	p.Covered += o.Covered
	p.Refused = append(p.Refused, o.Refused...)
	p.Ties.Followers += o.Ties.Followers
	p.Ties.Following += o.Ties.Following
	p.Ties.Listings += o.Ties.Listings
	p.Ties.Named = append(p.Ties.Named, o.Ties.Named...)
}

// PlanBlocks says what ApplyBlocks would do, and changes nothing.
func (n *Node) PlanBlocks(ctx context.Context, blocks []ap.DomainBlock, replace bool) (BlockPlan, error) {
	plan, err := n.planBlocks(ctx, blocks, replace)
	if err != nil {
		return BlockPlan{}, err
	}
	after := n.policies.with(append(plan.Added, plan.Changed...))
	plan.Ties, err = n.tiesCut(ctx, after)
	return plan, err
}

// ApplyBlocks keeps blocks, from which moment they hold, and then cuts the ties
// with the hosts that they suspend: Undo and Reject are the last that is sent
// to them. With replace each stands as it is given; without, a block that is
// milder than what stands here already is skipped. What a crash leaves undone
// is done when the node is started again. d says who decides, and why.
func (n *Node) ApplyBlocks(ctx context.Context, blocks []ap.DomainBlock, replace bool, d ap.Decision) (BlockPlan, error) {
	plan, err := n.planBlocks(ctx, blocks, replace)
	if err != nil {
		return BlockPlan{}, err
	}
	all := append(append([]ap.DomainBlock{}, plan.Added...), plan.Changed...)
	if len(all) == 0 {
		return plan, nil
	}
	for first := 0; first < len(all); first += blocksAtOnce {
		c := ap.Change{DomainBlocks: all[first:min(first+blocksAtOnce, len(all))]}
		if first == 0 {
			d.Effect = fmt.Sprintf("%d added, %d changed", len(plan.Added), len(plan.Changed))
			c.Decisions = []ap.Decision{n.decision(d)}
		}
		if err := n.decide(ctx, c); err != nil {
			return BlockPlan{}, fmt.Errorf("keep the blocks: %w", err)
		}
	}
	plan.Ties, err = n.enforce(ctx)
	return plan, err
}

// Unblock removes the block of a domain. Follows that it ended do not come back
// by themselves; whom this node still follows is listed again.
func (n *Node) Unblock(ctx context.Context, domain string, d ap.Decision) error {
	b, err := n.block(ctx, domain)
	if err != nil {
		return err
	}
	d.Subject = b.Domain
	if err := n.decide(ctx, ap.Change{RemoveDomainBlocks: []string{b.Domain}, Decisions: []ap.Decision{n.decision(d)}}); err != nil {
		return fmt.Errorf("remove the block: %w", err)
	}
	return n.relist(ctx, b.Domain)
}

// block finds the block of exactly that domain.
func (n *Node) block(ctx context.Context, domain string) (ap.DomainBlock, error) {
	name, err := blocklist.Domain(domain, n.config.Development)
	if err != nil {
		return ap.DomainBlock{}, err
	}
	var found ap.DomainBlock
	if err := n.eachBlock(ctx, func(b ap.DomainBlock) {
		if b.Domain == name {
			found = b
		}
	}); err != nil {
		return ap.DomainBlock{}, err
	}
	if found.Domain == "" {
		return ap.DomainBlock{}, fmt.Errorf("nothing is decided on %s itself: see matou federation blocks list: %w", name, directory.ErrNotFound)
	}
	return found, nil
}

// decision completes a line of the log.
func (n *Node) decision(d ap.Decision) ap.Decision {
	d.Key, d.At = n.newID(), n.now()
	return d
}

// decide applies a change of policies, and lets it hold from that moment: what
// was being decided by the old ones has ended before.
func (n *Node) decide(ctx context.Context, c ap.Change) error {
	p := n.policies
	p.gate.Lock()
	defer p.gate.Unlock()
	if _, err := n.store.Apply(ctx, c); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, b := range c.DomainBlocks {
		p.blocks[b.Domain] = standingOf(b)
	}
	for _, name := range c.RemoveDomainBlocks {
		delete(p.blocks, name)
	}
	for _, a := range c.DomainAllows {
		p.allows[a.Domain] = struct{}{}
	}
	for _, name := range c.RemoveDomainAllows {
		delete(p.allows, name)
	}
	return nil
}

// planBlocks compares a list with what stands here.
func (n *Node) planBlocks(ctx context.Context, blocks []ap.DomainBlock, replace bool) (BlockPlan, error) {
	stand := map[string]ap.DomainBlock{}
	if err := n.eachBlock(ctx, func(b ap.DomainBlock) { stand[b.Domain] = b }); err != nil {
		return BlockPlan{}, fmt.Errorf("read the blocks of domains: %w", err)
	}
	plan := BlockPlan{Added: []ap.DomainBlock{}, Changed: []ap.DomainBlock{}, Refused: []blocklist.Refusal{}}
	rules := blocklist.Rules{Own: n.config.Origin.Host, Development: n.config.Development}
	for _, b := range blocks {
		written := b.Domain
		if err := blocklist.Check(&b, rules); err != nil {
			plan.Refused = append(plan.Refused, blocklist.Refusal{Domain: clip(written), Reason: err.Error()})
			continue
		}
		if b.Severity.Weight() == 0 {
			b.Severity = ap.SeverityNoop
		}
		b.At = n.now()
		old, stands := stand[b.Domain]
		switch {
		case stands && replace:
			plan.Changed = append(plan.Changed, b)
		case stands && blocklist.Covered(b, old), !stands && !replace && covered(b, stand):
			plan.Covered++
			continue
		case stands:
			b = blocklist.Merge(old, b)
			b.At = n.now()
			plan.Changed = append(plan.Changed, b)
		default:
			plan.Added = append(plan.Added, b)
		}
		stand[b.Domain] = b
	}
	return plan, nil
}

// covered reports whether a block of a domain above does all that b does.
func covered(b ap.DomainBlock, stand map[string]ap.DomainBlock) bool {
	for name := range blocklist.Above(b.Domain) {
		if above, ok := stand[name]; ok && blocklist.Covered(b, above) {
			return true
		}
	}
	return false
}

// enforce cuts the ties with every host that is suspended, and withdraws the
// listings of every one that is silenced. It is run after each change of
// policies and when the node is started, and finds nothing to do the second
// time.
func (n *Node) enforce(ctx context.Context) (Ties, error) {
	ties := Ties{Named: []string{}}
	var g errgroup.Group // where one tie cannot be cut the others still are
	g.SetLimit(cutsAtOnce)
	err := n.eachTie(ctx, func(t tie) error {
		s := n.policy(t.other().Host())
		if !s.silenced() {
			return nil
		}
		cut, err := n.cuts(ctx, t, s)
		if err != nil || !cut {
			return err
		}
		n.noteTie(ctx, t, s, &ties)
		g.Go(func() error { return n.cut(ctx, t, s) })
		return nil
	})
	return ties, errors.Join(err, g.Wait(), n.enforceSites(ctx))
}

// enforceAtStart finishes what was decided, and not done, before the node
// stopped, and does what another mode in the configuration asks for.
func (n *Node) enforceAtStart(ctx context.Context) error {
	if !n.policies.any() {
		return nil
	}
	ties, err := n.enforce(ctx)
	if err != nil && ctx.Err() == nil {
		n.log.ErrorContext(ctx, "ties with blocked hosts left: their next activity is refused all the same", "error", err)
	}
	if ties.Any() {
		n.log.InfoContext(ctx, "ties with blocked hosts cut", "followers", ties.Followers, "following", ties.Following, "listings", ties.Listings)
	}
	return nil
}

// cut ends one tie, as far as the standing of its host asks for.
func (n *Node) cut(ctx context.Context, t tie, s standing) error {
	defer n.lockActor(t.other())()
	f, ok, err := n.followOf(ctx, t.follow.Actor, t.follow.Object)
	if err != nil || !ok {
		return err
	}
	var c ap.Change
	if t.ours {
		if err := n.withdrawNotices(ctx, f.Object); err != nil {
			return err
		}
		if err := n.withdraw(ctx, f.Object, endedBlocked, &c); err != nil {
			return err
		}
	}
	if s.severity == ap.SeveritySuspend {
		if err := n.part(&c, t.local, f, t.ours); err != nil {
			return err
		}
	}
	if _, err := n.apply(ctx, c); err != nil {
		return fmt.Errorf("cut the tie with %s: %w", t.other(), err)
	}
	return nil
}

// withdrawNotices removes the notices of a hoster and takes back what this
// node's directory announced of them, in steps: there may be more than one
// transaction holds.
func (n *Node) withdrawNotices(ctx context.Context, hoster ap.IRI) error {
	last, err := n.dropNotices(ctx, directory.ID(hoster), func(notes []ap.IRI) error { return n.unannounceAll(ctx, notes) })
	if err != nil || len(last.RemoveNotices) == 0 {
		return err
	}
	if _, err := n.apply(ctx, last); err != nil {
		return fmt.Errorf("remove the notices of %s: %w", hoster, err)
	}
	return nil
}

// unannounceAll takes back what this node's directory announced, one Announce
// after the other: each goes to all who follow the directory.
func (n *Node) unannounceAll(ctx context.Context, notes []ap.IRI) error {
	for _, note := range notes {
		var c ap.Change
		if err := n.unannounce(ctx, note, &c); err != nil {
			return fmt.Errorf("take an Announce back: %w", err)
		}
		if len(c.Documents) == 0 {
			continue
		}
		if _, err := n.apply(ctx, c); err != nil {
			return fmt.Errorf("take an Announce back: %w", err)
		}
	}
	return nil
}

// part adds to c the end of a Follow with a suspended host, and the one
// activity that tells it so: without, it would go on sending for years.
func (n *Node) part(c *ap.Change, local ap.IRI, f ap.Follow, ours bool) error {
	c.RemoveFollows = append(c.RemoveFollows, ap.Edge{Actor: f.Actor, Object: f.Object})
	id := n.activityIRI(n.newID())
	var doc ap.Document
	var err error
	if ours {
		c.RemoveRefreshes = append(c.RemoveRefreshes, f.Object)
		doc, err = activitystreams.Undo(id, local, f.Raw, []ap.IRI{f.Object}, nil, n.now())
	} else {
		doc, err = activitystreams.Reject(id, local, f.Raw, f.Actor, n.now())
	}
	if err != nil {
		return fmt.Errorf("write the end of a Follow: %w", err)
	}
	if f.State == ap.FollowRejected || f.Inbox == "" {
		return nil // it knows
	}
	n.send(c, local, doc, nil, false)
	c.Deliveries = append(c.Deliveries, ap.Delivery{
		Key: n.newID(), Activity: doc.IRI, Inbox: f.Inbox, Signer: local, CreatedAt: n.now(), Parting: true,
	})
	return nil
}

// refreshSilenced settles the refresh of an actor whose domain is blocked: it is
// not fetched and not listed, and looked at again in a week, in case that has
// changed.
func (n *Node) refreshSilenced(ctx context.Context, r ap.Refresh) error {
	defer n.lockActor(r.Actor)()
	var c ap.Change
	if err := n.withdraw(ctx, r.Actor, endedBlocked, &c); err != nil {
		return &storeError{err}
	}
	if n.policy(r.Actor.Host()).severity == ap.SeveritySuspend {
		return n.doneRefreshing(ctx, r, nil, c)
	}
	next := ap.Refresh{Actor: r.Actor, DueAt: n.clock().UTC().Add(refreshEvery), Reason: "weekly"}
	return n.doneRefreshing(ctx, r, &next, c)
}

// relist makes the profiles of those whom this node follows in a domain due,
// where nothing stands against listing them any more.
func (n *Node) relist(ctx context.Context, domain string) error {
	var c ap.Change
	err := n.eachTie(ctx, func(t tie) error {
		id := t.follow.Object
		if t.ours && t.follow.State == ap.FollowAccepted && ap.Covers(domain, id.Host()) && !n.policy(id.Host()).silenced() {
			n.refreshSoon(id, "update", &c)
		}
		return nil
	})
	if err != nil || len(c.Refreshes) == 0 {
		return err
	}
	_, err = n.apply(ctx, c)
	return err
}
