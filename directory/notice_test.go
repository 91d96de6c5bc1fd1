package directory_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"matou/directory"
)

var noon = time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)

const noteID = "https://hoster.example/ap/notes/"

func draft(kind directory.NoticeKind) directory.NoticeDraft {
	d := directory.NoticeDraft{
		Hoster: "https://hoster.example/ap/actors/lucioles", Kind: kind, Title: " Le courrier tarde ", Language: "fr",
		Affects: []directory.ID{"https://hoster.example/ap/services/mail"},
	}
	if kind == directory.NoticeMaintenance {
		d.StartsAt, d.EndsAt = noon.Add(24*time.Hour), noon.Add(26*time.Hour)
	}
	return d
}

func open(t *testing.T, d directory.NoticeDraft) directory.Notice {
	t.Helper()
	n, err := directory.OpenNotice(d, noteID+"0", noon)
	if err != nil {
		t.Fatalf("open: got %v, want a notice", err)
	}
	return n
}

func TestOpenNotice(t *testing.T) {
	n := open(t, draft(directory.NoticeIncident))
	if n.Stage != directory.Investigating || n.Title != "Le courrier tarde" || !n.StartsAt.Equal(noon) || n.Over() {
		t.Errorf("incident: got %+v, want one investigated since noon", n)
	}
	if n := open(t, draft(directory.NoticeMaintenance)); n.Stage != directory.Planned || !n.StartsAt.After(noon) {
		t.Errorf("maintenance: got %s at %s, want planned tomorrow", n.Stage, n.StartsAt)
	}
	if n := open(t, draft(directory.NoticeAnnouncement)); n.Stage != directory.Published || !n.StartsAt.IsZero() {
		t.Errorf("announcement: got %s at %s, want published without a time", n.Stage, n.StartsAt)
	}
	for name, c := range map[string]struct {
		kind   directory.NoticeKind
		change func(*directory.NoticeDraft)
		want   []string
	}{
		"no kind":               {"", func(*directory.NoticeDraft) {}, []string{"kind"}},
		"no title":              {directory.NoticeIncident, func(d *directory.NoticeDraft) { d.Title = "" }, []string{"title"}},
		"no language":           {directory.NoticeIncident, func(d *directory.NoticeDraft) { d.Language = "" }, []string{"language"}},
		"stage of another":      {directory.NoticeIncident, func(d *directory.NoticeDraft) { d.Stage = directory.Planned }, []string{"stage"}},
		"cancelled at first":    {directory.NoticeMaintenance, func(d *directory.NoticeDraft) { d.Stage = directory.Cancelled }, []string{"stage"}},
		"planned at no time":    {directory.NoticeMaintenance, func(d *directory.NoticeDraft) { d.StartsAt, d.EndsAt = time.Time{}, time.Time{} }, []string{"startsAt"}},
		"ends before it starts": {directory.NoticeMaintenance, func(d *directory.NoticeDraft) { d.EndsAt = noon }, []string{"endsAt"}},
		"incident tomorrow":     {directory.NoticeIncident, func(d *directory.NoticeDraft) { d.StartsAt = noon.Add(time.Hour) }, []string{"startsAt"}},
		"news in the past":      {directory.NoticeIncident, func(d *directory.NoticeDraft) { d.NextUpdateAt = noon }, []string{"nextUpdateAt"}},
		"affects twice":         {directory.NoticeIncident, func(d *directory.NoticeDraft) { d.Affects = append(d.Affects, d.Affects[0]) }, []string{"affects[1]"}},
	} {
		d := draft(c.kind)
		c.change(&d)
		if _, err := directory.OpenNotice(d, noteID+"0", noon); !slices.Equal(fields(err), c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

func TestLifeOfAnIncident(t *testing.T) {
	d := draft(directory.NoticeIncident)
	d.NextUpdateAt = noon.Add(time.Hour)
	first := open(t, d)

	at := noon.Add(30 * time.Minute)
	found, err := first.Advance(directory.NoticeUpdate{ID: noteID + "1", Stage: directory.Identified, Body: "Un disque.", NextUpdateAt: at.Add(time.Hour)}, at)
	if err != nil || found.Stage != directory.Identified || !found.NextUpdateAt.Equal(at.Add(time.Hour)) {
		t.Errorf("identified: got %+v, %v; want news promised in an hour", found, err)
	}
	if len(first.Updates) != 0 || first.Stage != directory.Investigating {
		t.Errorf("first: got %+v, want it as it was", first)
	}
	at = at.Add(time.Hour)
	over, err := found.Advance(directory.NoticeUpdate{ID: noteID + "2", Stage: directory.Resolved}, at)
	if err != nil || !over.Over() || !over.EndsAt.Equal(at) || !over.NextUpdateAt.IsZero() || !over.UpdatedAt.Equal(at) {
		t.Errorf("resolved: got %+v, %v; want it ended then, with no news to come", over, err)
	}
	at = at.Add(time.Hour)
	again, err := over.Advance(directory.NoticeUpdate{ID: noteID + "3", Stage: directory.Investigating, Body: "Cela revient."}, at)
	if err != nil || again.Over() || !again.EndsAt.IsZero() || !again.StartsAt.Equal(noon) {
		t.Errorf("broken again: got %+v, %v; want it going on since noon", again, err)
	}
	if _, err := again.Advance(directory.NoticeUpdate{ID: noteID + "4"}, at); !slices.Equal(fields(err), []string{"body"}) {
		t.Errorf("nothing new: got %v, want the body refused", err)
	}
	if _, err := again.Advance(directory.NoticeUpdate{ID: noteID + "3", Body: "x"}, at); !slices.Equal(fields(err), []string{"id"}) {
		t.Errorf("same note again: got %v, want the id refused", err)
	}
	edited, err := again.Edit("Le courrier est lent", "", at)
	if err != nil || edited.Title != "Le courrier est lent" || len(edited.Updates) != 3 {
		t.Errorf("edited: got %+v, %v", edited, err)
	}
	if _, err := again.Edit("", "x", at); !slices.Equal(fields(err), []string{"title"}) {
		t.Errorf("edited away: got %v, want the title refused", err)
	}
}

func TestStagesOfMaintenance(t *testing.T) {
	planned := open(t, draft(directory.NoticeMaintenance))
	early, err := planned.Advance(directory.NoticeUpdate{ID: noteID + "1", Stage: directory.Underway}, noon.Add(time.Hour))
	if err != nil || !early.StartsAt.Equal(noon.Add(time.Hour)) {
		t.Errorf("begun early: got %s, %v; want the time at which it began", early.StartsAt, err)
	}
	for _, c := range []struct {
		from, to directory.Stage
		ok       bool
	}{
		{directory.Planned, directory.Planned, true},
		{directory.Planned, directory.Underway, true},
		{directory.Planned, directory.Cancelled, true},
		{directory.Planned, directory.Resolved, false},
		{directory.Completed, directory.Underway, true},
		{directory.Completed, directory.Cancelled, false},
		{directory.Cancelled, directory.Planned, true},
		{directory.Cancelled, directory.Completed, false},
	} {
		n := planned
		n.Stage = c.from
		_, err := n.Advance(directory.NoticeUpdate{ID: noteID + "1", Stage: c.to, Body: "Voilà."}, noon.Add(time.Hour))
		if (err == nil) != c.ok {
			t.Errorf("%s to %s: got %v, want allowed %t", c.from, c.to, err, c.ok)
		}
	}
}

// A notice that was valid stays so whatever updates it accepts.
func TestNoticesStayValid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]directory.NoticeKind{directory.NoticeIncident, directory.NoticeMaintenance, directory.NoticeAnnouncement}).Draw(t, "kind")
		n, err := directory.OpenNotice(draft(kind), noteID+"0", noon)
		if err != nil {
			t.Fatal(err)
		}
		at := noon
		for i := range rapid.IntRange(1, 12).Draw(t, "updates") {
			at = at.Add(time.Duration(rapid.IntRange(0, 5000).Draw(t, "minutes")) * time.Minute)
			stage := rapid.SampledFrom(n.Next()).Draw(t, "stage")
			before := n
			n, err = n.Advance(directory.NoticeUpdate{ID: directory.ID(noteID + string(rune('a'+i))), Stage: stage, Body: "Voilà."}, at)
			if err != nil {
				t.Fatalf("%s to %s at %s: got %v, want it allowed", before.Stage, stage, at, err)
			}
			if err := n.Validate(); err != nil {
				t.Fatalf("after %s: got %v, want valid", stage, err)
			}
			if !reflect.DeepEqual(before.Updates, n.Updates[:len(before.Updates)]) && len(before.Updates) > 0 {
				t.Fatal("earlier updates: got others, want them kept")
			}
			if n.Over() != stage.Over() || n.Stage != stage {
				t.Fatalf("stage: got %s, want %s", n.Stage, stage)
			}
		}
	})
}
