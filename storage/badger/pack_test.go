package badger

import (
	"fmt"
	"testing"
	"time"

	"matou/federation/ap"
)

// TestPacksAreSpreadAtStart leaves packs as a crash does between the
// transaction of a Change and the spreading of its deliveries.
func TestPacksAreSpreadAtStart(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	const many = 3*packItems + 7
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var all []ap.Delivery
	for i := range many {
		all = append(all, ap.Delivery{
			Key: fmt.Sprintf("%026d", i), Activity: "https://hoster.example/a", Signer: "https://hoster.example/actor",
			Inbox: ap.IRI(fmt.Sprintf("https://peer%03d.example/inbox", i%10)), CreatedAt: at,
		})
	}
	w, err := s.begin()
	if err != nil {
		t.Fatal(err)
	}
	if err := w.saveDocument(ap.Document{IRI: "https://hoster.example/a"}); err != nil {
		t.Fatal(err)
	}
	if err := w.enqueue(all); err != nil {
		t.Fatal(err)
	}
	if err := s.end(w); err != nil {
		t.Fatal(err)
	}
	// One of them had been spread.
	if err := s.spread(1); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	s, err = Open(Options{Dir: dir})
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	defer s.Close()
	r, err := s.Check(t.Context())
	if err != nil || len(r.Problems) > 0 || r.Counts["packs"] != 0 || r.Counts["deliveries"] != many {
		t.Errorf("Check: %d packs, %d deliveries, %v, %v; want none, %d", r.Counts["packs"], r.Counts["deliveries"], r.Problems, err, many)
	}
	got, err := s.Deliveries(t.Context(), "https://peer003.example/inbox", 1000)
	if err != nil || len(got) != 61 || got[0] != all[3] || got[60] != all[603] {
		t.Errorf("the lane holds %d, %v; want each tenth from the third on, in order", len(got), err)
	}
	if lanes, err := s.DueLanes(t.Context(), at, 100, nil); err != nil || len(lanes) != 10 {
		t.Errorf("%d lanes are due, %v; want 10", len(lanes), err)
	}
}
