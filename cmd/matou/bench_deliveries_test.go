package main

import (
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"matou/directory"
	"matou/federation/federationtest"
)

// benchDeliveries measures how fast a hoster's notices reach their followers,
// each on a host of its own, and how fast the machine signs: by turns, because
// what the machine gives changes from one second to the next.
func benchDeliveries(b *testing.B) (perSecond, signs, peakMiB float64) {
	node := newProcess(b, roleHoster)
	node.publishHoster()
	node.start()
	defer node.kill()
	var arrived atomic.Int64
	key := federationtest.Key(b, 0)
	for i := range benchHosts {
		f := newFollowerHost(b, key, &arrived)
		a := &federationtest.Actor{Name: "suiveuse", ID: f.url + "/suiveuse", KeyID: f.url + "/suiveuse#main-key", Key: key}
		follow := map[string]any{
			"@context": "https://www.w3.org/ns/activitystreams", "id": fmt.Sprintf("%s/follows/%d", f.url, i),
			"type": "Follow", "actor": a.ID, "object": node.url + "/ap/actors/chatdroite",
		}
		fire(b, node.url, []shot{presign(b, a, node.url+"/inbox", follow)})
	}
	within(b, 30*time.Second, "every Accept", func() bool { return arrived.Load() == benchHosts })
	var span float64
	signs = limitSign()
	for range benchRounds {
		arrived.Store(0)
		begin := time.Now()
		var wg sync.WaitGroup
		wg.Go(func() { publishMany(b, node) })
		within(b, 2*time.Minute, "every delivery", func() bool { return arrived.Load() >= benchHosts*benchNotices })
		span += time.Since(begin).Seconds()
		wg.Wait()
		signs += limitSign()
	}
	return benchRounds * benchHosts * benchNotices / span, signs / (benchRounds + 1), resident(b, node, "VmHWM")
}

// publishMany publishes notices as the command does, without starting a process
// for each.
func publishMany(b *testing.B, node *process) {
	client, ok := dialControl(b.Context(), filepath.Join(node.dir, "data"))
	if !ok {
		b.Error("the control socket does not answer")
		return
	}
	defer client.CloseIdleConnections()
	for i := range benchNotices {
		_, err := publishNotice.call(b.Context(), &target{remote: client}, noticeDraft{Draft: directory.NoticeDraft{
			Kind: directory.NoticeAnnouncement, Language: "fr",
			Title: fmt.Sprintf("Nouvelle %d", i), Body: "Bonjour à toutes et à tous.",
		}})
		if err != nil {
			b.Error(err)
		}
	}
}

// newFollowerHost is a peer with one actor that takes everything and looks at
// nothing, so that the node is what is measured.
func newFollowerHost(b *testing.B, key *rsa.PrivateKey, arrived *atomic.Int64) *sink {
	s := &sink{posted: func() { arrived.Add(1) }}
	s.listen(b)
	id := s.url + "/suiveuse"
	var err error
	s.document, err = json.Marshal(map[string]any{
		"@context": "https://www.w3.org/ns/activitystreams", "id": id, "type": "Person", "preferredUsername": "suiveuse",
		"inbox": s.url + "/inbox", "outbox": id + "/outbox",
		"publicKey": map[string]any{"id": id + "#main-key", "owner": id, "publicKeyPem": federationtest.PEM(&key.PublicKey)},
	})
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// BenchmarkDeliveries measures deliveries alone: make bench shows them beside
// the rest.
func BenchmarkDeliveries(b *testing.B) {
	if b.N > 1 {
		b.Skip("one round is one whole measurement: run it with -benchtime 1x")
	}
	delivered, sign, _ := benchDeliveries(b)
	fmt.Printf("\n%.0f deliveries a second, %.0f signatures: %.0f %%\n", delivered, sign, 100*delivered/sign)
}
