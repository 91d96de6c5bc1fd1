package exchange

import (
	"slices"

	"matou/directory"
)

// ExportJSONLD writes hosters and their services in the words of schema.org,
// for programs that read no others: a graph of an Organization for each hoster
// and a Service for each service. docs/exchange.md says what has no word
// there.
func ExportJSONLD(hosters []directory.Hoster) ([]byte, error) {
	graph := []any{}
	for _, h := range hosters {
		graph = append(graph, schemaOrganization(h))
		for _, s := range h.Services {
			graph = append(graph, schemaService(s, h))
		}
	}
	return encodeJSON(thing{"@context": "https://schema.org", "@graph": graph})
}

// thing is one of a JSON-LD document while it is written.
type thing map[string]any

// say adds a property where it says something.
func (n thing) say(key string, value any) {
	switch v := value.(type) {
	case string:
		if v == "" {
			return
		}
	case []string:
		if len(v) == 0 {
			return
		}
	case []any:
		if len(v) == 0 {
			return
		}
	case thing:
		if len(v) <= 1 { // its type alone
			return
		}
	}
	n[key] = value
}

func schemaOrganization(h directory.Hoster) thing {
	n := thing{"@type": "Organization"}
	n.say("@id", string(h.ID))
	n.say("name", h.Name)
	n.say("slogan", schemaText(h.Summary))
	n.say("description", schemaText(h.Description))
	n.say("url", h.Website)
	n.say("logo", h.Logo)
	n.say("email", h.Contact.Email)
	n.say("telephone", h.Contact.Phone)
	n.say("foundingDate", h.Since.String())
	n.say("dissolutionDate", h.Until.String())
	n.say("knowsLanguage", texts(h.Languages))
	n.say("areaServed", texts(h.Serves))
	n.say("address", postalAddress(h.Seat))
	n.say("location", schemaPlace(h.Seat))
	n.say("contactPoint", contactPoint(h.Contact))
	if o := h.Owner; o != nil {
		parent := thing{"@type": "Organization", "name": o.Name}
		parent.say("url", o.Website)
		parent.say("logo", o.Logo)
		n.say("parentOrganization", parent)
	}
	var members []any
	for _, m := range h.Memberships {
		if m.State != directory.StateClosed {
			members = append(members, thing{"@type": "Organization", "name": m.Collective})
		}
	}
	n.say("memberOf", members)
	var same []string
	for _, l := range h.Links {
		if l.Kind == directory.LinkSocial {
			same = append(same, l.URL)
		}
	}
	n.say("sameAs", same)
	return n
}

func postalAddress(p directory.Place) thing {
	n := thing{"@type": "PostalAddress"}
	n.say("streetAddress", p.Address)
	n.say("addressLocality", p.Name)
	n.say("addressCountry", string(p.Country))
	return n
}

// schemaPlace is where a hoster is: schema.org has no coordinates on an
// Organization itself.
func schemaPlace(p directory.Place) thing {
	n := thing{"@type": "Place"}
	if p.Point != nil && onGlobe(*p.Point) {
		n["geo"] = thing{"@type": "GeoCoordinates", "latitude": p.Point.Latitude, "longitude": p.Point.Longitude}
	}
	return n
}

func contactPoint(c directory.Contact) thing {
	n := thing{"@type": "ContactPoint"}
	n.say("url", c.URL)
	n.say("availableLanguage", texts(c.Languages))
	var hours []any
	for _, h := range c.Hours {
		var days []string
		for _, d := range h.Days {
			if at := slices.Index(weekDays, d); at >= 0 {
				days = append(days, schemaDays[at])
			}
		}
		hours = append(hours, thing{"@type": "OpeningHoursSpecification", "dayOfWeek": days, "opens": h.From, "closes": h.To})
	}
	n.say("hoursAvailable", hours)
	return n
}

// The days of the week, as directory.Hours and as schema.org have them.
var (
	weekDays   = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
	schemaDays = []string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}
)

func schemaService(s directory.Service, h directory.Hoster) thing {
	n := thing{"@type": "Service"}
	n.say("@id", string(s.ID))
	n.say("identifier", s.Slug)
	n.say("name", s.Name)
	n.say("description", schemaText(s.Summary))
	n.say("url", s.Website)
	n.say("logo", s.Logo)
	n.say("termsOfService", s.Terms)
	n.say("serviceType", s.Software.Name)
	by := thing{"@type": "Organization", "name": h.Name}
	by.say("@id", string(h.ID))
	n.say("provider", by)
	return n
}

// schemaText gives a text in its languages, as JSON-LD has them; one alone is
// told with its language too.
func schemaText(t directory.Text) []any {
	var all []any
	for _, l := range languagesOf(t) {
		all = append(all, thing{"@language": string(l), "@value": t[l]})
	}
	return all
}

func texts[T ~string](all []T) []string {
	out := make([]string, len(all))
	for i, v := range all {
		out[i] = string(v)
	}
	return out
}
