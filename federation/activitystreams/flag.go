package activitystreams

import (
	"time"

	"matou/directory"
	"matou/federation/ap"
)

// maxFlagged is how many objects of a Flag are read.
const maxFlagged = 20

// FlagView is what a Flag says, in any of the forms that peers send.
type FlagView struct {
	Objects []ap.IRI // at most 20, each once
	Content string   // without markup and hidden characters, at most ap.MaxReport characters
}

// FlagOf reads a Flag: object as an id, an object or a list of either; some
// peers write objects, and some put addresses into the content only, which
// stay there for the keeper to read.
func FlagOf(o Object) FlagView {
	v := FlagView{Content: clean(PlainText(o.best("content", "contentMap")), ap.MaxReport, true)}
	seen := map[ap.IRI]bool{}
	for _, key := range []string{"object", "objects"} {
		for _, id := range o.IRIs(key) {
			if !seen[id] && len(v.Objects) < maxFlagged {
				seen[id] = true
				v.Objects = append(v.Objects, id)
			}
		}
	}
	return v
}

// Flag asks the keepers of another node to look at objects of theirs.
func Flag(id, actor ap.IRI, objects []ap.IRI, content string, to ap.IRI, at time.Time) (ap.Document, error) {
	if len(objects) == 0 {
		return ap.Document{}, directory.Invalid("object", "must name what is to be looked at")
	}
	if err := ids(objects...); err != nil {
		return ap.Document{}, err
	}
	d := draft{"Flag", id, actor, []ap.IRI{to}, nil, at}
	m, err := d.serialise()
	if err != nil {
		return ap.Document{}, err
	}
	all := make([]any, len(objects))
	for i, o := range objects {
		all[i] = string(o)
	}
	m["object"] = all
	if content != "" {
		m["content"] = content
	}
	return document(m, AS, actor, at)
}
