package storagetest

import (
	"testing"
	"time"

	"matou/directory"
	"matou/federation/ap"
)

func testHistory(t *testing.T, b *bench) {
	id, other := directory.ID(peer(1)), directory.ID(peer(2))
	past := func(id directory.ID) directory.History {
		t.Helper()
		return good[directory.History](t)(b.History(b.ctx, id))
	}
	at := func(n int) time.Time { return start.Add(time.Duration(n) * time.Minute) }
	entry := func(id directory.ID, n int) directory.HistoryEntry {
		return directory.HistoryEntry{
			Hoster: id, At: at(n), Event: directory.HistoryChanged, SaidBy: directory.VoiceHoster,
			Source: string(peer(1)), Changed: []directory.Fact{{Field: "service.capacity", Of: "pad"}},
		}
	}
	equal(t, "entries at first", past(id), directory.History{})
	// Two entries of one moment are two.
	b.apply(ap.Change{History: []directory.HistoryEntry{entry(id, 0), entry(id, 0)}})
	b.apply(ap.Change{History: []directory.HistoryEntry{entry(id, 1), entry(other, 2)}})
	b.reopen()
	equal(t, "the latest first", past(id), directory.History{Entries: []directory.HistoryEntry{entry(id, 1), entry(id, 0), entry(id, 0)}, Since: start})

	var many ap.Change
	for n := range directory.MaxHistory {
		many.History = append(many.History, entry(id, 10+n))
	}
	b.apply(many)
	folded := past(id)
	equal(t, "entries kept", len(folded.Entries), directory.MaxHistory)
	equal(t, "the oldest kept", folded.Entries[directory.MaxHistory-1], entry(id, 10))
	equal(t, "entries folded", folded.Folded, 3)
	equal(t, "the first day stays", folded.Since, start)

	carried := func(n int) directory.HistoryEntry { e := entry(id, n); e.Hoster = other; return e }
	b.apply(ap.Change{CarryHistories: []ap.HistoryCarry{{From: id, To: other}}})
	all := past(other)
	equal(t, "entries carried", len(all.Entries), directory.MaxHistory)
	equal(t, "the latest carried", all.Entries[0], carried(9+directory.MaxHistory))
	equal(t, "entries folded of both", all.Folded, 4)
	equal(t, "since the first of both", all.Since, start)
	equal(t, "of where it was carried from", past(id), directory.History{})

	// A withdrawal: what was said is gone, and that it left stays.
	left := directory.Leaves(other, at(1000), directory.VoiceHoster)
	b.apply(ap.Change{ForgetHistories: []directory.ID{other, id}, History: []directory.HistoryEntry{left}})
	equal(t, "after a withdrawal", past(other), directory.History{Entries: []directory.HistoryEntry{left}, Since: at(1000)})
	b.reopen()
	b.apply(ap.Change{ForgetHistories: []directory.ID{other}})
	equal(t, "after a purge", past(other), directory.History{})

	if _, err := b.Apply(b.ctx, ap.Change{History: []directory.HistoryEntry{{At: start}}}); err == nil {
		t.Error("an entry of no listing: got no error, want one")
	}
}
