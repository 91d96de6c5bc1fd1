package federationtest

import "time"

// Activity is an activity of the actor with an id of its own.
func (a *Actor) Activity(kind string, object any) map[string]any {
	return map[string]any{
		"@context": "https://www.w3.org/ns/activitystreams",
		"id":       a.Peer.NewID("activities"), "type": kind, "actor": a.ID, "object": object,
		"to": []any{Public}, "cc": []any{a.ID + "/followers"},
	}
}

// Follow asks to follow somebody.
func (a *Actor) Follow(object string) map[string]any {
	return a.Activity("Follow", object)
}

// Undo takes an activity back, embedded.
func (a *Actor) Undo(activity map[string]any) map[string]any {
	inner := map[string]any{}
	for _, member := range []string{"id", "type", "actor", "object"} {
		inner[member] = activity[member]
	}
	return a.Activity("Undo", inner)
}

// Note is a public note of the actor.
func (a *Actor) Note(html string) map[string]any {
	id := a.Peer.NewID("notes")
	return map[string]any{
		"id": id, "type": "Note", "attributedTo": a.ID, "content": html, "contentMap": map[string]any{"fr": html},
		"published": time.Now().UTC().Format(time.RFC3339), "url": id,
		"to": []any{Public}, "cc": []any{a.ID + "/followers"},
	}
}

// Create publishes an object.
func (a *Actor) Create(object map[string]any) map[string]any { return a.Activity("Create", object) }

// Update publishes an object again.
func (a *Actor) Update(object map[string]any) map[string]any { return a.Activity("Update", object) }

// Delete takes an object back.
func (a *Actor) Delete(id string) map[string]any {
	return a.Activity("Delete", map[string]any{"id": id, "type": "Tombstone"})
}

// Announce repeats an object.
func (a *Actor) Announce(id string) map[string]any { return a.Activity("Announce", id) }

// Incident is a note as a matou node of a hoster sends it: with words for
// people as HTML, and for directories its terms and the text in Markdown.
func (a *Actor) Incident(title, text string) map[string]any {
	note := a.Note("<p><strong>" + title + "</strong></p><p>" + text + "</p>")
	note["noticeKind"], note["stage"], note["title"] = "incident", "investigating", title
	note["source"] = map[string]any{"content": text, "mediaType": "text/markdown"}
	return note
}

// Hoster makes an Organization that publishes services as a matou node does:
// with that name, and the services that are given as documents.
func (p *Peer) Hoster(name string, services ...map[string]any) *Actor {
	a := p.Actor(name)
	path := "/users/" + name + "/services"
	items := []any{}
	for _, s := range services {
		items = append(items, s)
	}
	p.Serve(path, map[string]any{
		"@context": "https://www.w3.org/ns/activitystreams",
		"id":       p.URL + path, "type": "OrderedCollection", "totalItems": len(items), "orderedItems": items,
	})
	a.Set("type", "Organization")
	a.Set("services", p.URL+path)
	return a
}
