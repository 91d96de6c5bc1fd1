// Package storagetest holds every engine to the same rules: those that
// ap.Change, federation.Store and delivery.Queue state, whatever lies below.
package storagetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"matou/directory"
	"matou/federation/ap"
	"matou/storage"
)

// Engine is what is put to the test.
type Engine = storage.Engine

// Open opens the storage at a place: empty the first time, and then with what
// it held when it was closed. Every test has a directory of its own as place.
type Open func(t *testing.T, place string, clock func() time.Time) Engine

// Run puts an engine to every test.
func Run(t *testing.T, open Open) {
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { test(t, newBench(t, open)) })
	}
}

// tests are all the tests of the suite, by name.
var tests = map[string]func(*testing.T, *bench){
	"an activity takes effect once":              testOnce,
	"an activity is forgotten when it expires":   testForgotten,
	"one of many copies at once is applied":      testRace,
	"records come back as they were":             testRecords,
	"what is not there is not found":             testNotFound,
	"a tombstone stands":                         testTombstone,
	"an older document does not replace":         testOlder,
	"a bad change is refused whole":              testRefused,
	"a context that ended changes nothing":       testContext,
	"changes are seen by those after them":       testSequence,
	"follows replace one another":                testFollows,
	"followers come in pages":                    testFollowPages,
	"each inbox is delivered to once":            testInboxes,
	"the outbox comes newest first":              testOutbox,
	"a lane goes in order":                       testLane,
	"a failed delivery waits":                    testRetry,
	"deliveries of a lane settled together":      testSettledTogether,
	"an inbox that is gone takes its followers":  testGone,
	"lanes come earliest first":                  testDueLanes,
	"a late answer is passed over":               testLate,
	"ten thousand deliveries fit in one change":  testManyDeliveries,
	"refreshes are due in order":                 testRefreshes,
	"a refresh that changed meanwhile stays":     testRefreshDone,
	"the feed holds each listing once":           testFeed,
	"the feed wakes who watches":                 testWake,
	"listings come in pages":                     testListingPages,
	"a listing is found by its handle":           testHandle,
	"notices come last updated first":            testNotices,
	"decisions on domains come back":             testDomains,
	"a host can be removed with all it left":     testHostRecords,
	"featured items are found both ways":         testFeatured,
	"proposals gather in candidates":             testProposals,
	"stamps are found by id and by pair":         testStamps,
	"reports wait until they are closed":         testReports,
	"moves lead from the old to the new":         testMoves,
	"a listing has a past":                       testHistory,
	"a collective's list stands once a source":   testCollectives,
	"no file lists a site that is closed":        testSites,
	"a source is forgotten":                      testSources,
	"proposals are bounded":                      testProposalBounds,
	"a rebuild that is due stays one":            testRebuildStays,
	"silent hosts are remembered":                testSilences,
	"the queue shows what waits":                 testBacklog,
	"everything is there after a restart":        testReopen,
	"many writers do not disturb one another":    testWriters,
	"a change too big is refused and not a part": testTooBig,
	"a closed engine says so":                    testClosed,
}

// start is when every test begins: no machine's clock reads it any more.
var start = time.Date(2024, 3, 1, 12, 0, 0, 123456789, time.UTC)

// bench is the engine under test, with a clock that the test holds.
type bench struct {
	Engine
	t     *testing.T
	ctx   context.Context
	open  Open
	place string

	mu  sync.Mutex
	now time.Time
}

func newBench(t *testing.T, open Open) *bench {
	b := &bench{t: t, ctx: t.Context(), open: open, place: t.TempDir(), now: start}
	b.Engine = open(t, b.place, b.clock)
	t.Cleanup(func() {
		b.agrees()
		if err := b.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return b
}

func (b *bench) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

// later moves the clock.
func (b *bench) later(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

// reopen closes the engine and opens it again.
func (b *bench) reopen() {
	b.t.Helper()
	if err := b.Close(); err != nil {
		b.t.Fatalf("Close: %v", err)
	}
	b.Engine = b.open(b.t, b.place, b.clock)
}

// agrees fails the test where the engine's own check finds something.
func (b *bench) agrees() {
	b.t.Helper()
	r, err := b.Check(context.Background())
	if errors.Is(err, storage.ErrClosed) {
		return
	}
	if err != nil {
		b.t.Errorf("Check: %v", err)
	}
	for _, p := range r.Problems {
		b.t.Errorf("Check: %s %s: %s", p.Kind, p.ID, p.Detail)
	}
}

// apply applies a Change that must be applied.
func (b *bench) apply(c ap.Change) {
	b.t.Helper()
	if applied, err := b.Apply(b.ctx, c); err != nil || !applied {
		b.t.Fatalf("Apply: got %t, %v, want true", applied, err)
	}
}

// settle settles one outcome.
func (b *bench) settle(o ap.Outcome) {
	b.t.Helper()
	if err := b.Settle(b.ctx, []ap.Outcome{o}); err != nil {
		b.t.Fatalf("Settle: %v", err)
	}
}

// equal compares what was got with what was wanted.
func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\ngot  %+v\nwant %+v", what, got, want)
	}
}

// good gives a value that had to come without an error.
func good[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatalf("unexpected error: %v", err)
		}
		return v
	}
}

// The cast: invented actors and what they say.
const (
	us    ap.IRI = "https://hoster.example/ap/actors/chatdroite"
	local ap.IRI = "https://hoster.example/actor"
)

func peer(n int) ap.IRI { return ap.IRI(fmt.Sprintf("https://peer%03d.example/actor", n)) }

func activityIRI(n int) ap.IRI {
	return ap.IRI(fmt.Sprintf("https://hoster.example/ap/activities/%05d", n))
}

func ulid(n int) string { return fmt.Sprintf("01J%023d", n) }

func document(iri ap.IRI, body string, at time.Time) ap.Document {
	return ap.Document{IRI: iri, Type: "Note", Owner: us, Body: []byte(body), Local: true, Public: true, UpdatedAt: at}
}

func delivery(n int, inbox ap.IRI, at time.Time) ap.Delivery {
	return ap.Delivery{Key: ulid(n), Activity: activityIRI(n), Inbox: inbox, Signer: us, CreatedAt: at}
}

// sending is a Change that delivers one activity to inboxes.
func sending(n int, at time.Time, inboxes ...ap.IRI) ap.Change {
	c := ap.Change{Documents: []ap.Document{document(activityIRI(n), "activity", at)}}
	for _, i := range inboxes {
		c.Deliveries = append(c.Deliveries, delivery(n, i, at))
	}
	return c
}

func follow(actor, object ap.IRI, state ap.FollowState) ap.Follow {
	return ap.Follow{
		ID: actor + "#follow", Actor: actor, Object: object, State: state,
		Inbox: actor + "/inbox", Raw: []byte(`{"type":"Follow"}`), At: start,
	}
}

func listing(n int, name string) directory.Listing {
	host := fmt.Sprintf("hoster%03d.example", n)
	return directory.Listing{
		Hoster: directory.Hoster{
			ID: directory.ID("https://" + host + "/ap/actors/hoster"), Handle: "hoster", Name: name,
			Summary: directory.Text{"fr": "<b>Nuages</b> d'ici & d'ailleurs", "en": "clouds"},
			Since:   directory.Date{Year: 2018, Month: time.June}, Discoverable: true, Indexable: true,
		},
		Handle: "@hoster@" + host, URL: "https://" + host + "/", FetchedAt: start, ListedAt: start,
	}
}

func notice(n int, hoster directory.ID, updated time.Time) directory.Notice {
	return directory.Notice{
		ID: directory.ID(fmt.Sprintf("https://hoster.example/ap/notes/%03d", n)), Hoster: hoster,
		Kind: directory.NoticeIncident, Stage: directory.Identified, Title: "Panne des courriels",
		Language: "fr", PublishedAt: start, UpdatedAt: updated,
	}
}
