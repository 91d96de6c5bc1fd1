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

// Incident is a note that a matou node of a hoster would send: with the words
// for people, and ours for directories.
func (a *Actor) Incident(title, html string) map[string]any {
	note := a.Note(html)
	note["noticeKind"], note["stage"], note["title"] = "incident", "investigating", title
	return note
}
