package main

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"matou/federation/federationtest"
)

// The sizes of the floods.
const (
	floodRequests = 10_000 // by a known actor
	floodActors   = 3000   // that do not exist
	coldPeers     = 16
	coldActors    = 1500 // for each kind of activity
	benchCores    = 2    // that the aims are for
)

// flood is what came of one.
type flood struct {
	rate    float64 // refused a second
	fetches int     // requests that it made the node make
}

// benchFlood measures how fast a node refuses signatures that do not stand: of
// an actor whose key it knows, and of ever new actors of one host that does not
// answer. Neither may make it ask that host for each.
func benchFlood(b *testing.B) (known, unknown flood) {
	node := newProcess(b, roleHoster)
	node.publishHoster()
	node.start()
	defer node.kill()
	peer := federationtest.NewPeer(b)
	peer.Fault("/inbox", federationtest.Status(http.StatusAccepted))
	alice, target := peer.Actor("alice"), node.url+"/ap/actors/chatdroite"
	if got := alice.Post(b, node.url+"/inbox", alice.Follow(target)); got.Status != http.StatusAccepted {
		b.Fatalf("the actor is not known: %+v", got)
	}
	peer.Forget()
	one := presign(b, alice, node.url+"/inbox", alice.Follow(target))
	forged := make([]shot, floodRequests)
	for i := range forged {
		forged[i] = forge(one)
	}
	known = flood{fireRefused(b, node.url, forged), peer.Fetches()}

	dead := newDeadHost(b)
	var nobodies []shot
	for i := range floodActors {
		nobody := *alice
		nobody.ID = fmt.Sprintf("http://%s/users/%d", dead.host, i)
		nobody.KeyID = nobody.ID + "#main-key"
		follow := nobody.Follow(target)
		follow["id"] = nobody.ID + "/follow"
		nobodies = append(nobodies, presign(b, &nobody, node.url+"/inbox", follow))
	}
	unknown = flood{fireRefused(b, node.url, nobodies), int(dead.dialled.Load())}
	return known, unknown
}

var signatureValue = regexp.MustCompile(`signature="[^"]*"`)

// forge copies a request and gives it a signature that nobody made.
func forge(s shot) shot {
	noise := make([]byte, 256)
	_, _ = rand.Read(noise)
	return signatureValue.ReplaceAllLiteral(s, []byte(`signature="`+base64.StdEncoding.EncodeToString(noise)+`"`))
}

// fireRefused sends the shots and gives how many a second were refused; none
// may be accepted.
func fireRefused(b *testing.B, node string, shots []shot) float64 {
	return volley(b, node, benchConnections, shots, func(status int) bool { return status >= http.StatusBadRequest })
}

// deadHost takes connections and answers nothing.
type deadHost struct {
	host    string
	dialled atomic.Int64
}

func newDeadHost(b *testing.B) *deadHost {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = l.Close() })
	d := &deadHost{host: l.Addr().String()}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			d.dialled.Add(1)
			_ = conn.Close()
		}
	}()
	return d
}

// benchCold measures activities of actors that the node has never heard of:
// each makes it fetch the actor, whose peer answers from this very process.
// Follows are kept and answered; of Likes nothing remains to be done once they
// are verified. It gives how many Follows a second were taken, and how many
// Likes a second would be verified if the node had both cores for itself.
func benchCold(b *testing.B) (follows, verified float64) {
	node := newProcess(b, roleHoster)
	node.publishHoster()
	node.start()
	defer node.kill()
	target := node.url + "/ap/actors/chatdroite"
	var peers []*federationtest.Peer
	for range coldPeers {
		p := federationtest.NewPeer(b)
		p.Fault("/inbox", federationtest.Status(http.StatusAccepted))
		peers = append(peers, p)
	}
	strangers := func(kind string) []shot {
		var requests []shot
		for i := range coldActors {
			a := peers[i%coldPeers].ActorWithKey(fmt.Sprintf("%s%d", kind, i), federationtest.Key(b, i%8))
			requests = append(requests, presign(b, a, node.url+"/inbox", a.Activity(kind, target)))
		}
		return requests
	}
	likes := strangers("Like")
	before := processorTime(b, node.cmd.Process.Pid)
	fire(b, node.url, likes)
	verified = coldActors * benchCores / (processorTime(b, node.cmd.Process.Pid) - before)
	return fire(b, node.url, strangers("Follow")), verified
}

// processorTime gives how many seconds a process has had the processor
// (proc(5): fields 14 and 15 of stat, in hundredths of a second).
func processorTime(b *testing.B, pid int) float64 {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(raw), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		b.Fatalf("%q is not what proc(5) says", raw)
	}
	var ticks float64
	for _, field := range fields[11:13] {
		n, err := strconv.ParseFloat(field, 64)
		if err != nil {
			b.Fatal(err)
		}
		ticks += n
	}
	return ticks / 100
}

// BenchmarkFlood measures the two alone: make bench shows them beside the rest.
func BenchmarkFlood(b *testing.B) {
	if b.N > 1 {
		b.Skip("one round is one whole measurement: run it with -benchtime 1x")
	}
	r := &report{b: b}
	fmt.Println()
	reportFlood(b, r)
}

// reportFlood adds the rows of floods and of strangers to a report.
func reportFlood(b *testing.B, r *report) {
	known, unknown := benchFlood(b)
	r.row("flood: forged signatures of a known actor, refused", known.rate, "/s", 0, 5000)
	r.row("flood: ever new actors of a dead host, refused", unknown.rate, "/s", 0, 5000)
	r.row("flood: requests that both made the node make", float64(known.fetches+unknown.fetches), "", 0, 0)
	follows, verified := benchCold(b)
	r.row("cold Follows durably applied, each of a new actor", follows, "/s", 0, 0)
	r.row("cold activities verified, in the time of two cores", verified, "/s", 0, 1000)
}
