package activitystreams

import (
	"path"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"matou/directory"
	"matou/federation/ap"
)

// maxContent is what a note's content may have, in characters: peers cut or
// refuse above 5,000.
const maxContent = 4900

// NoteView is a note of another node as far as a directory reads it.
type NoteView struct {
	ID           ap.IRI
	Type         string // "Note", "Article", …
	AttributedTo ap.IRI
	InReplyTo    ap.IRI
	Context      ap.IRI               // the thread
	Kind         directory.NoticeKind // "" where the note is no notice
	Stage        directory.Stage
	Affects      []directory.ID // services
	StartsAt     time.Time
	EndsAt       time.Time
	NextUpdateAt time.Time
	Title        string // without markup
	HTML         string // sanitised
	Language     directory.Language
	Public       bool // addressed to everyone, listed or not
	PublishedAt  time.Time
	UpdatedAt    time.Time
	URL          string // its page, on the host of the id
}

// Context is the thread of a notice: /ap/contexts/ULID for the note ULID.
func (e Endpoints) Context(notice directory.ID) ap.IRI {
	return ap.IRI(e.Origin + "/ap/contexts/" + lastStep(notice))
}

// NotePage is the HTML page of a note: /@handle/ULID.
func (e Endpoints) NotePage(note directory.ID) string { return e.Page() + "/" + lastStep(note) }

func lastStep(id directory.ID) string { return path.Base(string(id)) }

// EncodeNote gives a note of a notice: with which -1 the first note of the
// thread, which says in its first words how things stand now and is edited at
// each stage; else the reply that tells n.Updates[which]. services holds the
// names of the services by id. The text goes out as HTML, under 5,000
// characters (a longer one ends with a link to its page), and as Markdown in
// source (ActivityPub 3.3).
func EncodeNote(e Endpoints, n directory.Notice, which int, hosterName string, services map[directory.ID]string) (ap.Document, error) {
	if which < -1 || which >= len(n.Updates) {
		return ap.Document{}, directory.Invalid("update", "does not exist: %d of %d", which, len(n.Updates))
	}
	id, stage, body := n.ID, n.Stage, n.Body
	published, updated := n.PublishedAt, n.UpdatedAt
	if which >= 0 {
		u := n.Updates[which]
		id, stage, body, published, updated = u.ID, u.Stage, u.Body, u.At, u.At
	}
	if updated.IsZero() {
		updated = published
	}
	tags := noteTags(n, services)
	content := e.noteContent(n, stage, body, hosterName, services, tags)
	doc := map[string]any{
		"id": string(id), "type": "Note", "attributedTo": string(e.Actor),
		"to": []any{string(ap.Public)}, "cc": []any{string(e.Followers())},
		"published": stamp(published), "url": e.NotePage(id), "sensitive": false,
		"content": content,
		"context": string(e.Context(n.ID)), "conversation": string(e.Context(n.ID)),
		"tag": e.hashtags(tags), "attachment": []any{},
	}
	if n.Language != "" {
		doc["contentMap"] = map[string]any{string(n.Language): content}
	}
	if e.CanQuote != "" {
		doc["interactionPolicy"] = interactionPolicy("canQuote", e.CanQuote)
	}
	if body != "" && !n.HTML {
		doc["source"] = map[string]any{"content": body, "mediaType": "text/markdown"}
	}
	if second(updated).After(second(published)) {
		doc["updated"] = stamp(updated)
	}
	if which >= 0 {
		doc["inReplyTo"] = string(n.ID)
	}
	w := wire{object: doc, writing: true}
	w.notice(&n, &stage)
	w.object.setMoment("startTime", n.StartsAt)
	w.object.setMoment("endTime", n.EndsAt)
	return document(doc, contextNote, e.Actor, updated)
}

func (o Object) setMoment(key string, t time.Time) {
	if !t.IsZero() {
		o[key] = stamp(t)
	}
}

// notice moves what our terms say of a notice.
func (w wire) notice(n *directory.Notice, stage *directory.Stage) {
	w.line("title", &n.Title, directory.MaxName)
	word(w, "noticeKind", &n.Kind)
	word(w, "stage", stage)
	words(w, "affects", &n.Affects, directory.MaxList)
	w.instant("nextUpdate", &n.NextUpdateAt)
}

// noteTags are the hashtags: the kind, and each service concerned.
func noteTags(n directory.Notice, services map[directory.ID]string) []string {
	var tags []string
	if n.Kind != directory.NoticeAnnouncement {
		tags = []string{string(n.Kind)}
	}
	for _, id := range n.Affects {
		if t := camel(services[id]); t != "" && !slices.Contains(tags, t) && len(tags) < 8 {
			tags = append(tags, t)
		}
	}
	return tags
}

// noteContent is the HTML of a note. What surrounds the body is kept; the body
// is cut at a paragraph where there is not room for it all.
func (e Endpoints) noteContent(n directory.Notice, stage directory.Stage, body, hosterName string, services map[directory.ID]string, tags []string) string {
	w := wordsIn(n.Language)
	head := joined(" — ", w.stages[stage], n.Title)
	if stage == directory.Planned || stage == directory.Underway || stage == directory.Cancelled {
		head = joined(" — ", w.kinds[n.Kind]+" · "+w.stages[stage], n.Title)
	}
	top := "<p><strong>" + escape(head) + "</strong></p>"
	tail := w.facts(n, stage, services) + e.hashtagLine(tags)
	link := `<p>` + escape(joined(" · ", w.more, hosterName)+w.colon) + `<a href="` + escape(e.NotePage(n.ID)) + `" rel="nofollow noopener noreferrer">` + escape(shortAddress(e.NotePage(n.ID))) + `</a></p>`
	html, whole := cutHTML(bodyHTML(n, body), maxContent-utf8.RuneCountInString(top+tail+link))
	if whole {
		link = ""
	}
	return top + html + link + tail
}

func bodyHTML(n directory.Notice, body string) string {
	if n.HTML {
		return SanitiseHTML(body)
	}
	return HTMLFromMarkdown(body)
}

// facts tells which services, since when, until when, and when more will come.
func (w *phrases) facts(n directory.Notice, stage directory.Stage, services map[directory.ID]string) string {
	var names, lines []string
	for _, id := range n.Affects {
		if services[id] != "" {
			names = append(names, services[id])
		}
	}
	if len(names) > 0 {
		lines = append(lines, w.affected+w.colon+strings.Join(names, ", "))
	}
	over := stage == directory.Resolved || stage == directory.Completed || stage == directory.Closed
	starts, ends := w.began, w.ends
	if stage == directory.Planned {
		starts = w.starts
	}
	if over {
		ends = w.ended
	}
	if !n.StartsAt.IsZero() {
		lines = append(lines, starts+w.colon+w.at(n.StartsAt))
	}
	if !n.EndsAt.IsZero() && stage != directory.Cancelled {
		lines = append(lines, ends+w.colon+w.at(n.EndsAt))
	}
	if !n.NextUpdateAt.IsZero() && !over && stage != directory.Cancelled {
		lines = append(lines, w.next+w.colon+w.at(n.NextUpdateAt))
	}
	return paragraph(strings.Join(lines, "\n"))
}

// cutHTML keeps whole blocks of sanitised HTML up to limit characters, and
// reports whether that was all. A first block that is too long alone gives its
// first words.
func cutHTML(s string, limit int) (string, bool) {
	if utf8.RuneCountInString(s) <= limit {
		return s, true
	}
	kept := ""
	for _, block := range blocks(s) {
		if utf8.RuneCountInString(kept+block) > limit {
			break
		}
		kept += block
	}
	if kept == "" {
		plain := []rune(PlainText(s))
		n := min(len(plain), limit/6) // escaped, one character may take five
		for n > 0 && plain[n-1] != ' ' {
			n--
		}
		kept = paragraph(string(plain[:n]) + "…")
	}
	return kept, false
}

// DecodeNote reads a note, or an article, page or event. Its owner is checked
// by the caller. A notice is read from our terms, and its text from the
// Markdown in source where it has one, without the lines that its content
// carries for other software. Errors are directory.ErrInvalid.
func DecodeNote(raw []byte) (NoteView, error) {
	o, err := Parse(raw)
	if err != nil {
		return NoteView{}, err
	}
	return NoteOf(o)
}

// NoteOf is DecodeNote for a note that was read already, alone or as a part of
// an activity.
func NoteOf(o Object) (NoteView, error) {
	v := NoteView{
		ID: o.ID(), Type: o.Type(), AttributedTo: o.IRI("attributedTo"), InReplyTo: o.IRI("inReplyTo"),
		Context: either(o.IRI("context"), o.IRI("conversation")), URL: o.page(),
		PublishedAt: o.Time("published"), UpdatedAt: o.Time("updated"),
		StartsAt: o.Time("startTime"), EndsAt: o.Time("endTime"),
	}
	switch {
	case v.ID == "":
		return NoteView{}, directory.Invalid("id", "must be a canonical address")
	case !noteTypes[v.Type]:
		return NoteView{}, directory.Invalid("type", "must be a note, not %.40q", v.Type)
	case v.AttributedTo == "":
		return NoteView{}, directory.Invalid("attributedTo", "must be the address of an actor")
	}
	if v.UpdatedAt.IsZero() {
		v.UpdatedAt = v.PublishedAt
	}
	v.Public = slices.Contains(o.IRIs("to"), ap.Public) || slices.Contains(o.IRIs("cc"), ap.Public)
	content, lang := o.Text("content", "contentMap").In()
	v.Language = lang
	v.Title = clean(PlainText(o.best("name", "nameMap")), directory.MaxName, false)
	if !v.readNotice(o) {
		v.HTML = SanitiseHTML(content)
	}
	return v, nil
}

var noteTypes = set("Note", "Article", "Page", "Event")

func either(a, b ap.IRI) ap.IRI {
	if a != "" {
		return a
	}
	return b
}

// readNotice reads our terms, where kind and stage are ones that exist, and
// reports whether the text is read with them.
func (v *NoteView) readNotice(o Object) bool {
	var n directory.Notice
	newReader(o, new([]string)).notice(&n, &n.Stage)
	if french.kinds[n.Kind] == "" || french.stages[n.Stage] == "" && n.Stage != directory.Published {
		return false
	}
	v.Kind, v.Stage, v.NextUpdateAt = n.Kind, n.Stage, n.NextUpdateAt
	for _, id := range n.Affects {
		if i := sameOrigin(v.ID, asIRI(string(id))); i != "" {
			v.Affects = append(v.Affects, directory.ID(i))
		}
	}
	if n.Title != "" {
		v.Title = n.Title
	}
	source, ok := o.Child("source")
	if !ok {
		return true // the content holds the title and the facts only
	}
	if source.String("mediaType") != "text/markdown" {
		return false
	}
	v.HTML = HTMLFromMarkdown(clean(source.String("content"), directory.MaxDescription, true))
	return true
}
