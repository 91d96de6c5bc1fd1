package exchange_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"matou/directory"
	"matou/directory/directorytest"
	"matou/directory/exchange"
)

// A directory that exports more than a stranger's document may have can read it
// back, whole.
func TestOwnExportIsReadBackHoweverLong(t *testing.T) {
	some := directorytest.Listings(300, 1)
	var all []directory.Listing
	for len(all) < 6000 {
		for _, l := range some {
			l.Hoster.ID = directory.ID(fmt.Sprintf("%s/%d", l.Hoster.ID, len(all)))
			all = append(all, l)
		}
	}
	raw, err := exchange.ExportJSON(all)
	if err != nil {
		t.Fatal(err)
	}
	if len(raw) <= exchange.MaxDocumentBytes {
		t.Fatalf("the export has %d bytes, want more than %d", len(raw), exchange.MaxDocumentBytes)
	}
	tree := exchange.NewTree("/srv/hosters.json", exchange.DefaultLimits)
	if room := tree.Room("/srv/hosters.json"); room < len(raw) {
		t.Fatalf("room for a file on disk: got %d bytes, want %d", room, len(raw))
	}
	address, _ := tree.Next()
	tree.Add(address, raw)
	r := tree.Result()
	if len(r.Failures) > 0 || len(r.Hosters) != len(all) {
		t.Fatalf("got %d hosters and %v, want %d", len(r.Hosters), r.Failures, len(all))
	}
	for i, f := range r.Hosters {
		if !reflect.DeepEqual(f.Hoster, all[i].Hoster) {
			t.Fatalf("%s: got\n%+v, want\n%+v", f.Hoster.Name, f.Hoster, all[i].Hoster)
		}
	}
}

// What is as long and is something else is refused, and so is more of it from
// the network.
func TestLongDocumentsOfOthersAreRefused(t *testing.T) {
	long := strings.Repeat(" ", exchange.MaxDocumentBytes)
	for name, raw := range map[string]string{
		"other JSON":          `{"listings": [], "x": "` + long + `"}`,
		"cut short":           `{"format": "matou-listings/1", "listings": [` + long,
		"no list":             `{"format": "matou-listings/1", "listings": {}` + long + `}`,
		"goes on":             `{"format": "matou-listings/1", "listings": []}` + long + `x`,
		"not UTF-8":           `{"format": "matou-listings/1", "x": "` + "\xff" + long + `"}`,
		"deep in one listing": `{"format": "matou-listings/1", "x": "` + long + `", "listings": [` + strings.Repeat("[", 20_000),
	} {
		t.Run(name, func(t *testing.T) {
			r, err := exchange.Read("", "hosters.json", []byte(raw))
			if !errors.Is(err, directory.ErrInvalid) {
				t.Errorf("got %d hosters and %v, want a refusal", len(r.Hosters), err)
			}
		})
	}
	const address = "https://directory.example/hosters.json"
	if got := exchange.NewTree(address, exchange.DefaultLimits).Room(address); got != exchange.MaxDocumentBytes {
		t.Errorf("room for a document from the network: got %d, want %d", got, exchange.MaxDocumentBytes)
	}
	one := []byte(`{"format": "matou-listings/1", "listings": [{"hoster": {"name": "A", "handle": "a"}}, ` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `]` + long + `}`)
	if r, err := exchange.Read("", "hosters.json", one); err != nil || len(r.Hosters) != 1 || len(r.Warnings) != 1 {
		t.Errorf("a listing that is too deep: got %d hosters, %v, %v; want it left out and told", len(r.Hosters), r.Warnings, err)
	}
}
