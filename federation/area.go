package federation

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"matou/directory"
	"matou/federation/activitystreams"
	"matou/federation/ap"
)

// Bounds of the actors of areas.
const (
	mostAreas      = 256 // on one node
	mostAreasOfOne = 8   // that repeat one hoster
)

// areasOf gives the regions and countries whose actors repeat a hoster: where
// it has its seat, then where it works, each region with its country. Whoever
// says that it works everywhere is repeated by the first few: naming more
// places makes nobody better known.
func areasOf(h directory.Hoster, areas directory.Areas) []directory.Area {
	var all []directory.Area
	add := func(a directory.Area) {
		same := func(b directory.Area) bool { return b.Code == a.Code }
		if len(all) < mostAreasOfOne && !slices.ContainsFunc(all, same) {
			all = append(all, a)
		}
	}
	seat := h.Seat.Area
	if seat == "" {
		seat = h.Seat.Country
	}
	for _, code := range append([]directory.AreaCode{seat}, h.Serves...) {
		region, ok := regionOf(areas, code)
		if !ok {
			continue
		}
		add(region)
		for _, c := range region.Parent {
			if country, ok := areas.Area(c); ok && country.Kind == directory.AreaCountry {
				add(country)
			}
		}
	}
	return all
}

// relays gives the actors of this node that announce what a hoster says: its
// aggregator, and those of the areas of the hoster, which are made where there
// are none yet.
func (n *Node) relays(ctx context.Context, agg ap.LocalActor, hoster ap.IRI, c *ap.Change) ([]ap.LocalActor, error) {
	all := []ap.LocalActor{agg}
	id := directory.ID(hoster)
	at := slices.IndexFunc(c.Listings, func(l directory.Listing) bool { return l.Hoster.ID == id })
	var listing directory.Listing
	if at >= 0 {
		listing = c.Listings[at]
	} else {
		var err error
		if listing, err = n.store.SharedListing(ctx, id); isNotFound(err) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
	}
	areas, err := n.ensureAreas(ctx, listing.Hoster)
	return append(all, areas...), err
}

// ensureAreas gives the actors of the areas of a hoster that is listed. Those
// that do not exist yet are made, each with keys of its own, in a Change of
// their own: they stay when nobody of their area is listed any more, so that
// those who follow them need not do it again.
func (n *Node) ensureAreas(ctx context.Context, h directory.Hoster) ([]ap.LocalActor, error) {
	agg, ok := n.localKind(ap.KindAggregator)
	regions, err := n.regions()
	if err != nil || !ok || agg.MovedTo != "" || regions == nil {
		return nil, err
	}
	n.areaMu.Lock()
	defer n.areaMu.Unlock()
	known := n.areaActors()
	var actors, made []ap.LocalActor
	var c ap.Change
	for _, area := range areasOf(h, regions.Areas) {
		at := slices.IndexFunc(known, func(a ap.LocalActor) bool { return a.Area == area.Code })
		if at >= 0 {
			actors = append(actors, known[at])
			continue
		}
		if len(known)+len(made) >= mostAreas {
			break
		}
		a, doc, err := n.newArea(area, made)
		if err != nil {
			return nil, fmt.Errorf("make the actor of %s: %w", area.Code, err)
		}
		made = append(made, a)
		c.Documents = append(c.Documents, doc)
	}
	if len(made) == 0 {
		return actors, nil
	}
	c.LocalActors = made
	if err := n.adopt(ctx, c); err != nil {
		return nil, fmt.Errorf("keep the actors of areas: %w", err)
	}
	for _, a := range made {
		n.log.InfoContext(ctx, "an area can be followed", "actor", string(a.ID), "area", string(a.Area))
	}
	return append(actors, made...), nil
}

// newArea makes the actor of an area and its document. Its name is the area's,
// or its code where another actor has that name.
func (n *Node) newArea(area directory.Area, made []ap.LocalActor) (ap.LocalActor, ap.Document, error) {
	free := func(name string) bool {
		id := n.actorIRI(name)
		_, taken := n.local(id)
		return name != "" && name != nodeUsername && !taken && !slices.ContainsFunc(made, func(a ap.LocalActor) bool { return a.ID == id })
	}
	words, _ := area.Name.In(n.config.Aggregator.Language)
	name := username(words)
	if !free(name) {
		if name = username(string(area.Code)); !free(name) {
			return ap.LocalActor{}, ap.Document{}, fmt.Errorf("%s is the name of another actor: %w", name, directory.ErrConflict)
		}
	}
	a := ap.LocalActor{ID: n.actorIRI(name), Kind: ap.KindArea, Username: name, Area: area.Code, CreatedAt: n.now()}
	if err := newKeys(&a, "#main-key", "#ed25519-key"); err != nil {
		return ap.LocalActor{}, ap.Document{}, err
	}
	doc, err := n.encodeArea(a)
	doc.UpdatedAt = a.CreatedAt
	return a, doc, err
}

// username makes a name of ASCII letters, digits and underscores, which every
// peer takes: "ile_de_france".
func username(words string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(words)) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r): // an accent
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
	}
	return strings.Trim(b.String()[:min(b.Len(), 60)], "_")
}

// areaActors gives the actors of areas, by id.
func (n *Node) areaActors() []ap.LocalActor {
	if n.config.Aggregator == nil {
		return nil
	}
	n.mu.RLock()
	defer n.mu.RUnlock()
	var all []ap.LocalActor
	for _, a := range n.actors {
		if a.Kind == ap.KindArea {
			all = append(all, a)
		}
	}
	slices.SortFunc(all, func(a, b ap.LocalActor) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return all
}

// standingActors gives all actors of this node that have their role still, the node
// actor first.
func (n *Node) standingActors() []ap.LocalActor {
	var all []ap.LocalActor
	for _, kind := range []ap.LocalKind{ap.KindNode, ap.KindHoster, ap.KindAggregator} {
		if a, ok := n.localKind(kind); ok {
			all = append(all, a)
		}
	}
	return append(all, n.areaActors()...)
}

// encodeArea writes the document of the actor of an area.
func (n *Node) encodeArea(a ap.LocalActor) (ap.Document, error) {
	c := n.config.Aggregator
	p := activitystreams.AreaProfile{
		Area: directory.Text{c.Language: string(a.Area)}, Directory: c.Name, Language: c.Language, Contact: c.Contact,
	}
	regions, err := n.regions()
	if err != nil {
		return ap.Document{}, err
	}
	if regions != nil {
		if area, ok := regions.Areas.Area(a.Area); ok {
			p.Area = area.Name
		}
		if regions.Page != nil {
			p.Page = n.config.Origin.String() + regions.Page(a.Area)
		}
	}
	return activitystreams.EncodeArea(n.endpoints(a), p)
}

// AreaHandle gives the name in @name@host of the actor by which an area is
// followed, or false where there is none.
func (n *Node) AreaHandle(code directory.AreaCode) (string, bool) {
	for _, a := range n.areaActors() {
		if a.Area == code && a.MovedTo == "" {
			return a.Username, true
		}
	}
	return "", false
}

// AreaOf gives the area that the actor of that name repeats, or false.
func (n *Node) AreaOf(handle string) (directory.AreaCode, bool) {
	a, ok := n.local(n.actorIRI(strings.ToLower(handle)))
	return a.Area, ok && a.Kind == ap.KindArea && n.stands(a)
}
