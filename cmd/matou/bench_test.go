package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"matou/directory"
	"matou/directory/directorytest"
	"matou/directory/search"
	"matou/federation/ap"
	"matou/federation/federationtest"
	"matou/storage/badger"
)

// The sizes of the measurement.
const (
	benchConnections = 16
	benchMore        = 64 // connections of an inbox: what comes at once is kept together
	benchActivities  = 6000
	benchHosts       = 200
	benchRounds      = 4               // of deliveries, each between two measurements of the signing limit
	benchNotices     = 15              // of one round
	benchSpan        = 2 * time.Second // of each limit
)

// BenchmarkNode measures a whole node in a process of its own, driven over
// loopback from this one on the same cores, beside the limits that the machine
// sets in the same run. It prints one table: figures mean nothing without the
// limits beside them. Run it by make bench.
func BenchmarkNode(b *testing.B) {
	if b.N > 1 {
		b.Skip("one round is one whole measurement: run it with -benchtime 1x")
	}
	debug.SetGCPercent(400) // what drives the node takes as little from it as it can
	r := &report{b: b}
	fmt.Printf("\n%s, %d cores at once for the node and for what drives it, %s\n\n", processor(), runtime.GOMAXPROCS(0), runtime.Version())
	r.row("limit: RSA-2048 verifications", limitVerify(), "/s", 0, 0)
	r.row("limit: RSA-2048 signatures", limitSign(), "/s", 0, 0)
	bare := limitInbox(b)
	r.row("limit: HTTP, RSA verified and JSON decoded, nothing else", bare, "/s", 0, 0)
	durable := limitDurable(b)
	r.row("limit: durable changes, one small document, 16 at once", durable, "/s", 0, 0)

	for _, connections := range []int{benchConnections, benchMore} {
		creates, follows, peak := benchInbox(b, connections)
		r.row(fmt.Sprintf("warm Creates durably applied, %d connections", connections), creates, "/s", bare, 4000)
		r.row(fmt.Sprintf("warm Follows durably applied, %d connections", connections), follows, "/s", bare, 4000)
		r.row("resident memory at most while they came", peak, "MiB", 0, 0)
	}
	out := benchDeliveries(b)
	r.row("limit: RSA-2048 signatures, between the deliveries", out.signs, "/s", 0, 0)
	r.row("limit: signed and sent with nothing around it, between the deliveries", out.posts, "/s", out.signs, 0)
	r.row("deliveries to 200 hosts", out.deliveries, "/s", out.signs, 0.85*out.signs)
	r.row("resident memory at most while they left", out.peakMiB, "MiB", 0, 0)
	reportFlood(b, r)
	for _, size := range []int{1000, 10000} {
		p50, p99 := benchSearch(size)
		r.row(fmt.Sprintf("search, %d listings, p50", size), p50, "ms", 0, 0)
		r.row(fmt.Sprintf("search, %d listings, p99", size), p99, "ms", 0, 0)
	}
	reportPages(b, r)
	start, idle := benchIdle(b)
	r.row("hoster node: from start to ready", start, "ms", 0, 0)
	r.row("hoster node: resident memory, idle", idle, "MiB", 0, 0)
}

// report prints the rows of the table.
type report struct{ b *testing.B }

func (r *report) row(what string, value float64, unit string, limit, wanted float64) {
	line := fmt.Sprintf("%-58s %10.1f %-4s", what, value, unit)
	if limit > 0 {
		line += fmt.Sprintf("  %3.0f %% of its limit", 100*value/limit)
	}
	if wanted > 0 {
		line += fmt.Sprintf(", %.0f wanted", wanted)
	}
	fmt.Println(line)
	r.b.ReportMetric(value, strings.NewReplacer(" ", "_", ",", "", ":", "").Replace(what)+"_"+strings.TrimPrefix(unit, "/"))
}

// processor names the machine.
func processor() string {
	raw, err := os.ReadFile("/proc/cpuinfo")
	if err == nil {
		for line := range strings.Lines(string(raw)) {
			if name, ok := strings.CutPrefix(line, "model name"); ok {
				return strings.Trim(name, "\t :\n")
			}
		}
	}
	return runtime.GOARCH
}

// perSecond runs do on as many goroutines as asked for a while.
func perSecond(goroutines int, do func(worker int)) float64 {
	var done atomic.Int64
	var wg sync.WaitGroup
	begin := time.Now()
	for w := range goroutines {
		wg.Go(func() {
			for time.Since(begin) < benchSpan {
				do(w)
				done.Add(1)
			}
		})
	}
	wg.Wait()
	return float64(done.Load()) / time.Since(begin).Seconds()
}

func limitVerify() float64 {
	key, sum := limitKey()
	signed, _ := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum)
	return perSecond(runtime.GOMAXPROCS(0), func(int) { _ = rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, sum, signed) })
}

func limitSign() float64 {
	key, sum := limitKey()
	return perSecond(runtime.GOMAXPROCS(0), func(int) { _, _ = rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum) })
}

func limitKey() (key *rsa.PrivateKey, sum []byte) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	digest := sha256.Sum256([]byte("limit"))
	return key, digest[:]
}

// drop sends a request and reads the answer to its end.
func drop(c *http.Client, r *http.Request) (int, error) {
	resp, err := c.Do(r)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, err
}

// limitInbox is a server that reads an activity, decodes it and checks one
// signature, which every inbox has to do, and does nothing with it.
func limitInbox(b *testing.B) float64 {
	key, sum := limitKey()
	signed, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum)
	if err != nil {
		b.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var activity map[string]any
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = errors.Join(json.Unmarshal(body, &activity), rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, sum, signed))
		}
		if err != nil {
			b.Error(err)
		}
		w.WriteHeader(http.StatusAccepted)
	}))
	defer server.Close()
	peer := federationtest.NewPeer(b)
	a := peer.Hoster("hebergeuse")
	one := presign(b, a, server.URL+"/inbox", a.Create(a.Incident("Panne", "Le courrier arrive en retard, nous cherchons.")))
	return volley(b, server.URL, benchMore, slices.Repeat([]shot{one}, 2*benchActivities), accepted)
}

func limitDurable(b *testing.B) float64 {
	store, err := badger.Open(badger.Options{Dir: b.TempDir(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	var n atomic.Int64
	body := bytes.Repeat([]byte("x"), 512)
	return perSecond(benchConnections, func(int) {
		iri := ap.IRI("https://peer.example/notes/" + strconv.FormatInt(n.Add(1), 10))
		if _, err := store.Apply(context.Background(), ap.Change{Documents: []ap.Document{{IRI: iri, Type: "Note", Body: body}}}); err != nil {
			b.Error(err)
		}
	})
}

// presign makes a request ready to be sent: signing costs more than everything
// that is measured, so it is done before.
func presign(b *testing.B, a *federationtest.Actor, inbox string, activity map[string]any) shot {
	r, err := a.Sign(inbox, activity, federationtest.Request{})
	if err != nil {
		b.Fatal(err)
	}
	return load(b, r)
}

// fire sends the shots to the node over the connections and gives how many a
// second were accepted.
func fire(b *testing.B, node string, shots []shot) float64 {
	return volley(b, node, benchConnections, shots, accepted)
}

func accepted(status int) bool { return status == http.StatusAccepted }

// volley sends the shots over so many connections and gives how many a second
// were answered as they should be; one that is not ends the benchmark.
func volley(b *testing.B, node string, connections int, shots []shot, right func(status int) bool) float64 {
	var next, answered atomic.Int64
	var wg sync.WaitGroup
	begin := time.Now()
	for range min(connections, len(shots)) {
		wg.Go(func() {
			conn, err := net.Dial("tcp", strings.TrimPrefix(node, "http://"))
			if err != nil {
				b.Error(err)
				return
			}
			defer conn.Close()
			in := bufio.NewReader(conn)
			for i := next.Add(1) - 1; int(i) < len(shots); i = next.Add(1) - 1 {
				status, err := roundTrip(conn, in, shots[i])
				if err != nil || !right(status) {
					b.Errorf("answered %d, %v", status, err)
					return
				}
				answered.Add(1)
			}
		})
	}
	wg.Wait()
	return float64(answered.Load()) / time.Since(begin).Seconds()
}

// benchInbox measures an aggregator that lists the authors of what it receives:
// each Create is verified, kept as document and notice, and announced. As many
// hosters speak as there are connections.
func benchInbox(b *testing.B, connections int) (creates, follows, peakMiB float64) {
	node := newProcess(b, roleAggregator)
	node.start()
	defer node.kill() // with the answers that it still owes
	inbox := node.url + "/inbox"
	authors := listedAuthors(b, node, connections)
	shots := make([]shot, benchActivities)
	for i := range shots {
		a := authors[i%len(authors)]
		shots[i] = presign(b, a, inbox, a.Create(a.Incident(fmt.Sprintf("Panne %d", i), "Le courrier arrive en retard, nous cherchons.")))
	}
	before := outboxTotal(b, node) // the hosters that it lists
	creates = volley(b, node.url, connections, shots, accepted)
	within(b, 10*time.Second, "every note announced", func() bool { return outboxTotal(b, node) == before+benchActivities })

	target := node.url + "/ap/actors/annuaire"
	for i := range shots {
		a := authors[i%len(authors)]
		shots[i] = presign(b, a, inbox, a.Follow(target))
	}
	follows = volley(b, node.url, connections, shots, accepted)
	return creates, follows, resident(b, node, "VmHWM")
}

// listedAuthors are so many hosters of other nodes that the aggregator lists.
func listedAuthors(b *testing.B, node *process, count int) []*federationtest.Actor {
	var authors []*federationtest.Actor
	for i := range count {
		peer := federationtest.NewPeer(b)
		a := peer.Hoster(fmt.Sprintf("hebergeuse%d", i))
		node.run("follow", "@"+a.Name+"@"+peer.Host)
		follow := peer.AwaitType(b, "Follow")
		a.Post(b, node.url+"/inbox", a.Activity("Accept", follow.Activity))
		peer.Fault("/inbox", federationtest.Status(http.StatusAccepted)) // taken, and not looked at
		authors = append(authors, a)
	}
	within(b, 20*time.Second, "all authors listed", func() bool {
		var listing struct{ Total int }
		show(b, node.url+"/api/v1/listings", &listing)
		return listing.Total == count
	})
	return authors
}

func outboxTotal(b *testing.B, node *process) int {
	var outbox struct{ TotalItems int }
	show(b, node.url+"/ap/actors/annuaire/outbox", &outbox)
	return outbox.TotalItems
}

func show(b *testing.B, address string, into any) {
	r, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Accept", "application/activity+json, application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		b.Fatalf("%s: %v", address, err)
	}
}

// benchSearch asks an index the questions of a page: words, three filters, all
// counts. It gives milliseconds.
func benchSearch(size int) (p50, p99 float64) {
	vocabulary := directory.LoadVocabulary()
	index := search.New(&vocabulary, nil)
	for _, l := range directorytest.Listings(size, 1) {
		index.Put(l)
	}
	words := []string{"", "fichiers", "courrier", "visio", "nextcloud", "bretagne", "pads", "site web"}
	var spans []float64
	for i := range 2000 {
		q := directory.Query{
			Text: words[i%len(words)], Day: directory.Date{Year: 2026, Month: 11, Day: 1 + i%28}, Limit: 20,
			Filters: map[directory.Facet][]string{
				directory.FacetMaintenance: {"mixed", "volunteer"},
				directory.FacetCapacity:    {"open"},
				directory.FacetForm:        {"association", "cooperative"},
			},
		}
		begin := time.Now()
		index.Search(q)
		spans = append(spans, float64(time.Since(begin).Microseconds())/1000)
	}
	slices.Sort(spans)
	return spans[len(spans)/2], spans[len(spans)*99/100]
}

// benchIdle starts a hoster node with a profile and looks at it at rest.
func benchIdle(b *testing.B) (startMillis, residentMiB float64) {
	node := newProcess(b, roleHoster)
	node.publishHoster()
	begin := time.Now()
	node.start()
	startMillis = float64(time.Since(begin).Microseconds()) / 1000
	time.Sleep(5 * time.Second)
	return startMillis, resident(b, node, "VmRSS")
}

// resident gives the memory of a node in MiB: VmRSS now, VmHWM at most so far
// (proc_pid_status(5)).
func resident(b *testing.B, node *process, field string) float64 {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", node.cmd.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		if kib, ok := strings.CutPrefix(line, field+":"); ok {
			n, err := strconv.ParseFloat(strings.Fields(kib)[0], 64)
			if err != nil {
				b.Fatal(err)
			}
			return n / 1024
		}
	}
	b.Fatal("no " + field)
	return 0
}
