package main

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"matou/directory"
	"matou/federation/federationtest"
)

// outgoing is what leaves, a second.
type outgoing struct {
	deliveries float64
	signs      float64 // that the machine can make
	posts      float64 // that the machine can sign and send to the same hosts, with nothing around them
	peakMiB    float64
}

// benchDeliveries measures how fast a hoster's notices reach their followers,
// each on a host of its own, and what the machine allows: by turns, because that
// changes from one second to the next.
func benchDeliveries(b *testing.B) outgoing {
	node := newProcess(b, roleHoster)
	node.publishHoster()
	node.start()
	defer node.kill()
	var arrived atomic.Int64
	key := federationtest.Key(b, 0)
	hosts := make([]string, benchHosts)
	for i := range benchHosts {
		f := newFollowerHost(b, key, &arrived)
		hosts[i] = f.url
		a := &federationtest.Actor{Name: "suiveuse", ID: f.url + "/suiveuse", KeyID: f.url + "/suiveuse#main-key", Key: key}
		follow := map[string]any{
			"@context": "https://www.w3.org/ns/activitystreams", "id": fmt.Sprintf("%s/follows/%d", f.url, i),
			"type": "Follow", "actor": a.ID, "object": node.url + "/ap/actors/chatdroite",
		}
		fire(b, node.url, []shot{presign(b, a, node.url+"/inbox", follow)})
	}
	within(b, 30*time.Second, "every Accept", func() bool { return arrived.Load() == benchHosts })
	var span float64
	out := outgoing{signs: limitSign(), posts: limitPosts(b, hosts)}
	for range benchRounds {
		arrived.Store(0)
		begin := time.Now()
		var wg sync.WaitGroup
		wg.Go(func() { publishMany(b, node) })
		within(b, 2*time.Minute, "every delivery", func() bool { return arrived.Load() >= benchHosts*benchNotices })
		span += time.Since(begin).Seconds()
		wg.Wait()
		out.signs += limitSign()
		out.posts += limitPosts(b, hosts)
	}
	out.signs /= benchRounds + 1
	out.posts /= benchRounds + 1
	out.deliveries = benchRounds * benchHosts * benchNotices / span
	out.peakMiB = resident(b, node, "VmHWM")
	return out
}

// limitPosts signs requests and sends them to hosts with net/http and nothing
// else: no queue, no store, no check of an address, the signature of no text in
// particular. Nobody who uses them delivers faster.
func limitPosts(b *testing.B, hosts []string) float64 {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 2, MaxIdleConns: len(hosts)}}
	defer client.CloseIdleConnections()
	key, sum := limitKey()
	body := bytes.Repeat([]byte("x"), 1200)
	var next atomic.Int64
	return perSecond(benchConnections, func(int) {
		signed, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum)
		if err != nil {
			b.Error(err)
			return
		}
		host := hosts[int(next.Add(1))%len(hosts)]
		r, err := http.NewRequest(http.MethodPost, host+"/inbox", bytes.NewReader(body))
		if err != nil {
			b.Error(err)
			return
		}
		r.Header.Set("Content-Type", "application/activity+json")
		r.Header.Set("Signature", base64.StdEncoding.EncodeToString(signed))
		if _, err := drop(client, r); err != nil {
			b.Error(err)
		}
	})
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
	out := benchDeliveries(b)
	fmt.Printf("\n%.0f deliveries a second, %.0f signatures: %.0f %%; nothing but signing and sending: %.0f, %.0f %%\n",
		out.deliveries, out.signs, 100*out.deliveries/out.signs, out.posts, 100*out.posts/out.signs)
}
