package web

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"matou/directory"
	"matou/directory/directorytest"
)

// told gives an incident that is over, on a service or on all for "".
func told(kind directory.NoticeKind, service directory.ID, from time.Time, d time.Duration) directory.Notice {
	n := directory.Notice{ID: directory.ID("https://les-lucioles.example/ap/notes/" + itoa(int(from.Unix()))), Hoster: "https://les-lucioles.example/ap/actors/les_lucioles",
		Kind: kind, Stage: directory.Resolved, Title: "Panne", Language: "fr", StartsAt: from, EndsAt: from.Add(d), PublishedAt: from, UpdatedAt: from.Add(d)}
	if kind == directory.NoticeMaintenance {
		n.Stage = directory.Completed
	}
	if service != "" {
		n.Affects = []directory.ID{service}
	}
	return n
}

// TestStripIsDrawnFromNotices: one day a mark, an incident before a
// maintenance, nothing that was called off or is to come.
func TestStripIsDrawnFromNotices(t *testing.T) {
	h := directorytest.Hoster("Les Lucioles")
	pad := h.Services[0].ID
	planned := everyNotice(h)[1]
	off := told(directory.NoticeMaintenance, pad, now.AddDate(0, 0, -50), time.Hour)
	off.Stage = directory.Cancelled
	long := told(directory.NoticeIncident, "", now.AddDate(0, 0, -200), 115*24*time.Hour) // ends 85 days ago
	n := hosterNode(t, &h, []directory.Notice{
		planned, off, long,
		told(directory.NoticeMaintenance, pad, now.AddDate(0, 0, -10), 72*time.Hour),
		told(directory.NoticeIncident, pad, now.AddDate(0, 0, -9), time.Hour),
		told(directory.NoticeIncident, h.Services[1].ID, now.AddDate(0, 0, -20), time.Hour),
		told(directory.NoticeIncident, pad, now.AddDate(-9, 0, 0), time.Hour),
	})
	d := n.page("/services/pad")
	if want := "Sur 90 jours : 6 jours avec un incident signalé, 3 jours d'entretien seul."; !strings.Contains(d.words(), want) {
		t.Errorf("got %s, want %q", d.words(), want)
	}
	svg := d.all("svg")[0]
	if !strings.Contains(attribute(svg, "aria-label"), "6 jours") {
		t.Errorf("who does not see the drawing is not told: %q", attribute(svg, "aria-label"))
	}
	marks := map[string]int{}
	for _, p := range d.all("path") {
		marks[attribute(p, "class")] = strings.Count(attribute(p, "d"), "M")
	}
	if marks["trouble"] != 6 || marks["work"] != 3 {
		t.Errorf("got marks %v", marks)
	}
	if len(d.all("table")) != 1 || len((document{d.all("tbody")[0], ""}).all("tr")) != 3 {
		t.Errorf("got %d tables, want one with a row a notice", len(d.all("table")))
	}
	if strings.Contains(n.page("/etat").words(), "%") {
		t.Error("the page gives a part of a hundred")
	}
}

// TestYearsGiveDurationsBesideTheAllowance (demands 30 and 36).
func TestYearsGiveDurationsBesideTheAllowance(t *testing.T) {
	h := directorytest.Hoster("Les Lucioles")
	h.Services[0].Allowance = &directory.Allowance{DaysPerYear: 3.5}
	h.Services[1].Allowance = nil
	pad := h.Services[0].ID
	year := func(y int, hours int) time.Time { return time.Date(y, 5, 4, hours, 0, 0, 0, time.UTC) }
	n := hosterNode(t, &h, []directory.Notice{
		told(directory.NoticeIncident, pad, year(2025, 8), 30*time.Hour),
		told(directory.NoticeIncident, pad, year(2025, 10), 2*time.Hour), // at the same time: counted once
		told(directory.NoticeMaintenance, pad, year(2025, 12), 90*time.Minute),
		told(directory.NoticeIncident, "", time.Date(2024, 12, 31, 23, 0, 0, 0, time.FixedZone("", 3600)), 2*time.Hour), // an hour of each year
	})
	d := n.page("/etat")
	rows := map[string][]string{}
	for _, table := range d.classed("year") {
		tables := document{table, ""}
		for _, tr := range tables.all("tr")[1:] {
			var cells []string
			for _, name := range []string{"th", "td"} {
				for _, c := range (document{tr, ""}).all(name) {
					cells = append(cells, squeeze(words(c)))
				}
			}
			heading := table.Parent.PrevSibling
			for heading.Data != "h3" {
				heading = heading.PrevSibling
			}
			rows[squeeze(words(heading))+" "+cells[0]] = cells[1:]
		}
	}
	for of, want := range map[string]string{
		"2025 Le Pad":   "1,3 jour|1,5 heure|3,5 jours",
		"2025 Le Nuage": "1 heure|rien de signalé|non précisé",
		"2024 Le Pad":   "1 heure|rien de signalé|3,5 jours",
	} {
		if got := strings.Join(rows[of], "|"); got != want {
			t.Errorf("%s: got %q, want %q", of, got, want)
		}
	}
}

// TestLastingCountsEachMomentOnce holds the sum of spans against a walk over
// every hour.
func TestLastingCountsEachMomentOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := now.AddDate(0, 0, -10)
		var notices []directory.Notice
		covered := map[int]bool{}
		for range rapid.IntRange(0, 12).Draw(t, "notices") {
			from, hours := rapid.IntRange(-50, 200).Draw(t, "from"), rapid.IntRange(0, 60).Draw(t, "hours")
			notices = append(notices, told(directory.NoticeIncident, "", start.Add(time.Duration(from)*time.Hour), time.Duration(hours)*time.Hour))
			for h := from; h < from+hours; h++ {
				if h >= 0 && h < 100 {
					covered[h] = true
				}
			}
		}
		got := lasting(spansOf(notices, "x", now.AddDate(1, 0, 0)), directory.NoticeIncident, start, start.Add(100*time.Hour))
		if want := time.Duration(len(covered)) * time.Hour; got != want {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

// TestSilenceIsNotTakenForGoodNews: what nobody said is not said here.
func TestSilenceIsNotTakenForGoodNews(t *testing.T) {
	h := directorytest.Hoster("Les Lucioles")
	for i := range h.Services {
		h.Services[i].Level = ""
	}
	for _, c := range []struct {
		days int
		want string
	}{{1, "L'équipe ne signale rien en ce moment."}, {12, "Pas de nouvelle de l'équipe depuis 12 jours."}, {-1, "L'équipe n'a encore rien dit"}} {
		h.ConfirmedAt, h.UpdatedAt = now.AddDate(0, 0, -c.days), now.AddDate(0, 0, -c.days)
		if c.days < 0 {
			h.ConfirmedAt, h.UpdatedAt = time.Time{}, time.Time{}
		}
		d := hosterNode(t, &h, nil).page("/etat")
		if got := squeeze(words(d.classed("sentence")[0])); !strings.HasPrefix(got, c.want) {
			t.Errorf("after %d days: got %q, want %q", c.days, got, c.want)
		}
	}
}

// TestCopyOfAStateCanBeReadElsewhere: the directory tells what it last heard,
// also while the hoster is away.
func TestCopyOfAStateCanBeReadElsewhere(t *testing.T) {
	l := directorytest.Listing("Les Lucioles")
	n := directoryNode(t, []directory.Listing{l}, everyNotice(l.Hoster))
	d := n.page("/h/les_lucioles@les-lucioles.example/etat")
	for _, says := range []string{"Un souci en ce moment : Les pads ne répondent plus", "Cette page est une copie", "les-lucioles.example/@les_lucioles"} {
		if !strings.Contains(d.words(), says) {
			t.Errorf("the page does not say %q", says)
		}
	}
	n.records.moved = map[string]string{"old@avant.example": "les_lucioles@les-lucioles.example"}
	if got := n.get("/h/old@avant.example/services/pad").Header.Get("Location"); got != "/h/les_lucioles@les-lucioles.example/services/pad" {
		t.Errorf("the old handle leads to %q", got)
	}
}
