package federation_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"matou/directory"
	"matou/federation/ap"
	"matou/federation/federationtest"
)

// TestRotateKeys: who follows, and who is followed, hears of the new key by the
// old one; what was queued goes by the old one too, and all else by the new.
func TestRotateKeys(t *testing.T) {
	n := federationtest.NewNode(t, federationtest.Options{Hoster: "chatdroite", Aggregator: "annuaire"})
	p, q := federationtest.NewPeer(t), federationtest.NewPeer(t)
	alice := p.Actor("alice")
	send(t, n, alice, alice.Follow(n.ActorID("chatdroite")))
	old := p.AwaitType(t, "Accept").KeyID
	h := q.Hoster("lucioles")
	list(t, n, h) // the aggregator follows it, and nobody follows the aggregator

	done, err := n.RotateKeys(t.Context(), "", false)
	if err != nil || len(done) != 3 {
		t.Fatalf("got %+v, %v, want three actors", done, err)
	}
	update := p.AwaitType(t, "Update")
	if update.KeyID != old || update.Verified != nil {
		t.Errorf("the Update came by %s, %v; want by %s", update.KeyID, update.Verified, old)
	}
	key, _ := update.Object()["publicKey"].(map[string]any)
	if id, _ := key["id"].(string); id == old || !strings.HasPrefix(id, n.ActorID("chatdroite")+"#key-") {
		t.Errorf("the new key is %q", id)
	}
	told := q.AwaitType(t, "Update")
	if told.Actor != n.ActorID("annuaire") || told.KeyID != n.ActorID("annuaire")+"#main-key" || told.Verified != nil {
		t.Errorf("whom the aggregator follows heard %+v", told)
	}
	notice := openNotice(t, n, "Après")
	created := p.Await(t, "the notice", func(r federationtest.Received) bool { return r.ObjectID() == string(notice.ID) })
	if created.KeyID != key["id"] || created.Verified != nil {
		t.Errorf("the notice came by %s, %v; want by %v", created.KeyID, created.Verified, key["id"])
	}
	// GETs are signed by the node's new key.
	before := p.Fetches()
	bob := p.Actor("bob")
	send(t, n, bob, bob.Follow(n.ActorID("chatdroite")))
	if p.Fetches() == before {
		t.Error("bob was not asked for")
	}
	for _, a := range locals(t, n) {
		if a.Retired == nil || a.KeyID == a.Retired.KeyID || len(a.Former) != 1 {
			t.Errorf("%s keeps %s, former %d", a.Username, a.KeyID, len(a.Former))
		}
	}
}

func locals(t *testing.T, n *federationtest.Node) []ap.LocalActor {
	t.Helper()
	all, err := n.Store.LocalActors(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// What was said before a rotation and could not be delivered goes by the key
// that the peer knows, before the Update that changes it.
func TestRotateKeysWithAQueue(t *testing.T) {
	n := federationtest.NewNode(t, federationtest.Options{Hoster: "chatdroite"})
	p := federationtest.NewPeer(t)
	alice := p.Actor("alice")
	send(t, n, alice, alice.Follow(n.ActorID("chatdroite")))
	old := p.AwaitType(t, "Accept").KeyID
	p.Fault("/inbox", federationtest.Status(503))
	before := openNotice(t, n, "Avant")
	federationtest.Eventually(t, "the first try", func() bool { return strings.Contains(strings.Join(p.Requests(), "\n"), "POST /inbox") })
	if _, err := n.RotateKeys(t.Context(), "chatdroite", false); err != nil {
		t.Fatal(err)
	}
	after := openNotice(t, n, "Après")
	p.Fault("/inbox", nil)
	federationtest.Eventually(t, "the try to be over", func() bool {
		all, err := n.Queued(t.Context(), p.Host)
		return err == nil && len(all) == 1 && all[0].Attempts == 1
	})
	if _, err := n.RetryHost(t.Context(), p.Host); err != nil {
		t.Fatal(err)
	}
	p.Await(t, "the second notice", func(r federationtest.Received) bool { return r.ObjectID() == string(after.ID) })
	var got []string
	for _, r := range p.Received() {
		if r.Type == "Accept" {
			continue
		}
		by := "new"
		if r.KeyID == old {
			by = "old"
		}
		got = append(got, r.Type+" "+by)
		if r.Verified != nil {
			t.Errorf("%s: %v", r.Type, r.Verified)
		}
	}
	if want := "Create old, Update old, Create new"; strings.Join(got, ", ") != want {
		t.Errorf("got %s, want %s (%s came first)", strings.Join(got, ", "), want, before.ID)
	}
}

// TestRotationIsFollowed: a directory keeps a hoster that changed its key,
// whether it hears of it by the old key, or has seen the new one before.
func TestRotationIsFollowed(t *testing.T) {
	for name, refusesOld := range map[string]bool{"by the Update": false, "by its document": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := federationtest.NewNode(t, federationtest.Options{Hoster: "chatdroite"})
			id := h.ActorID("chatdroite")
			var rotated atomic.Bool
			agg := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire", Wrap: func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if refusesOld && rotated.Load() && strings.Contains(r.Header.Get("Signature")+r.Header.Get("Signature-Input"), id+"#main-key") {
						w.WriteHeader(http.StatusUnauthorized)
						return
					}
					next.ServeHTTP(w, r)
				})
			}})
			if _, err := agg.Follow(t.Context(), "@chatdroite@"+h.Host); err != nil {
				t.Fatal(err)
			}
			federationtest.Eventually(t, "the listing", func() bool { return isListed(t, agg, id) })
			rotated.Store(true)
			for round := range 2 {
				if _, err := h.RotateKeys(t.Context(), "chatdroite", round > 0); err != nil {
					t.Fatal(err)
				}
				notice := openNotice(t, h, fmt.Sprintf("Panne %d", round))
				federationtest.Eventually(t, "the notice in the directory", func() bool {
					_, err := agg.Store.Notice(t.Context(), notice.ID)
					return err == nil
				})
			}
			f, _ := follows(t, agg, agg.ActorID("annuaire"), id)
			if !isListed(t, agg, id) || f.State != ap.FollowAccepted {
				t.Errorf("listed: %t, the Follow is %s; want true, accepted", isListed(t, agg, id), f.State)
			}
			a, err := agg.Store.Actor(t.Context(), ap.IRI(id))
			if err != nil || len(a.Keys) != 1 || !strings.Contains(string(a.Keys[0].ID), "#key-") {
				t.Errorf("the directory knows the keys %+v, %v", a.Keys, err)
			}
			federationtest.Eventually(t, "the key for documents", func() bool {
				a, err := agg.Store.Actor(t.Context(), ap.IRI(id))
				return err == nil && len(a.ProofKeys) == 1 && strings.Contains(string(a.ProofKeys[0].ID), "#ed25519-key-")
			})
		})
	}
}

// TestRotateKeysOnceADay: a second change within a day is refused unless
// forced; then the first key is forgotten, and the next may come.
func TestRotateKeysOnceADay(t *testing.T) {
	clock := newClock(time.Now())
	o := federationtest.Options{Hoster: "chatdroite", Dir: t.TempDir(), Clock: clock.Now}
	var address string
	t.Run("refused", func(t *testing.T) {
		n := federationtest.NewNode(t, o)
		address = n.Host
		if _, err := n.RotateKeys(t.Context(), "personne", false); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("nobody of that name: got %v, want %v", err, directory.ErrNotFound)
		}
		if _, err := n.RotateKeys(t.Context(), "chatdroite", false); err != nil {
			t.Fatal(err)
		}
		clock.Add(23 * time.Hour)
		if _, err := n.RotateKeys(t.Context(), "chatdroite", false); !errors.Is(err, directory.ErrConflict) {
			t.Errorf("after 23 hours: got %v, want %v", err, directory.ErrConflict)
		}
		if _, err := n.RotateKeys(t.Context(), "chatdroite", true); err != nil {
			t.Errorf("forced: %v", err)
		}
	})
	o.Address = address
	clock.Add(23 * time.Hour)
	t.Run("kept", func(t *testing.T) {
		if a := hosterOf(t, federationtest.NewNode(t, o)); a.Retired == nil || len(a.Former) != 2 {
			t.Errorf("after 23 hours and a restart: %+v", a)
		}
	})
	clock.Add(2 * time.Hour)
	t.Run("forgotten", func(t *testing.T) {
		n := federationtest.NewNode(t, o)
		if a := hosterOf(t, n); a.Retired != nil || len(a.Former) != 2 {
			t.Errorf("after a day: the secret of %v is still there, %d former keys", a.Retired, len(a.Former))
		}
		for range 4 {
			if _, err := n.RotateKeys(t.Context(), "chatdroite", true); err != nil {
				t.Fatal(err)
			}
		}
		if got := len(hosterOf(t, n).Former); got != 4 {
			t.Errorf("%d former keys, want 4", got)
		}
	})
}

func hosterOf(t *testing.T, n *federationtest.Node) ap.LocalActor {
	t.Helper()
	for _, a := range locals(t, n) {
		if a.Kind == ap.KindHoster {
			return a
		}
	}
	t.Fatal("there is no hoster")
	return ap.LocalActor{}
}

// TestProofKeyOfBefore: actors from before there were keys for documents get
// one, and those who follow hear of it by the key that they know.
func TestProofKeyOfBefore(t *testing.T) {
	o := federationtest.Options{Hoster: "chatdroite", Aggregator: "annuaire", Dir: t.TempDir()}
	p := federationtest.NewPeer(t)
	alice := p.Actor("alice")
	t.Run("before", func(t *testing.T) {
		n := federationtest.NewNode(t, o)
		o.Address = n.Host
		send(t, n, alice, alice.Follow(n.ActorID("chatdroite")))
		p.AwaitType(t, "Accept")
		all := locals(t, n)
		for i := range all {
			all[i].ProofKeyID, all[i].ProofDER = "", nil
		}
		if _, err := n.Store.Apply(t.Context(), ap.Change{LocalActors: all}); err != nil {
			t.Fatal(err)
		}
	})
	p.Forget()
	o.NoProfile = true // it has one
	n := federationtest.NewNode(t, o)
	update := p.AwaitType(t, "Update")
	if update.Verified != nil || update.KeyID != n.ActorID("chatdroite")+"#main-key" || update.Object()["assertionMethod"] == nil {
		t.Errorf("it came by %s, %v: %v", update.KeyID, update.Verified, update.Object()["assertionMethod"])
	}
	for _, a := range locals(t, n) {
		if len(a.ProofDER) == 0 {
			t.Errorf("%s has no key for documents", a.Username)
		}
	}
}

// word is a former key's word on its successor, written by hand.
func word(t testing.TB, actor, former, successor string, by, next *rsa.PrivateKey) map[string]any {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(&next.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	sum, at := sha256.Sum256(der), "2026-11-20T12:00:00Z"
	text := sha256.Sum256([]byte(strings.Join([]string{"matou key succession", actor, former, successor, hex.EncodeToString(sum[:]), at}, "\n")))
	signed, err := rsa.SignPKCS1v15(rand.Reader, by, crypto.SHA256, text[:])
	if err != nil {
		t.Fatal(err)
	}
	return map[string]any{
		"id": former, "owner": actor, "publicKeyPem": federationtest.PEM(&by.PublicKey), "successor": successor,
		"replacedAt": at, "signatureValue": base64.StdEncoding.EncodeToString(signed),
	}
}

// A hoster's keys changed while nobody looked. Former keys keep it listed where
// they lead from the one that was known to the one that is, and no others do.
func TestSuccession(t *testing.T) {
	next, between, thief := federationtest.Key(t, 6), federationtest.Key(t, 5), federationtest.Key(t, 4)
	for name, c := range map[string]struct {
		words func(h *federationtest.Actor, id string) []any
		kept  bool
	}{
		"one step": {func(h *federationtest.Actor, id string) []any {
			return []any{word(t, h.ID, h.ID+"#main-key", id, h.Key, next)}
		}, true},
		"two steps": {func(h *federationtest.Actor, id string) []any {
			return []any{word(t, h.ID, h.ID+"#key-2", id, between, next), word(t, h.ID, h.ID+"#main-key", h.ID+"#key-2", h.Key, between)}
		}, true},
		"no word": {func(*federationtest.Actor, string) []any { return nil }, false},
		"a missing step": {func(h *federationtest.Actor, id string) []any {
			return []any{word(t, h.ID, h.ID+"#key-2", id, between, next)}
		}, false},
		"a stranger's word": {func(h *federationtest.Actor, id string) []any {
			return []any{word(t, h.ID, h.ID+"#main-key", id, thief, next)}
		}, false},
		"a stranger's word under the known key": {func(h *federationtest.Actor, id string) []any {
			w := word(t, h.ID, h.ID+"#main-key", id, thief, next)
			w["publicKeyPem"] = federationtest.PEM(&h.Key.PublicKey)
			return []any{w}
		}, false},
		"a word on another key": {func(h *federationtest.Actor, id string) []any {
			return []any{word(t, h.ID, h.ID+"#main-key", id, h.Key, between)}
		}, false},
		"a word of another actor": {func(h *federationtest.Actor, id string) []any {
			w := word(t, h.ID+"x", h.ID+"#main-key", id, h.Key, next)
			w["owner"] = h.ID
			return []any{w}
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAttack(t)
			h := a.hoster
			id := h.ID + "#key-3"
			words := c.words(h, id)
			h.KeyID = id
			h.Rotate(next)
			if words != nil {
				h.Set("formerKeys", words)
			}
			if got := a.post(h, h.Create(h.Incident("Après", "x")), federationtest.Request{}); got.Status != 202 {
				t.Errorf("the answer is %+v", got)
			}
			if got := isListed(t, a.n, h.ID); got != c.kept {
				t.Errorf("listed: %t, want %t", got, c.kept)
			}
			want := 0
			if c.kept {
				want = 2
			}
			if got := len(notices(t, a.n, h.ID)); got != want {
				t.Errorf("%d notices, want %d", got, want)
			}
			old := federationtest.Key(t, 0)
			if got := a.post(h, h.Create(h.Incident("Encore", "x")), federationtest.Request{KeyID: h.ID + "#main-key", Key: old}); got.Status != 401 {
				t.Errorf("the key that went: %+v, want 401", got)
			}
		})
	}
}
