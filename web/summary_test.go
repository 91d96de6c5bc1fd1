package web

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"matou/directory"
	"matou/directory/directorytest"
)

var updateGolden = flag.Bool("update", false, "write the golden files anew")

// TestSummaryHasTheShapeThatClientsRead holds the whole document against the
// golden one, whose members are those of Statuspage's summary.json.
func TestSummaryHasTheShapeThatClientsRead(t *testing.T) {
	h := directorytest.Hoster("Les Lucioles")
	notices := everyNotice(h)
	for i := range notices {
		notices[i].HTML = false
	}
	got := hosterNode(t, &h, notices).body(summaryPath, "application/json")
	file := filepath.Join("testdata", "summary.json")
	if *updateGolden {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestSummaryIndicator(t *testing.T) {
	h := directorytest.Hoster("Les Lucioles")
	incident, underway := everyNotice(h)[0], everyNotice(h)[1]
	underway.Stage = directory.Underway
	for _, c := range []struct {
		levels  [2]directory.Level
		notices []directory.Notice
		want    string
	}{
		{[2]directory.Level{"", ""}, nil, "none"},
		{[2]directory.Level{"ok", "ok"}, []directory.Notice{underway}, "maintenance"},
		{[2]directory.Level{"ok", "ok"}, []directory.Notice{incident}, "minor"},
		{[2]directory.Level{"ok", "warning"}, nil, "minor"},
		{[2]directory.Level{"ok", "error"}, nil, "major"},
		{[2]directory.Level{"error", "error"}, nil, "critical"},
	} {
		h.Services[0].Level, h.Services[1].Level = c.levels[0], c.levels[1]
		var doc struct {
			Status struct{ Indicator, Description string }
		}
		if err := json.Unmarshal(hosterNode(t, &h, c.notices).body(summaryPath, "application/json"), &doc); err != nil {
			t.Fatal(err)
		}
		if doc.Status.Indicator != c.want || doc.Status.Description == "" {
			t.Errorf("%v: got %+v, want %q", c.levels, doc.Status, c.want)
		}
	}
}
