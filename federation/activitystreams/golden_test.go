package activitystreams

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"matou/directory"
	"matou/directory/directorytest"
	"matou/federation/ap"
)

var update = flag.Bool("update", false, "write the golden documents anew")

var testDay = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)

const testPEM = "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n"

func testEndpoints() Endpoints {
	return Endpoints{
		Origin: "https://les-lucioles.example", Actor: "https://les-lucioles.example/ap/actors/les_lucioles",
		Handle: "les_lucioles", PublicKeyPEM: testPEM, PublishedAt: testDay.AddDate(-1, 0, 0), UpdatedAt: testDay,
		ProofKeyID: "https://les-lucioles.example/ap/actors/les_lucioles#ed25519-key", ProofKey: make(ed25519.PublicKey, ed25519.PublicKeySize),
		CanQuote: ap.Public, CanFeature: ap.Public, AlsoKnownAs: []ap.IRI{"https://avant.example/ap/actors/lucioles"},
	}
}

// testFormer is the word of a key that was replaced.
func testFormer(actor ap.IRI) []ap.FormerKey {
	return []ap.FormerKey{{
		Key: ap.Key{ID: actor + "#main-key", Owner: actor, DER: []byte("a public key")}, Successor: actor + "#key-01JNA0000000000000000000D1",
		ReplacedAt: testDay, Signature: []byte("said by the key that went"),
	}}
}

func testNotice(kind directory.NoticeKind, stage directory.Stage) directory.Notice {
	e := testEndpoints()
	n := directory.Notice{
		ID: "https://les-lucioles.example/ap/notes/01JNA0000000000000000000A1", Hoster: directory.ID(e.Actor),
		Kind: kind, Stage: stage, Title: "Cloud <lent> & muet", Language: "fr",
		Body:     "Le disque est **plein**.\n\n## Ce que nous faisons\n\n- [un ménage](https://wiki.example/menage)\n- une commande",
		Affects:  []directory.ID{directory.ID(e.Service("cloud"))},
		StartsAt: testDay, EndsAt: testDay.Add(5 * time.Hour), NextUpdateAt: testDay.Add(2 * time.Hour),
		PublishedAt: testDay, UpdatedAt: testDay.Add(time.Hour),
		Updates: []directory.NoticeUpdate{{
			ID:    "https://les-lucioles.example/ap/notes/01JNA0000000000000000000A2",
			Stage: stage, Body: "Le disque neuf est là.", At: testDay.Add(time.Hour),
		}},
	}
	return n
}

func serviceNames() map[directory.ID]string {
	return map[directory.ID]string{directory.ID(testEndpoints().Service("cloud")): "Nuage du Trégor"}
}

// goldenDocuments gives every kind of document that a node writes.
func goldenDocuments(t testing.TB) map[string][]byte {
	t.Helper()
	e, all := testEndpoints(), map[string][]byte{}
	v := directory.Vocabulary{Facets: []directory.FacetLabel{{
		Facet: directory.FacetMaintenance, Values: map[string]directory.Text{"mixed": {"fr": "bénévoles et salarié·es", "en": "volunteers and paid"}},
	}}}
	keep := func(name string, d ap.Document, err error) ap.Document {
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all[name] = d.Body
		return d
	}
	h := directorytest.Hoster("Les Lucioles")
	node := Endpoints{Origin: e.Origin, Actor: "https://les-lucioles.example/actor", PublicKeyPEM: testPEM, PublishedAt: testDay}
	node.KeyID, node.FormerKeys = node.Actor+"#key-01JNA0000000000000000000D1", testFormer(node.Actor)
	d, err := EncodeNodeActor(node, "les-lucioles.example", "Le nœud des Lucioles.")
	keep("node", d, err)
	d, err = EncodeAggregator(Endpoints{Origin: "https://annuaire.example", Actor: "https://annuaire.example/ap/actors/annuaire", PublicKeyPEM: testPEM, PublishedAt: testDay},
		AggregatorProfile{Handle: "annuaire", Name: "Annuaire de l'Ouest", Summary: directory.Text{"fr": "Les hébergeurs de l'Ouest.", "en": "Hosters of the West."}, Language: "fr", Contact: "contact@annuaire.example", Collective: "chatons", Charter: "chatons-2"})
	keep("aggregator", d, err)
	d, err = EncodeHoster(e, h, v)
	actor := keep("hoster", d, err)
	var services []any
	for _, s := range h.Services {
		d, err = EncodeService(e, h, s, v)
		services = append(services, json.RawMessage(keep("service-"+s.Slug, d, err).Body))
	}
	all["services"] = Collection(e.Services(), len(services), services)
	incident := testNotice(directory.NoticeIncident, directory.Identified)
	d, err = EncodeNote(e, incident, -1, h.Name, serviceNames())
	note := keep("note-incident", d, err)
	d, err = EncodeNote(e, incident, 0, h.Name, serviceNames())
	keep("note-incident-update", d, err)
	d, err = EncodeNote(e, testNotice(directory.NoticeIncident, directory.Resolved), -1, h.Name, serviceNames())
	keep("note-incident-resolved", d, err)
	planned := testNotice(directory.NoticeMaintenance, directory.Planned)
	planned.Language = "en"
	d, err = EncodeNote(e, planned, -1, h.Name, serviceNames())
	keep("note-maintenance", d, err)
	announcement := testNotice(directory.NoticeAnnouncement, directory.Published)
	announcement.Affects, announcement.StartsAt, announcement.EndsAt, announcement.NextUpdateAt = nil, time.Time{}, time.Time{}, time.Time{}
	d, err = EncodeNote(e, announcement, -1, h.Name, nil)
	keep("note-announcement", d, err)
	goldenActivities(t, e, actor, note, keep)
	all["outbox"] = OrderedCollection(e.Outbox(), 2, e.Outbox()+"?page=first")
	all["outbox-page"] = OrderedCollectionPage(e.Outbox()+"?page=first", e.Outbox(), "", []any{json.RawMessage(all["create"]), json.RawMessage(all["announce"])})
	all["followers"] = OrderedCollection(e.Followers(), 12, "")
	all["rare-terms"] = rareTerms(t)
	goldenFeatured(t, all)
	goldenStamps(t, all)
	e.MovedTo = "https://neuf.example/ap/actors/lucioles"
	d, err = EncodeHoster(e, h, v)
	keep("hoster-moved", d, err)
	all["featured"] = OrderedCollectionOf(e.Featured(), []any{note.IRI})
	return all
}

// The terms that no ordinary profile has all at once stand in a document of
// their own, so that every term is seen on the wire.
func rareTerms(t testing.TB) []byte {
	t.Helper()
	h := directorytest.Hoster("Les Lucioles")
	h.Until, h.Closing.AnnouncedOn = directory.Date{Year: 2027}, directory.Date{Year: 2026, Month: time.March}
	h.Work.OnCall = &directory.OnCall{None: true}
	h.Statements = append(h.Statements, directory.Statement{
		Criterion: "open-formats", Value: directory.Met, SaidBy: "https://collectif.example/ap/actors/audit", SaidAt: testDay, Until: directory.Date{Year: 2027},
	})
	hoster, err := EncodeHoster(testEndpoints(), h, directory.Vocabulary{})
	if err != nil {
		t.Fatal(err)
	}
	h.Work.OnCall.AroundTheClock, h.Work.OnCall.None = true, false
	duty, err := EncodeHoster(testEndpoints(), h, directory.Vocabulary{})
	if err != nil {
		t.Fatal(err)
	}
	s := h.Services[0]
	s.Allowance = &directory.Allowance{None: true}
	s.Intervention = &directory.Intervention{WithinDays: 2, Staffing: directory.Text{"fr": "c"}}
	s.Software.Source, s.Software.LicenceURL, s.Software.Version = "https://forge.example/x", "https://forge.example/licence", "1"
	s.Limits, s.Leaving = directory.Text{"fr": "a"}, directory.Text{"fr": "b"}
	service, err := EncodeService(testEndpoints(), h, s, directory.Vocabulary{})
	if err != nil {
		t.Fatal(err)
	}
	return OrderedCollectionOf("https://les-lucioles.example/x", []any{json.RawMessage(hoster.Body), json.RawMessage(duty.Body), json.RawMessage(service.Body)})
}

func goldenActivities(t testing.TB, e Endpoints, actor, note ap.Document, keep func(string, ap.Document, error) ap.Document) {
	t.Helper()
	id := func(n string) ap.IRI { return ap.IRI(e.Origin + "/ap/activities/01JNA0000000000000000000" + n) }
	peer := ap.IRI("https://annuaire.example/ap/actors/annuaire")
	d, err := Follow(id("B1"), e.Actor, peer, testDay)
	follow := keep("follow", d, err)
	received := []byte(`{"id":"https://social.example/6ae15297","type":"Follow","actor":"https://social.example/people/alice","object":"` + string(e.Actor) + `","extra":[1.50,null]}`)
	d, err = Accept(id("B2"), e.Actor, received, "https://social.example/people/alice", testDay)
	keep("accept", d, err)
	d, err = Reject(id("B3"), e.Actor, received, "https://social.example/people/alice", testDay)
	keep("reject", d, err)
	d, err = Undo(id("B4"), e.Actor, follow.Body, []ap.IRI{peer}, nil, testDay)
	keep("undo", d, err)
	d, err = Create(id("B5"), note, testDay)
	keep("create", d, err)
	d, err = Update(id("B6"), note, testDay)
	keep("update-note", d, err)
	d, err = Update(id("B7"), actor, testDay)
	keep("update-hoster", d, err)
	d, err = Delete(id("B8"), e.Actor, note.IRI, "Note", e.Followers(), testDay)
	keep("delete", d, err)
	d, err = Tombstone(note.IRI, "Note", testDay)
	keep("tombstone", d, err)
	d, err = Announce(id("B9"), peer, note.IRI, e.Actor, testDay)
	keep("announce", d, err)
	d, err = Add(id("C1"), peer, e.Actor, peer+"/listing", testDay)
	keep("add", d, err)
	d, err = Remove(id("C2"), peer, e.Actor, peer+"/listing", testDay)
	keep("remove", d, err)
}

func TestGolden(t *testing.T) {
	for name, body := range goldenDocuments(t) {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			if err := json.Indent(&got, body, "", "  "); err != nil {
				t.Fatalf("not JSON: %v", err)
			}
			got.WriteByte('\n')
			file := filepath.Join("testdata", "golden", name+".json")
			if *update {
				if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), want) {
				t.Errorf("differs from %s (write it with -update where it is right):\ngot %s", file, got.Bytes())
			}
		})
	}
}

// What our documents must be for every peer, whatever they say.
func TestGoldenFitsPeers(t *testing.T) {
	for name, body := range goldenDocuments(t) {
		o, err := Parse(body)
		if err != nil {
			t.Errorf("%s: a node like ours refuses it: %v", name, err)
			continue
		}
		if len(body) >= 64<<10 {
			t.Errorf("%s has %d bytes, want less than 64 KiB", name, len(body))
		}
		for _, key := range []string{"to", "cc", "tag", "attachment", "orderedItems", "items"} {
			v, there := o[key]
			if _, list := v.([]any); there && !list {
				t.Errorf("%s: %s is %T, want a list: some peers read nothing else", name, key, v)
			}
		}
		for key, v := range o {
			if v == nil {
				t.Errorf("%s: %s is null, which makes some peers fail", name, key)
			}
		}
		if IsActivity(o.Type()) {
			if _, err := o.Envelope(); err != nil {
				t.Errorf("%s: no envelope: %v", name, err)
			}
			if in, _ := o["object"].(map[string]any); in["@context"] != nil {
				t.Errorf("%s: the embedded object has a @context of its own", name)
			}
		}
	}
}

// The same input gives the same bytes, since bytes are kept and compared.
func TestGoldenIsDeterministic(t *testing.T) {
	first, second := goldenDocuments(t), goldenDocuments(t)
	for name := range first {
		if !bytes.Equal(first[name], second[name]) {
			t.Errorf("%s was written in two ways", name)
		}
	}
}
