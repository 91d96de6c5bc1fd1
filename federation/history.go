package federation

import (
	"matou/directory"
	"matou/federation/ap"
)

// Reasons for which a listing ends.
const (
	endedBlocked    = "its domain is blocked"
	endedUnfollowed = "unfollowed"
	endedPurged     = "purged"
	endedMoved      = "moved"
	endedDeleted    = "deleted by the hoster"
	endedGone       = "deleted at its origin"
	endedKeys       = "its keys changed"
	endedHandle     = "its handle leads elsewhere"
)

// endedBy says whose word ended a listing; it was the hoster's own for every
// other reason.
var endedBy = map[string]directory.Voice{
	endedBlocked: directory.VoiceKeeper, endedUnfollowed: directory.VoiceKeeper,
	endedKeys: directory.VoiceNode, endedHandle: directory.VoiceNode,
}

// leavesNothing are the reasons after which not even that a listing was there
// is kept.
var leavesNothing = map[string]bool{
	endedPurged: true, endedMoved: true, endedDeleted: true, endedGone: true,
}

// enlist adds to c a listing by the word of its hoster, and to its history what
// is new since the one that it replaces; old is nil where it enters.
func (n *Node) enlist(old *directory.Listing, l directory.Listing, c *ap.Change) {
	c.Listings = append(c.Listings, l)
	if old == nil {
		c.History = append(c.History, directory.Enters(l, n.now(), directory.VoiceHoster))
		return
	}
	if e, some := directory.Changes(*old, l, n.now(), directory.VoiceHoster); some {
		c.History = append(c.History, e)
	}
}

// forgetPast adds to c that what the hoster of a listing said goes from its
// history too. That it left stays, with whose word it was, so that people see
// the gap if it comes back; of who is deleted, purged or elsewhere nothing does.
func (n *Node) forgetPast(hoster directory.ID, reason string, c *ap.Change) {
	c.ForgetHistories = append(c.ForgetHistories, hoster)
	if leavesNothing[reason] {
		return
	}
	by := endedBy[reason]
	if by == "" {
		by = directory.VoiceHoster
	}
	c.History = append(c.History, directory.Leaves(hoster, n.now(), by))
}

// carryPast adds to c that the past of a listing goes with its hoster to its
// new home, which c lists.
func (n *Node) carryPast(from, to directory.ID, c *ap.Change) {
	c.CarryHistories = append(c.CarryHistories, ap.HistoryCarry{From: from, To: to})
	for i := range c.History {
		if e := &c.History[i]; e.Hoster == to && e.Event == directory.HistoryEntered {
			e.Event = directory.HistoryMoved
			return
		}
	}
	c.History = append(c.History, directory.HistoryEntry{
		Hoster: to, At: n.now(), Event: directory.HistoryMoved, SaidBy: directory.VoiceHoster, Source: string(to),
	})
}
