package activitystreams

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"matou/directory/directorytest"
)

// row is a line of a table of terms: name, IRI, domain, value, example, meaning.
var row = regexp.MustCompile("(?m)^\\| `([A-Za-z]+)` \\| `([^`]+)` \\| ([^|]+) \\| ([^|]+) \\| `([^|]+)` \\| ([^|]+) \\|$")

// described reads docs/vocabulary.md: the cells of each term's row.
func described(t *testing.T) map[string][]string {
	t.Helper()
	raw, err := os.ReadFile("../../docs/vocabulary.md")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for _, m := range row.FindAllStringSubmatch(string(raw), -1) {
		if all[m[1]] != nil {
			t.Errorf("%s is described twice", m[1])
		}
		all[m[1]] = m[2:]
	}
	return all
}

func TestVocabularyIsDescribed(t *testing.T) {
	docs := described(t)
	for name := range docs {
		if _, known := terms[name]; !known {
			t.Errorf("docs/vocabulary.md describes %s, which is no term of ours", name)
		}
	}
	for name, term := range terms {
		cells := docs[name]
		if cells == nil {
			t.Errorf("docs/vocabulary.md does not describe %s", name)
			continue
		}
		if cells[0] != NS+name {
			t.Errorf("%s: the IRI is %s", name, cells[0])
		}
		if value := cells[2]; strings.HasPrefix(value, "list of") != term.list {
			t.Errorf("%s: the value is %q, but list is %v", name, value, term.list)
		} else if term.form == text && !strings.HasPrefix(value, "text") || term.form == moment && value != "instant" {
			t.Errorf("%s: the value is %q, which is not its form", name, value)
		}
		var example any
		if err := json.Unmarshal([]byte(cells[3]), &example); err != nil {
			t.Errorf("%s: the example %s is not JSON: %v", name, cells[3], err)
		}
		if _, list := example.([]any); list != term.list {
			t.Errorf("%s: the example %s, but list is %v", name, cells[3], term.list)
		}
	}
}

// usedTerms gathers our terms in a document, wherever they stand.
func usedTerms(v any, used map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			if k == "@context" {
				continue
			}
			if _, ours := terms[k]; ours {
				used[k] = true
			}
			usedTerms(x, used)
		}
	case []any:
		for _, x := range v {
			usedTerms(x, used)
		}
	}
}

func TestVocabularyIsUsed(t *testing.T) {
	used := map[string]bool{}
	for _, body := range goldenDocuments(t) {
		var v any
		if err := json.Unmarshal(body, &v); err != nil {
			t.Fatal(err)
		}
		usedTerms(v, used)
	}
	for name := range terms {
		if !used[name] {
			t.Errorf("no document uses %s", name)
		}
	}
}

// elsewhere are the keys of our documents that ActivityStreams and security
// v1 define.
var elsewhere = set("@context", "id", "type", "name", "nameMap", "summary", "summaryMap", "content", "contentMap", "url", "href",
	"mediaType", "icon", "inbox", "outbox", "followers", "following", "endpoints", "sharedInbox", "preferredUsername", "publicKey",
	"owner", "publicKeyPem", "signatureValue", "published", "updated", "generator", "attachment", "tag", "to", "cc", "location", "latitude", "longitude",
	"attributedTo", "inReplyTo", "context", "source", "startTime", "endTime", "actor", "object", "formerType", "deleted", "totalItems",
	"first", "next", "partOf", "items", "orderedItems", "target", "instrument", "result")

// Every key of a document is ActivityStreams', or defined in its @context; and
// no @context defines anew what ActivityStreams defines.
func TestContextsDefineEveryKey(t *testing.T) {
	for name, body := range goldenDocuments(t) {
		if name == "accept" || name == "reject" {
			continue // they embed what a peer sent
		}
		var doc map[string]any
		if err := json.Unmarshal(body, &doc); err != nil {
			t.Fatal(err)
		}
		defined := map[string]bool{}
		contexts, _ := doc["@context"].([]any)
		for _, c := range contexts {
			m, _ := c.(map[string]any)
			for k := range m {
				defined[k] = true
				if elsewhere[k] {
					t.Errorf("%s defines %s anew", name, k)
				}
			}
		}
		if len(contexts) > 0 && contexts[0] != AS {
			t.Errorf("%s: ActivityStreams must come first in @context", name)
		}
		checkKeys(t, name, doc, defined)
	}
}

func checkKeys(t *testing.T, name string, v any, defined map[string]bool) {
	t.Helper()
	maps := slices.Contains([]string{"nameMap", "summaryMap", "contentMap"}, name)
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			term, ours := terms[k]
			if !elsewhere[k] && !defined[k] && !maps {
				t.Errorf("%s: %s is defined nowhere", name, k)
			}
			if k != "@context" && !(ours && term.form == text) {
				checkKeys(t, k, x, defined)
			}
		}
	case []any:
		for _, x := range v {
			checkKeys(t, name, x, defined)
		}
	}
}

// The instants of our own terms keep their fractions.
func TestInstantsKeepFractions(t *testing.T) {
	h := directorytest.Hoster("Les Lucioles")
	h.ConfirmedAt = testDay.Add(123456789 * time.Nanosecond)
	got, _ := overTheWire(t, testEndpoints(), h)
	if !got.ConfirmedAt.Equal(h.ConfirmedAt) {
		t.Errorf("got %v, want %v", got.ConfirmedAt, h.ConfirmedAt)
	}
}
