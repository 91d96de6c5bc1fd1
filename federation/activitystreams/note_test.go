package activitystreams

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"matou/directory"
	"matou/federation/ap"
)

func encodeNote(t testing.TB, n directory.Notice, which int) (ap.Document, Object) {
	t.Helper()
	d, err := EncodeNote(testEndpoints(), n, which, "Les Lucioles", serviceNames())
	if err != nil {
		t.Fatal(err)
	}
	o, err := Parse(d.Body)
	if err != nil {
		t.Fatal(err)
	}
	return d, o
}

// A directory reads from our notes what was written, without the lines that
// are there for other software.
func TestNoteOverTheWire(t *testing.T) {
	n := testNotice(directory.NoticeIncident, directory.Identified)
	for which := -1; which < len(n.Updates); which++ {
		d, _ := encodeNote(t, n, which)
		v, err := DecodeNote(d.Body)
		if err != nil {
			t.Fatal(err)
		}
		id, body, reply := n.ID, n.Body, ap.IRI("")
		if which >= 0 {
			id, body, reply = n.Updates[which].ID, n.Updates[which].Body, ap.IRI(n.ID)
		}
		if v.ID != ap.IRI(id) || v.InReplyTo != reply || v.AttributedTo != testEndpoints().Actor || v.Context != testEndpoints().Context(n.ID) {
			t.Errorf("%d: got id %s, reply to %s, by %s, in %s", which, v.ID, v.InReplyTo, v.AttributedTo, v.Context)
		}
		if v.Kind != n.Kind || v.Stage != n.Stage || v.Title != n.Title || v.Language != n.Language || !slices.Equal(v.Affects, n.Affects) || !v.Public {
			t.Errorf("%d: got %+v", which, v)
		}
		if !v.StartsAt.Equal(n.StartsAt) || !v.EndsAt.Equal(n.EndsAt) || !v.NextUpdateAt.Equal(n.NextUpdateAt) || !v.UpdatedAt.Equal(n.UpdatedAt) {
			t.Errorf("%d: times: got %+v", which, v)
		}
		if want := HTMLFromMarkdown(body); v.HTML != want {
			t.Errorf("%d: got text %q, want %q", which, v.HTML, want)
		}
		if v.URL != testEndpoints().NotePage(id) || v.URL != "https://les-lucioles.example/@les_lucioles/"+lastStep(id) {
			t.Errorf("%d: got page %s", which, v.URL)
		}
	}
}

func TestNoteSaysHowThingsStand(t *testing.T) {
	tests := []struct {
		kind     directory.NoticeKind
		stage    directory.Stage
		language directory.Language
		want     string
	}{
		{directory.NoticeIncident, directory.Investigating, "fr", "⚠ En cours, cause recherchée — "},
		{directory.NoticeIncident, directory.Resolved, "fr", "✔ Terminé — "},
		{directory.NoticeIncident, directory.Resolved, "en", "✔ Resolved — "},
		{directory.NoticeIncident, directory.Resolved, "br", "✔ Resolved — "},
		{directory.NoticeMaintenance, directory.Planned, "fr", "Maintenance · Prévu — "},
		{directory.NoticeMaintenance, directory.Cancelled, "en", "Maintenance · ✖ Cancelled — "},
		{directory.NoticeAnnouncement, directory.Published, "fr", "Cloud"},
	}
	for _, test := range tests {
		n := testNotice(test.kind, test.stage)
		n.Language = test.language
		_, o := encodeNote(t, n, -1)
		if got := PlainText(o.String("content")); !strings.HasPrefix(got, test.want) || !strings.Contains(got, n.Title) {
			t.Errorf("%s %s: got %q, want it to begin with %q", test.stage, test.language, got, test.want)
		}
		if over := test.stage == directory.Resolved || test.stage == directory.Cancelled; over && strings.Contains(o.String("content"), "11:00") {
			t.Errorf("%s: news are promised although it is over", test.stage)
		}
	}
}

// What Mastodon, Misskey and GoToSocial need of a note.
func TestNoteFitsPeers(t *testing.T) {
	n := testNotice(directory.NoticeIncident, directory.Identified)
	_, o := encodeNote(t, n, -1)
	content := o.String("content")
	if m, _ := o["contentMap"].(map[string]any); len(m) != 1 || m["fr"] != content {
		t.Errorf("contentMap: got %v, want content in one language", m)
	}
	if o["name"] != nil || o["summary"] != nil {
		t.Error("a name would make it a vote, a summary a warning")
	}
	if o.IRI("to") != ap.Public || o.IRI("cc") != testEndpoints().Followers() {
		t.Errorf("audience: got %v, %v", o["to"], o["cc"])
	}
	for _, tag := range o.Children("tag", 50) {
		name, _ := strings.CutPrefix(tag.String("name"), "#")
		if tag.Type() != "Hashtag" || !strings.Contains(content, "<span>"+name+"</span>") {
			t.Errorf("hashtag %q is not in the text", name)
		}
		if _, err := ParseIRI(tag.String("href"), false); err != nil {
			t.Errorf("hashtag %q leads nowhere: %v", name, err)
		}
	}
	if again := SanitiseHTML(content); PlainText(again) != PlainText(content) || strings.Contains(content, "<h2>") {
		t.Errorf("peers will change the text: %q", again)
	}
	n.UpdatedAt = n.PublishedAt
	if _, o = encodeNote(t, n, -1); o["updated"] != nil {
		t.Error("a note that was never edited says that it was")
	}
}

func TestLongNoteIsCut(t *testing.T) {
	n := testNotice(directory.NoticeAnnouncement, directory.Published)
	long := strings.Repeat("Une phrase avec des signes & d'autres. ", 30)
	bodies := map[string]string{
		"many paragraphs": strings.Repeat(long+"\n\n", 12),
		"one paragraph":   strings.Repeat(long, 12),
		"no space at all": strings.Repeat("é", 20000),
	}
	for name, body := range bodies {
		n.Body = body
		_, o := encodeNote(t, n, -1)
		content := o.String("content")
		if got := utf8.RuneCountInString(content); got >= 5000 {
			t.Errorf("%s: %d characters, want less than 5,000", name, got)
		}
		if !strings.Contains(content, testEndpoints().NotePage(n.ID)) || !strings.Contains(content, "Les Lucioles") {
			t.Errorf("%s: no link to the rest: %s", name, content)
		}
		if name == "many paragraphs" && !strings.Contains(content, "signes &amp; d&#39;autres") {
			t.Errorf("%s: nothing of the text is left", name)
		}
	}
}

func TestEncodeNoteWithoutSuchAnUpdate(t *testing.T) {
	for _, which := range []int{-2, 1, 100} {
		if _, err := EncodeNote(testEndpoints(), testNotice(directory.NoticeIncident, directory.Identified), which, "", nil); err == nil {
			t.Errorf("update %d was written", which)
		}
	}
}

func TestDecodeNoteOfPeers(t *testing.T) {
	tests := []struct {
		file     string
		public   bool
		language directory.Language
		title    string
		html     string
	}{
		{"mastodon-note", true, "fr", "", `<p>Merci <span class="h-card"><a class="u-url mention" href="https://hoster.example/@z" rel="nofollow noopener noreferrer">@<span>z</span></a></span></p>`},
		{"misskey-note", true, "und", "", `<p>bonjour<span><br/></span></p>`},
		{"lemmy-page", true, "und", "Une panne ?", `<p><strong>Non</strong></p><p>tout va bien</p>`},
		{"writefreely-article", true, "fr", "Un titre", "<p><strong>Partie</strong></p>\n<p>texte </p>"},
		{"pleroma-direct", false, "und", "", `bonjour`},
	}
	for _, test := range tests {
		t.Run(test.file, func(t *testing.T) {
			v, err := DecodeNote(testdata(t, "peers/"+test.file+".json"))
			if err != nil {
				t.Fatal(err)
			}
			if v.Public != test.public || v.Language != test.language || v.Title != test.title || v.HTML != test.html || v.Kind != "" || v.PublishedAt.IsZero() {
				t.Errorf("got %+v", v)
			}
		})
	}
}

func TestDecodeNoteHostile(t *testing.T) {
	note := func(more string) []byte {
		return []byte(`{"id":"https://a.example/n","type":"Note","attributedTo":"https://a.example/1"` + more + `}`)
	}
	v, err := DecodeNote(note(`,"content":"<script>x</script><p onclick=y>ok</p>","url":"https://phish.example/","noticeKind":"incident","stage":"resolved",
		"affects":["https://other.example/s","https://a.example/s"],"title":"\u202ea","source":{"content":"<img src=x onerror=y> [ok](javascript:z)","mediaType":"text/markdown"}`))
	if err != nil || v.URL != "" || v.Title != "a" || len(v.Affects) != 1 || strings.Contains(v.HTML, "<img") || strings.Contains(v.HTML, "href") {
		t.Errorf("got %+v, %v", v, err)
	}
	if v, err = DecodeNote(note(`,"noticeKind":"catastrophe","stage":"resolved","content":"x"`)); err != nil || v.Kind != "" || v.HTML != "x" {
		t.Errorf("a kind that does not exist: got %+v, %v", v, err)
	}
	for name, raw := range map[string]string{
		"no id":     `{"type":"Note","attributedTo":"https://a.example/1"}`,
		"no author": `{"id":"https://a.example/n","type":"Note"}`,
		"no note":   `{"id":"https://a.example/n","type":"Question","attributedTo":"https://a.example/1"}`,
	} {
		if v, err := DecodeNote([]byte(raw)); err == nil {
			t.Errorf("%s: got %+v", name, v)
		}
	}
}

func TestActivitiesCarryWhatTheyShould(t *testing.T) {
	e := testEndpoints()
	d, note := encodeNote(t, testNotice(directory.NoticeIncident, directory.Identified), -1)
	c, err := Create("https://les-lucioles.example/ap/activities/1", d, testDay)
	if err != nil {
		t.Fatal(err)
	}
	o, err := Parse(c.Body)
	if err != nil {
		t.Fatal(err)
	}
	inner, ok := o.Child("object")
	if !ok || inner.ID() != d.IRI || inner.String("content") != note.String("content") {
		t.Errorf("create: got %v", o["object"])
	}
	if !slices.Equal(o.IRIs("to"), note.IRIs("to")) || !slices.Equal(o.IRIs("cc"), note.IRIs("cc")) || c.Owner != e.Actor || c.Type != "Create" {
		t.Errorf("create: audience %v %v, owner %s", o["to"], o["cc"], c.Owner)
	}
	del, err := Delete("https://les-lucioles.example/ap/activities/2", e.Actor, d.IRI, "Note", e.Followers(), testDay)
	if err != nil {
		t.Fatal(err)
	}
	o, _ = Parse(del.Body)
	stone, ok := o.Child("object")
	if !ok || stone.Type() != "Tombstone" || stone.ID() != d.IRI || stone.String("formerType") != "Note" {
		t.Errorf("delete: got %v", o["object"])
	}
	if stone, err := Tombstone(d.IRI, "Note", testDay); err != nil || !stone.Tombstone || stone.Type != "Tombstone" || stone.IRI != d.IRI {
		t.Errorf("tombstone: got %+v, %v", stone, err)
	}
	if _, err := Accept("https://les-lucioles.example/ap/activities/3", e.Actor, []byte(`{"a":1,"a":2}`), e.Actor, testDay); err == nil {
		t.Error("a Follow that cannot be read was embedded")
	}
	if _, err := Follow("https://les-lucioles.example/ap/activities/3", e.Actor, "file:///etc/passwd", testDay); err == nil {
		t.Error("a Follow of a file was written")
	}
	if _, err := Follow("https://les-lucioles.example/ap/activities/3", e.Actor, e.Actor, time.Time{}); err == nil {
		t.Error("a Follow at no time was written")
	}
}

// An id goes out byte for byte.
func TestActivitiesKeepIDs(t *testing.T) {
	for _, id := range []ap.IRI{
		"https://a.example/?author=2", "https://a.example/caf%C3%A9#x%20y", "https://a.example/@b;c=d,e", "https://a.example:8443/x?", "https://a.example",
		"https://a.example/users/b#accepts/follows/1", "https://a.example/x[1]", "https://a.example/x?q=a%2Fb+c&d", "https://a.example/~b/(c)'*!",
	} {
		if _, err := ParseIRI(string(id), false); err != nil {
			t.Errorf("%s: %v", id, err)
			continue
		}
		d, err := Announce("https://a.example/act", id, id, id, testDay)
		if err != nil {
			t.Errorf("%s: %v", id, err)
			continue
		}
		o, err := Parse(d.Body)
		if err != nil || o.IRI("actor") != id || o.IRI("object") != id || !slices.Contains(o.IRIs("cc"), id) {
			t.Errorf("%s became %s (%v)", id, d.Body, err)
		}
	}
}

func FuzzDecodeNote(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		v, err := DecodeNote(raw)
		if err != nil {
			return
		}
		checkSafe(t, v.HTML)
		if v.URL != "" && ap.IRI(v.URL).Host() != v.ID.Host() {
			t.Errorf("page %s of %s", v.URL, v.ID)
		}
		for _, id := range v.Affects {
			if id.Host() != v.ID.Host() {
				t.Errorf("%s says that %s is affected", v.ID, id)
			}
		}
	})
}

func ExampleEndpoints_NotePage() {
	e := Endpoints{Origin: "https://hoster.example", Handle: "lucioles"}
	fmt.Println(e.NotePage("https://hoster.example/ap/notes/01JNA"))
	fmt.Println(e.Context("https://hoster.example/ap/notes/01JNA"))
	// Output:
	// https://hoster.example/@lucioles/01JNA
	// https://hoster.example/ap/contexts/01JNA
}
