package activitystreams

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"matou/directory"
	"matou/federation/ap"
)

func testdata(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// The documents in testdata/peers are invented, in the shapes in which these
// implementations write theirs.
func TestDecodeActorOfPeers(t *testing.T) {
	tests := []struct {
		file string
		want ap.Actor // Keys: how many, by length
		keys int
	}{
		{"mastodon-person", ap.Actor{Type: "Person", Username: "camille", Name: "Camille :coeur:", URL: "https://social.example/@camille", SharedInbox: "https://social.example/inbox", Discoverable: true}, 1},
		{"gotosocial-person", ap.Actor{Type: "Person", Username: "noe", Name: "noé", URL: "https://bread.example/@noe", SharedInbox: "https://bread.example/sharedInbox"}, 1},
		{"misskey-person", ap.Actor{Type: "Person", Username: "miou", URL: "https://planete.example/@miou", SharedInbox: "https://planete.example/inbox", Discoverable: true}, 1},
		{"pleroma-person", ap.Actor{Type: "Person", Username: "jo", Name: "Jo", URL: "https://lac.example/users/jo", SharedInbox: "https://lac.example/inbox", Discoverable: true}, 1},
		{"peertube-account", ap.Actor{Type: "Person", Username: "atelier", Name: "Atelier vidéo", URL: "https://tube.example/a/atelier/video-channels", SharedInbox: "https://tube.example/inbox"}, 1},
		{"lemmy-community", ap.Actor{Type: "Group", Username: "hebergement", Name: "Hébergement associatif", SharedInbox: "https://agora.example/inbox"}, 1},
		{"lemmy-site", ap.Actor{Type: "Application", Name: "agora"}, 1},
		{"writefreely-collection", ap.Actor{Type: "Person", Username: "carnet", Name: "Carnet de bord", URL: "https://plume.example/carnet/"}, 1},
		{"fedify-actor", ap.Actor{Type: "Person", Username: "redaction", Name: "La rédaction", URL: "https://depeche.example/", SharedInbox: "https://depeche.example/inbox", Discoverable: true, Indexable: true}, 1},
		{"wordpress-author", ap.Actor{Type: "Person", Username: "blog.example", Name: "Le blog", URL: "https://blog.example/author/blog/", SharedInbox: "https://blog.example/wp-json/activitypub/1.0/inbox", Discoverable: true, Indexable: true}, 1},
		{"mobilizon-group", ap.Actor{Type: "Group", Username: "maison", Name: "Maison du libre", URL: "https://mobile.example/@maison", SharedInbox: "https://mobile.example/inbox", Discoverable: true}, 1},
	}
	for _, test := range tests {
		t.Run(test.file, func(t *testing.T) {
			got, err := DecodeActor(testdata(t, "peers/"+test.file+".json"))
			if err != nil {
				t.Fatal(err)
			}
			if got.Inbox == "" || got.Outbox == "" {
				t.Errorf("inbox %q, outbox %q: an actor cannot be reached", got.Inbox, got.Outbox)
			}
			if len(got.Keys) != test.keys || len(got.Keys) > 0 && (got.Keys[0].Owner != got.ID || len(got.Keys[0].DER) == 0) {
				t.Errorf("keys: got %d %v, want %d of its own", len(got.Keys), got.Keys, test.keys)
			}
			if want := test.file == "fedify-actor"; (len(got.ProofKeys) == 1) != want {
				t.Errorf("proof keys: got %v, want one: %t", got.ProofKeys, want)
			}
			want := test.want
			want.ID, want.Inbox, want.Outbox, want.Followers, want.Keys, want.ProofKeys, want.UpdatedAt = got.ID, got.Inbox, got.Outbox, got.Followers, got.Keys, got.ProofKeys, got.UpdatedAt
			if a, b := asJSON(t, got), asJSON(t, want); a != b {
				t.Errorf("got  %s\nwant %s", a, b)
			}
		})
	}
}

func asJSON(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// changed gives the Mastodon actor with some keys set to other JSON.
func changed(t testing.TB, file string, keys map[string]string) []byte {
	t.Helper()
	var m map[string]json.RawMessage
	if err := json.Unmarshal(testdata(t, "peers/"+file+".json"), &m); err != nil {
		t.Fatal(err)
	}
	for k, v := range keys {
		m[k] = json.RawMessage(v)
	}
	raw, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestDecodeActorRefuses(t *testing.T) {
	for name, keys := range map[string]map[string]string{
		"an inbox on another host":        {"inbox": `"https://victim.example/inbox"`},
		"an inbox behind another port":    {"inbox": `"https://social.example:8443/users/camille/inbox"`},
		"an inbox in the clear":           {"inbox": `"http://social.example/users/camille/inbox"`},
		"no inbox":                        {"inbox": `null`},
		"no actor":                        {"type": `"Note"`},
		"no type":                         {"type": `{}`},
		"a number for an id":              {"id": `5`},
		"an id that hides its host":       {"id": `"https://social.example@mallory.example/x"`},
		"an id with a fragment":           {"id": `"https://social.example/users/camille#x"`},
		"an id in capitals":               {"id": `"https://SOCIAL.example/users/camille"`},
		"a context that is not the usual": {"@context": `"https://www.w3.org/ns/credentials/v2"`},
	} {
		if got, err := DecodeActor(changed(t, "mastodon-person", keys)); !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("%s: got %+v, %v, want ErrInvalid", name, got, err)
		}
	}
}

// What an actor says of other hosts is left out.
func TestDecodeActorLeavesForeignThingsOut(t *testing.T) {
	pem, ed25519 := asJSON(t, string(testdata(t, "key.pem"))), asJSON(t, string(testdata(t, "ed25519.pem")))
	id := `"https://social.example/users/camille"`
	got, err := DecodeActor(changed(t, "mastodon-person", map[string]string{
		"followers": `"https://celebrity.example/followers"`, "outbox": `{"id":"https://other.example/outbox"}`,
		"endpoints": `{"sharedInbox":"https://victim.example/inbox"}`, "services": `"https://other.example/services"`, "url": `"javascript:alert(1)"`,
		"name": `"\u202eelpoep <b>of</b> \u0007\nhere"`, "preferredUsername": `"a@b.example"`,
		"publicKey": `[
			{"id":"https://victim.example/actor#main-key","owner":` + id + `,"publicKeyPem":` + pem + `},
			{"id":"https://social.example/users/camille#a","owner":"https://social.example/users/alice","publicKeyPem":` + pem + `},
			{"id":"https://social.example/users/camille#b","owner":` + id + `,"publicKeyPem":"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"},
			{"id":"https://social.example/users/camille#c","owner":` + id + `},
			{"id":"https://social.example/users/camille#d","owner":` + id + `,"publicKeyPem":` + pem + `},
			{"id":"https://social.example/users/camille#d","owner":` + id + `,"publicKeyPem":` + pem + `},
			{"id":"https://social.example/users/camille#e","owner":` + id + `,"publicKeyPem":` + ed25519 + `}]`,
	}))
	if err != nil {
		t.Fatal(err)
	}
	if got.Followers != "" || got.Outbox != "" || got.SharedInbox != "" || got.Services != "" || got.URL != "" {
		t.Errorf("things of other hosts were kept: %+v", got)
	}
	if len(got.Keys) != 2 || got.Keys[0].ID != "https://social.example/users/camille#d" || got.Keys[1].ID != "https://social.example/users/camille#e" {
		t.Errorf("keys: got %v, want #d and #e only", got.Keys)
	}
	if got.Name != "elpoep of here" || got.Username != "" {
		t.Errorf("got name %q, username %q, want them without markup or tricks", got.Name, got.Username)
	}
}

// A node like ours reads our actors whole.
func TestDecodeOwnActors(t *testing.T) {
	e := testEndpoints()
	e.PublicKeyPEM = string(testdata(t, "key.pem"))
	d, err := EncodeHoster(e, directory.Hoster{Handle: "les_lucioles", Name: "Les Lucioles", Discoverable: true, Indexable: true}, directory.Vocabulary{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := DecodeActor(d.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got.Services != e.Services() || got.Inbox != e.Inbox() || got.SharedInbox != e.SharedInbox() || got.Followers != e.Followers() ||
		got.URL != e.Page() || len(got.Keys) != 1 || got.Keys[0].ID != e.Actor+"#main-key" || !got.Discoverable || !got.UpdatedAt.Equal(d.UpdatedAt) {
		t.Errorf("got %+v", got)
	}
	if d.Type != "Organization" || d.Owner != e.Actor || d.URL != e.Page() || !d.Public || !d.Local {
		t.Errorf("record: got %+v", d)
	}
}

func FuzzDecodeActor(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		a, err := DecodeActor(raw)
		if err != nil {
			return
		}
		for _, i := range []ap.IRI{a.Inbox, a.SharedInbox, a.Outbox, a.Followers, a.Services} {
			if i != "" && i.Host() != a.ID.Host() {
				t.Errorf("%s is not on the host of %s", i, a.ID)
			}
		}
		for _, k := range a.Keys {
			if k.Owner != a.ID || k.ID.Host() != a.ID.Host() {
				t.Errorf("key %s of %s was kept for %s", k.ID, k.Owner, a.ID)
			}
		}
		if strings.ContainsAny(a.Name, "\n\u202e\u2066\x00") || len(a.Keys) > maxKeys {
			t.Errorf("name %q, %d keys", a.Name, len(a.Keys))
		}
	})
}
