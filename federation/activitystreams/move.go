package activitystreams

import (
	"time"

	"matou/federation/ap"
)

// MaxAliases is how many other ids of itself an actor may name, ours and those
// of other nodes: the rest is not read.
const MaxAliases = 20

// Move tells the followers of an actor of ours where it lives now (FEP-7628).
func Move(id, actor, target ap.IRI, at time.Time) (ap.Document, error) {
	d := draft{"Move", id, actor, []ap.IRI{FollowersOf(actor)}, nil, at}
	m, err := d.serialise()
	if err != nil {
		return ap.Document{}, err
	}
	m["object"], m["target"] = string(actor), string(target)
	return document(m, AS, actor, at)
}

// Whereabouts is what an actor says of its other homes (FEP-7628).
type Whereabouts struct {
	MovedTo ap.IRI   // "" while it lives where it is
	Aliases []ap.IRI // alsoKnownAs, at most MaxAliases
}

// Names reports whether id is one of the aliases.
func (w Whereabouts) Names(id ap.IRI) bool {
	for _, a := range w.Aliases {
		if a == id {
			return true
		}
	}
	return false
}

// DecodeWhereabouts reads them from an actor's document.
func DecodeWhereabouts(raw []byte) (Whereabouts, error) {
	o, err := Parse(raw)
	if err != nil {
		return Whereabouts{}, err
	}
	aliases := o.IRIs("alsoKnownAs")
	return Whereabouts{MovedTo: o.IRI("movedTo"), Aliases: aliases[:min(len(aliases), MaxAliases)]}, nil
}

// whereabouts writes those of an actor of ours.
func (e Endpoints) whereabouts(doc map[string]any) {
	if len(e.AlsoKnownAs) > 0 {
		var all []any
		for _, id := range e.AlsoKnownAs {
			all = append(all, string(id))
		}
		doc["alsoKnownAs"] = all
	}
	if e.MovedTo != "" {
		doc["movedTo"] = string(e.MovedTo)
	}
}
