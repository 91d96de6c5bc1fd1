package activitystreams

import (
	"encoding/json"
	"strings"
	"testing"

	"matou/directory"
	"matou/federation/ap"
)

func testCollection() FeaturedCollection {
	return FeaturedCollection{
		ID: "https://annuaire.example/ap/collections/fr-bre", Actor: "https://annuaire.example/ap/actors/annuaire",
		URL: "https://annuaire.example/hebergeurs?place=FR-BRE", Origin: "https://annuaire.example",
		Area: directory.Text{"fr": "Bretagne", "en": "Brittany"}, Of: "Annuaire de l'Ouest", Language: "fr", Total: 1,
		Items: []ap.FeaturedItem{{
			Collection: "https://annuaire.example/ap/collections/fr-bre", Actor: testEndpoints().Actor, ActorType: "Organization",
			Standing: ap.StandingFeatured, Stamp: "https://les-lucioles.example/ap/stamps/01JNA0000000000000000000C1", At: testDay,
		}},
	}
}

func testKey(ap.FeaturedItem) string { return "a1b2" }

func goldenFeatured(t testing.TB, all map[string][]byte) {
	t.Helper()
	f := testCollection()
	var err error
	if all["featured-collection"], err = f.Encode(testKey); err != nil {
		t.Fatal(err)
	}
	if all["featured-item"], err = EncodeFeaturedItem(f.Items[0], "a1b2"); err != nil {
		t.Fatal(err)
	}
	for name, write := range map[string]func() (ap.Document, error){
		"add-featured-collection": func() (ap.Document, error) {
			return f.Add("https://annuaire.example/ap/activities/01JNA0000000000000000000B8", f.Actor+"/collections/regions", testKey, testDay)
		},
		"add-featured-item": func() (ap.Document, error) {
			return AddFeaturedItem("https://annuaire.example/ap/activities/01JNA0000000000000000000B9", f.Actor, f.Items[0], "a1b2", testDay)
		},
		"feature-request": func() (ap.Document, error) {
			return FeatureRequest("https://annuaire.example/ap/activities/01JNA0000000000000000000BA", f.Actor, testEndpoints().Actor, f.ID, testDay)
		},
	} {
		d, err := write()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all[name] = d.Body
	}
}

// TestFeaturedLanguage: peers show the first text of a map, whatever it is.
func TestFeaturedLanguage(t *testing.T) {
	for lang, want := range map[directory.Language][2]string{
		"fr": {"Hébergeurs\u00a0: Bretagne", `"summaryMap":{"fr":`},
		"en": {"Hosters: Brittany", `"summaryMap":{"en":`},
		"br": {"Hébergeurs\u00a0: Bretagne", `"summaryMap":{"fr":`},
	} {
		f := testCollection()
		f.Language = lang
		body, err := f.Encode(testKey)
		if err != nil {
			t.Fatal(err)
		}
		var doc struct {
			Name    string
			NameMap map[string]string
		}
		if err := json.Unmarshal(body, &doc); err != nil {
			t.Fatal(err)
		}
		if doc.Name != want[0] || len(doc.NameMap) != 2 || !strings.Contains(string(body), want[1]) {
			t.Errorf("%s: name %q, names %q, in %s; want %q and %s", lang, doc.Name, doc.NameMap, body, want[0], want[1])
		}
	}
}

func TestMayFeature(t *testing.T) {
	const asker = "https://annuaire.example/ap/actors/annuaire"
	for policy, want := range map[string]bool{
		``:                                       false,
		`,"interactionPolicy":{}`:                false,
		`,"interactionPolicy":{"canFeature":{}}`: false,
		`,"interactionPolicy":{"canQuote":{"automaticApproval":["https://www.w3.org/ns/activitystreams#Public"]}}`:   false,
		`,"interactionPolicy":{"canFeature":{"automaticApproval":["https://www.w3.org/ns/activitystreams#Public"]}}`: true,
		`,"interactionPolicy":{"canFeature":{"automaticApproval":"as:Public"}}`:                                      true,
		`,"interactionPolicy":{"canFeature":{"manualApproval":["Public"]}}`:                                          true,
		`,"interactionPolicy":{"canFeature":{"automaticApproval":["https://hoster.example/a/followers"]}}`:           true,
		`,"interactionPolicy":{"canFeature":{"automaticApproval":["https://hoster.example/a/following"]}}`:           false,
		`,"interactionPolicy":{"canFeature":{"automaticApproval":["https://hoster.example/a"]}}`:                     false,
		`,"interactionPolicy":{"canFeature":{"automaticApproval":["` + asker + `"]}}`:                                true,
		`,"interactionPolicy":"canFeature"`: false,
		`,"interactionPolicy":{"canFeature":{"automaticApproval":[5,null,{"id":"https://www.w3.org/ns/activitystreams#Public"}]}}`: true,
	} {
		doc := `{"id":"https://hoster.example/a","type":"Organization","followers":"https://hoster.example/a/followers"` + policy + `}`
		if got := MayFeature([]byte(doc), asker); got != want {
			t.Errorf("%s: %v, want %v", policy, got, want)
		}
	}
}

// FuzzDecodeStamp: what is read of a stamp is an address or nothing.
func FuzzDecodeStamp(f *testing.F) {
	for _, s := range []string{
		`{"id":"https://a.example/s","type":"FeatureAuthorization","interactingObject":"https://b.example/c","interactionTarget":"https://a.example/a"}`,
		`{"type":["x","FeatureAuthorization"],"interactingObject":{"id":"https://b.example"},"interactionTarget":[]}`, `[]`, `{"id":5}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, err := DecodeStamp(raw)
		if err != nil {
			return
		}
		for _, i := range []ap.IRI{s.ID, s.Actor, s.Interacting, s.Target} {
			if i != "" {
				if _, err := ParseIRI(string(i), true); err != nil {
					t.Errorf("%q: %v", i, err)
				}
			}
		}
	})
}
