package federation_test

import (
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"matou/directory"
	"matou/federation"
	"matou/federation/ap"
	"matou/federation/federationtest"
	"matou/storage/badger"
)

// TestProduction: a node that is not in development speaks https to public
// hosts on the usual port, whoever asks it for something else and wherever.
func TestProduction(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	store, err := badger.Open(badger.Options{InMemory: true, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	n, err := federation.New(t.Context(), federation.Config{
		Origin: &url.URL{Scheme: "https", Host: "annuaire.example"}, Software: "test", Vocabulary: directory.LoadVocabulary(),
		Aggregator: &federation.Aggregator{Handle: "annuaire", Name: "Annuaire", Language: "fr"},
	}, store, store, log)
	if err != nil {
		t.Fatal(err)
	}
	router := mux.NewRouter()
	n.Routes(router)
	peer := federationtest.NewPeer(t)
	dialled := listenAlone(t)
	_, port, err := net.SplitHostPort(dialled.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	origins := []string{
		peer.URL, "http://peer.example", "https://peer.example:8443", "https://peer.example:80", "https://peer.example:22",
		"https://127.0.0.1", "https://127.0.0.1:" + port, "https://localhost", "https://localhost:" + port, "https://[::1]", "https://[::1]:" + port,
		"https://10.0.0.1", "https://192.168.1.1", "https://169.254.169.254", "https://[::ffff:127.0.0.1]", "https://[64:ff9b::7f00:1]",
		"https://0.0.0.0", "https://127.1", "https://2130706433", "https://0x7f.0.0.1", "https://peer.example.", "https://Peer.example",
		"https://x@peer.example", "https://intranet", "https://annuaire.example", "ftp://peer.example",
	}
	for _, origin := range origins {
		t.Run(origin, func(t *testing.T) {
			start := time.Now()
			alice := *peer.Actor("alice")
			alice.ID = origin + "/users/alice"
			activity := map[string]any{"id": origin + "/1", "type": "Follow", "actor": alice.ID, "object": "https://annuaire.example/ap/actors/annuaire"}
			r, err := alice.Sign("https://annuaire.example/inbox", activity, federationtest.Request{KeyID: alice.ID + "#main-key"})
			if err != nil {
				t.Fatal(err)
			}
			w := httptest.NewRecorder()
			router.ServeHTTP(w, r)
			if w.Code != http.StatusUnauthorized && w.Code != http.StatusBadRequest {
				t.Errorf("a Follow from there: %d %s", w.Code, w.Body)
			}
			_, host, _ := strings.Cut(origin, "://")
			if f, err := n.Follow(t.Context(), "@alice@"+host); err == nil && strings.HasPrefix(origin, "https") {
				t.Errorf("following somebody there: %+v", f)
			}
			if took := time.Since(start); took > 25*time.Second {
				t.Errorf("it took %v to refuse", took)
			}
		})
	}
	if _, err := store.Actor(t.Context(), ap.IRI(peer.URL+"/users/alice")); err == nil {
		t.Error("an actor of plain http is kept")
	}
	if got := peer.Requests(); len(got) != 0 {
		t.Errorf("requests went to loopback: %q", got)
	}
}

// TestEveryGetIsSigned: peers in secure mode answer no other.
func TestEveryGetIsSigned(t *testing.T) {
	var seen atomic.Int32
	hoster := federationtest.NewNode(t, federationtest.Options{Hoster: "chatdroite", Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Signature") == "" {
				t.Errorf("%s %s is not signed", r.Method, r.URL.Path)
			}
			seen.Add(1)
			next.ServeHTTP(w, r)
		})
	}})
	agg := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire"})
	if _, err := agg.Follow(t.Context(), "@chatdroite@"+hoster.Host); err != nil {
		t.Fatal(err)
	}
	federationtest.Eventually(t, "the listing", func() bool { return isListed(t, agg, hoster.ActorID("chatdroite")) })
	if got := seen.Load(); got < 5 { // WebFinger, the actor, its services, its outbox, and the Follow
		t.Errorf("%d requests", got)
	}
}

// listenAlone listens on loopback, and fails the test where anybody dials.
func listenAlone(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			t.Errorf("loopback was dialled by %s", c.RemoteAddr())
			_ = c.Close() // nobody should be there
		}
	}()
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		<-over
	})
	return l
}
