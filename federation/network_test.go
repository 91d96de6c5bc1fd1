package federation_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"matou/directory"
	"matou/directory/directorytest"
	"matou/federation/ap"
	"matou/federation/federationtest"
)

// TestNetwork is a whole network on this machine: three directories that learn
// from one another in a ring, and thirty hosters (fewer with -short), each
// followed by one of them. Run it with -v, or make network, to read how long
// what a hoster does takes until every directory shows it.
func TestNetwork(t *testing.T) {
	size := 30
	if testing.Short() {
		size = 6
	}
	began := time.Now()
	n := &network{T: t, directories: ring(t, 3)}
	for i := range size {
		name := fmt.Sprintf("h%d", i)
		n.hosters = append(n.hosters, federationtest.NewNode(t, federationtest.Options{Hoster: name, NoProfile: true}))
		n.profiles = append(n.profiles, directorytest.Hoster(name))
	}
	t.Logf("%d directories and %d hosters stand after %s", len(n.directories), size, time.Since(began).Round(time.Millisecond))

	every := make([]int, size)
	for i := range every {
		every[i] = i
		n.publish(i)
	}
	// What is followed here is followed by all, for it goes round the ring.
	n.measure("all hosters at once, each followed by one directory", every[1:], func(i int) {
		n.follow(i%3, i)
	}, func(l directory.Listing) bool { return l.Hoster.Name != "" })
	n.measure("a new hoster", every[:1], func(i int) { n.follow(0, i) }, func(l directory.Listing) bool { return l.Hoster.Name != "" })

	edit := func(summary string) (func(int), func(directory.Listing) bool) {
		return func(i int) {
				n.profiles[i].Summary = directory.Text{"fr": summary}
				n.publish(i)
			}, func(l directory.Listing) bool {
				return l.Hoster.Summary["fr"] == summary
			}
	}
	do, seen := edit("Une phrase nouvelle.")
	n.measure("an edit", every[:1], do, seen)
	do, seen = edit("Tout le monde écrit en même temps.")
	n.measure("an edit by every hoster at once", every, do, seen)

	gone := func(l directory.Listing) bool { return l.Hoster.ID == "" }
	withdraw := func(i int) {
		n.profiles[i].Indexable = false
		n.publish(i)
	}
	n.measure("a withdrawal", every[:1], withdraw, gone)
	n.measure("a withdrawal by half of them at once", every[1:size/2], withdraw, gone)
	for i, d := range n.directories {
		all, err := d.Store.Listings(t.Context(), "", 200)
		if err != nil || len(all) != size-size/2 {
			t.Errorf("directory %d lists %d at the end, %v; want %d", i, len(all), err, size-size/2)
		}
	}
}

// network is the directories and hosters of TestNetwork.
type network struct {
	*testing.T
	directories []*federationtest.Node
	hosters     []*federationtest.Node
	profiles    []directory.Hoster
}

func (n *network) publish(i int) {
	n.Helper()
	if _, err := n.hosters[i].PublishHoster(n.Context(), ap.Profile{Hoster: n.profiles[i]}); err != nil {
		n.Errorf("publish hoster %d: %v", i, err)
	}
}

func (n *network) follow(d, i int) {
	n.Helper()
	if _, err := n.directories[d].Follow(n.Context(), fmt.Sprintf("@h%d@%s", i, n.hosters[i].Host)); err != nil {
		n.Errorf("follow hoster %d: %v", i, err)
	}
}

// measure does something to some hosters, waits until every directory shows
// what is wanted of each, and logs how long that took. The zero Listing stands
// for who is not listed.
func (n *network) measure(what string, which []int, do func(i int), shown func(directory.Listing) bool) {
	n.Helper()
	began := time.Now()
	var wg sync.WaitGroup
	took := make([]time.Duration, len(which))
	for k, i := range which {
		wg.Go(func() {
			own := time.Now()
			do(i)
			took[k] = n.await(i, shown).Sub(own)
		})
	}
	wg.Wait()
	var longest time.Duration
	for _, d := range took {
		longest = max(longest, d)
	}
	if len(which) == 1 {
		n.Logf("%-52s %8s", what, longest.Round(time.Millisecond))
		return
	}
	n.Logf("%-52s %8s for the slowest, %s for all", what, longest.Round(time.Millisecond), time.Since(began).Round(time.Millisecond))
}

// await waits until every directory shows a hoster as wanted. The time is
// generous: other tests and programs share the machine.
func (n *network) await(i int, shown func(directory.Listing) bool) time.Time {
	id := directory.ID(n.hosters[i].ActorID(fmt.Sprintf("h%d", i)))
	limit := time.Now().Add(2 * time.Minute)
	for _, d := range n.directories {
		for {
			l, err := d.Store.Listing(context.Background(), id)
			if err != nil {
				l = directory.Listing{}
			}
			if shown(l) {
				break
			}
			if time.Now().After(limit) {
				n.Errorf("hoster %d is not seen by every directory as it is", i)
				return time.Now()
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
	return time.Now()
}
