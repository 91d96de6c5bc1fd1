package main

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"sync"

	"matou/directory"
)

// bonds is what is said of hosters by others: the collectives that have them in
// their lists, and the listed hosters that stand in a relation to them. It is
// made from the store when the node starts, and kept in step by the feeder.
type bonds struct {
	mu    sync.RWMutex
	turn  uint64               // grows when the lists change
	own   directory.Collective // the word of the node's own directory on all that it lists, and the admissions written down; no Slug: none
	taken *directory.MemberLists
	read  []directory.Collective
	lists *directory.MemberLists
	words map[directory.ID][]directory.Relation      // what each listed hoster states
	about map[directory.ID]map[directory.ID]struct{} // who states something with each
}

func newBonds(own directory.Collective) *bonds {
	return &bonds{
		own: own, taken: directory.NewMemberLists([]directory.Collective{own}), lists: directory.NewMemberLists(nil),
		words: map[directory.ID][]directory.Relation{}, about: map[directory.ID]map[directory.ID]struct{}{},
	}
}

// put notes what a listed hoster states, in place of what it stated before.
func (b *bonds) put(h directory.Hoster) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.forget(h.ID)
	for _, r := range h.Relations {
		if r.With == "" || r.With == h.ID {
			continue
		}
		b.words[h.ID] = append(b.words[h.ID], r)
		if b.about[r.With] == nil {
			b.about[r.With] = map[directory.ID]struct{}{}
		}
		b.about[r.With][h.ID] = struct{}{}
	}
}

// remove forgets what a hoster states that is listed no more.
func (b *bonds) remove(id directory.ID) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.forget(id)
}

func (b *bonds) forget(id directory.ID) {
	for _, r := range b.words[id] {
		delete(b.about[r.With], id)
		if len(b.about[r.With]) == 0 {
			delete(b.about, r.With)
		}
	}
	delete(b.words, id)
}

// setLists takes the lists of members and the directory's own, and reports
// whether they are others than before.
func (b *bonds) setLists(own directory.Collective, lists []directory.Collective) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	same := len(lists) == len(b.read) && (len(lists) == 0 || reflect.DeepEqual(lists, b.read))
	if same && reflect.DeepEqual(own, b.own) {
		return false
	}
	b.read, b.lists = lists, directory.NewMemberLists(lists)
	b.own, b.taken = own, directory.NewMemberLists([]directory.Collective{own})
	b.turn++
	return true
}

// turns grows with each change of the lists of members.
func (b *bonds) turns() uint64 {
	if b == nil {
		return 0
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.turn
}

// word is what the node's own directory says of a hoster that it lists: that it
// is a member, and how it was taken in where that is written down.
func (b *bonds) word(h directory.Hoster) directory.MemberWord {
	if words := b.taken.Words(h); len(words) > 0 {
		return words[0]
	}
	return b.own.Word(directory.Member{Hoster: h.ID})
}

// complete gives l with what others say of its hoster.
func (b *bonds) complete(l directory.Listing) directory.Listing {
	if b == nil || l.Hoster.ID == "" {
		return l
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	h, today := l.Hoster, directory.Date{}
	if !l.FetchedAt.IsZero() {
		today = directory.DateOf(l.FetchedAt)
	}
	l.Members = slices.Clone(b.lists.Words(h))
	if b.own.Slug != "" {
		l.Members = append(l.Members, b.word(h))
	}
	theirs := make(map[directory.ID][]directory.Relation, len(b.about[h.ID]))
	for id := range b.about[h.ID] {
		theirs[id] = b.words[id]
	}
	l.Ties = directory.Ties(h, theirs, today)
	return l
}

// memberLists is where the lists of collectives are read: those of others, and
// the word of the node's own directory.
type memberLists interface {
	Collectives(ctx context.Context) ([]directory.Collective, error)
	Admissions(ctx context.Context) (directory.Collective, bool, error)
}

// listed is where the listings are read.
type listed interface {
	Listings(ctx context.Context, after directory.ID, limit int) ([]directory.Listing, error)
}

// relist reads the lists of members, and where they are others than before
// gives the index every listing anew: who says that a hoster is a member of
// what is found by.
func (f *feeder) relist(ctx context.Context) error {
	if f.bonds == nil || f.lists == nil {
		return nil
	}
	lists, err := f.lists.Collectives(ctx)
	if err != nil {
		return fmt.Errorf("read the lists of members: %w", err)
	}
	own, _, err := f.lists.Admissions(ctx)
	if err != nil {
		return err
	}
	if !f.bonds.setLists(own, lists) || f.after == 0 {
		return nil
	}
	for after := directory.ID(""); ; {
		page, err := f.listed.Listings(ctx, after, feedBatch)
		if err != nil {
			return fmt.Errorf("read the listings again: %w", err)
		}
		for _, l := range page {
			after = l.Hoster.ID
			f.index.Put(f.bonds.complete(l))
		}
		if len(page) < feedBatch {
			return nil
		}
	}
}
