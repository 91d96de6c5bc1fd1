package federationtest

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"matou/directory"
	"matou/directory/directorytest"
	"matou/federation"
	"matou/federation/ap"
	"matou/storage/badger"
)

// Options say which node to start. The zero value is a node without a role.
type Options struct {
	Hoster     string                              // handle of its hoster, which has a profile with invented services
	Aggregator string                              // handle of its aggregator
	Regions    func() (*federation.Regions, error) // places of its featured collections; nil: it has none
	Learn      ap.Learn                            // what it does with the hosters that other aggregators list
	Clock      func() time.Time                    // nil: time.Now
	Idle       bool                                // delivers and refreshes nothing
	NoProfile  bool                                // its hoster has not published a profile yet
	Log        *slog.Logger                        // nil: silent
	Dir        string                              // keeps its store there; "": in memory
	Address    string                              // listens there; "": on a free port of loopback
	Keys       []ap.LocalActor                     // its actors of before, on an empty store
	Wrap       func(http.Handler) http.Handler
	Configure  func(*federation.Config) // changes what no other option says
}

// Node is one of our nodes, whole: its routes on loopback, its worker running,
// its store in memory. It ends with the test.
type Node struct {
	*federation.Node
	Store *badger.Store
	URL   string // its origin
	Host  string
}

// NewNode starts a node in development on a free port of loopback.
func NewNode(t testing.TB, o Options) *Node {
	t.Helper()
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Address == "" {
		o.Address = "127.0.0.1:0"
	}
	listener, err := net.Listen("tcp", o.Address)
	if err != nil {
		t.Fatalf("listen: %v", err)
	}
	store, err := badger.Open(badger.Options{Dir: o.Dir, InMemory: o.Dir == "", Log: o.Log, Clock: o.Clock})
	if err != nil {
		t.Fatalf("open the store: %v", err)
	}
	origin := &url.URL{Scheme: "http", Host: listener.Addr().String()}
	config := federation.Config{
		Origin: origin, Development: true, Software: "test", Hoster: o.Hoster,
		Vocabulary: directory.LoadVocabulary(), Clock: o.Clock, Regions: o.Regions,
	}
	if o.Aggregator != "" {
		config.Aggregator = &federation.Aggregator{
			Handle: o.Aggregator, Name: "Annuaire d'essai", Language: "fr",
			Summary: directory.Text{"fr": "Un annuaire pour les essais."}, Learn: o.Learn,
		}
	}
	if o.Configure != nil {
		o.Configure(&config)
	}
	ctx, stop := context.WithCancel(context.Background())
	if _, err := store.Apply(ctx, ap.Change{LocalActors: o.Keys}); err != nil {
		stop()
		t.Fatalf("keep the keys: %v", err)
	}
	node, err := federation.New(ctx, config, store, store, o.Log)
	if err != nil {
		stop()
		t.Fatalf("make a node: %v", err)
	}
	if o.Hoster != "" && !o.NoProfile {
		if _, err := node.PublishHoster(ctx, ap.Profile{Hoster: directorytest.Hoster(o.Hoster)}); err != nil {
			stop()
			t.Fatalf("publish the hoster: %v", err)
		}
	}
	router := mux.NewRouter()
	node.Routes(router)
	var handler http.Handler = router
	if o.Wrap != nil {
		handler = o.Wrap(handler)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	served, ran := make(chan error, 1), make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	if o.Idle {
		ran <- nil
	} else {
		go func() { ran <- node.Run(ctx) }()
	}
	t.Cleanup(func() {
		stop()
		if err := server.Close(); err != nil {
			t.Errorf("close the server: %v", err)
		}
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("serve: %v", err)
		}
		if err := <-ran; err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("run: %v", err)
		}
		if err := store.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return &Node{Node: node, Store: store, URL: origin.String(), Host: origin.Host}
}

// ActorID is the id of the node's hoster or aggregator of that handle.
func (n *Node) ActorID(handle string) string { return n.URL + "/ap/actors/" + handle }

// Inbox is the shared inbox.
func (n *Node) Inbox() string { return n.URL + "/inbox" }

// Eventually waits until what happens by itself has happened.
func Eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	limit := time.Now().Add(time.Minute) // other programs may keep the machine busy
	for !ok() {
		if time.Now().After(limit) {
			t.Fatalf("%s did not happen", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
