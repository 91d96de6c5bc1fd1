package federation_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"matou/federation/federationtest"
)

// BenchmarkInbox measures activities that are received, verified and durably
// kept, on a store on disk: what a node can take in a second, with the client
// that sends on the same machine. The keys are known, as they nearly always
// are. Requests are signed before the clock runs.
func BenchmarkInbox(b *testing.B) {
	b.Run("Create", func(b *testing.B) {
		p := federationtest.NewPeer(b)
		h := p.Hoster("chatdroite")
		n := federationtest.NewNode(b, federationtest.Options{Aggregator: "annuaire", Dir: b.TempDir()})
		list(b, n, h)
		flood(b, n, []*federationtest.Actor{h}, func(h *federationtest.Actor) map[string]any {
			return h.Create(h.Incident("Panne", "Le disque est plein."))
		})
	})
	b.Run("Follow", func(b *testing.B) {
		p := federationtest.NewPeer(b)
		n := federationtest.NewNode(b, federationtest.Options{Hoster: "chatdroite", Idle: true, Dir: b.TempDir()})
		var people []*federationtest.Actor
		for i := range 100 {
			people = append(people, p.Actor(fmt.Sprintf("personne%d", i)))
			send(b, n, people[i], people[i].Follow(n.ActorID("chatdroite")))
		}
		flood(b, n, people, func(a *federationtest.Actor) map[string]any { return a.Follow(n.ActorID("chatdroite")) })
	})
	b.Run("Like", func(b *testing.B) { // authentic, and of no concern
		p := federationtest.NewPeer(b)
		alice := p.Actor("alice")
		n := federationtest.NewNode(b, federationtest.Options{Hoster: "chatdroite", Idle: true, Dir: b.TempDir()})
		send(b, n, alice, alice.Follow(n.ActorID("chatdroite")))
		flood(b, n, []*federationtest.Actor{alice}, func(a *federationtest.Actor) map[string]any {
			return a.Activity("Like", n.ActorID("chatdroite"))
		})
	})
}

// flood posts b.N activities of some actors over 64 connections.
func flood(b *testing.B, n *federationtest.Node, by []*federationtest.Actor, activity func(*federationtest.Actor) map[string]any) {
	requests := make([]*http.Request, b.N)
	for i := range requests {
		a := by[i%len(by)]
		body := marshal(b, activity(a))
		r, err := a.Sign(n.Inbox(), nil, federationtest.Request{Body: body})
		if err != nil {
			b.Fatal(err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		requests[i] = r
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	defer client.CloseIdleConnections()
	var next, bad atomic.Int64
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	b.ResetTimer()
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for {
				i := next.Add(1) - 1
				if i >= int64(len(requests)) {
					return
				}
				resp, err := client.Do(requests[i])
				if err != nil {
					bad.Add(1)
					continue
				}
				if resp.StatusCode != http.StatusAccepted {
					bad.Add(1)
				}
				_ = resp.Body.Close() // an empty answer
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "activities/s")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/float64(b.N), "mallocs/activity")
	if bad.Load() > 0 {
		b.Errorf("%d of %d were not taken", bad.Load(), b.N)
	}
}
