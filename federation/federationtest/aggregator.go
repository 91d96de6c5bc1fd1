package federationtest

// Aggregator makes a Service that lists hosters as a directory of ours does:
// with that name, and a listing of those ids.
func (p *Peer) Aggregator(name string, hosters ...string) *Actor {
	a := p.Actor(name)
	a.Set("type", "Service")
	a.Set("listing", a.ID+"/listing")
	a.List(hosters...)
	return a
}

// List makes the listing of an aggregator those ids.
func (a *Actor) List(hosters ...string) {
	items := []any{}
	for _, h := range hosters {
		items = append(items, h)
	}
	a.Peer.Serve("/users/"+a.Name+"/listing", map[string]any{
		"@context": "https://www.w3.org/ns/activitystreams",
		"id":       a.ID + "/listing", "type": "OrderedCollection", "orderedItems": items,
	})
}

// Add says that a hoster entered the listing of the aggregator.
func (a *Actor) Add(hoster string) map[string]any { return a.onListing("Add", hoster) }

// Remove says that a hoster left it.
func (a *Actor) Remove(hoster string) map[string]any { return a.onListing("Remove", hoster) }

func (a *Actor) onListing(kind, hoster string) map[string]any {
	activity := a.Activity(kind, hoster)
	activity["target"] = a.ID + "/listing"
	return activity
}
