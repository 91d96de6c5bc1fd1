package web

import (
	"matou/directory"
)

// fromFileView says that a hoster did not publish its entry itself, and what it can
// do about that. It is a fact about the page, and holds nothing against anyone.
type fromFileView struct {
	Sentence string
	File     link   // that it was read from; none where the keeper has it on disk
	Speak    string // how to speak for oneself
	Remove   string // how to be taken out
}

// fromFile says where an entry comes from that its hoster did not publish; nil for
// one that it did.
func (s *Site) fromFile(v *visit, l directory.Listing) *fromFileView {
	if l.File == nil {
		return nil
	}
	loc, day := v.locale, v.locale.date(directory.DateOf(l.FetchedAt.In(s.zone)))
	view := &fromFileView{Sentence: loc.text("from_file.file", day), File: outward(l.File.Source), Speak: address(v.language(), "join")}
	if by := plain(l.File.Collective); by != "" {
		view.Sentence = loc.text("from_file.collective", by, day)
	}
	if s.options.Desk != nil {
		view.Remove = address(v.language(), "report") + "?about=" + handleOf(l)
	}
	return view
}

// fromFileShort is the same in a few words, for lists; "" where the hoster
// published its entry itself.
func (s *Site) fromFileShort(loc *locale, l directory.Listing) string {
	if l.File == nil {
		return ""
	}
	day := loc.date(directory.DateOf(l.FetchedAt.In(s.zone)))
	if by := plain(l.File.Collective); by != "" {
		return loc.text("from_file.short_collective", by, day)
	}
	return loc.text("from_file.short", day)
}
