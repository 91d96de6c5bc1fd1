package exchange

import (
	"encoding/json"

	"matou/directory"
)

type featureCollection struct {
	Type     string    `json:"type"`
	Features []feature `json:"features"`
}

type feature struct {
	Type       string       `json:"type"`
	ID         directory.ID `json:"id"`
	Geometry   geometry     `json:"geometry"`
	Properties properties   `json:"properties"`
}

type geometry struct {
	Type        string     `json:"type"`
	Coordinates [2]float64 `json:"coordinates"` // longitude, latitude
}

type properties struct {
	Name     string   `json:"name"`
	Handle   string   `json:"handle"`
	Page     string   `json:"page,omitempty"`
	Website  string   `json:"website,omitempty"`
	Place    string   `json:"place,omitempty"`
	Summary  string   `json:"summary,omitempty"`
	Services []string `json:"services"`

	ToldBy directory.Voice `json:"toldBy"`           // "hoster" or "file"
	Source string          `json:"source,omitempty"` // the address that it was read from
}

// GeoJSON gives the listings whose hosters say where they are as a
// FeatureCollection of points, in the order given. Each feature has the
// hoster's id and the properties name, handle, page, website, place, summary,
// services (names), toldBy and source; texts are in the wanted language where there is one.
// Its media type is application/geo+json.
//
// RFC 7946: positions are longitude then latitude, WGS 84.
func GeoJSON(listings []directory.Listing, lang directory.Language) []byte {
	c := featureCollection{Type: "FeatureCollection", Features: []feature{}}
	for _, l := range listings {
		p := l.Hoster.Seat.Point
		if p == nil || !onGlobe(*p) {
			continue
		}
		c.Features = append(c.Features, feature{
			Type:       "Feature",
			ID:         l.Hoster.ID,
			Geometry:   geometry{Type: "Point", Coordinates: [2]float64{p.Longitude, p.Latitude}},
			Properties: propertiesOf(l, lang),
		})
	}
	b, err := json.Marshal(c)
	if err != nil { // cannot be: strings, and numbers that are finite
		return []byte(`{"type":"FeatureCollection","features":[]}`)
	}
	return b
}

func propertiesOf(l directory.Listing, lang directory.Language) properties {
	summary, _ := l.Hoster.Summary.In(lang)
	p := properties{
		Name: l.Hoster.Name, Handle: l.Handle, Page: l.URL, Website: l.Hoster.Website,
		Place: l.Hoster.Seat.Name, Summary: summary, Services: []string{},
		ToldBy: l.ToldBy(), Source: l.Origin,
	}
	for _, s := range l.Hoster.Services {
		p.Services = append(p.Services, s.Name)
	}
	return p
}

// onGlobe reports whether p is a place; NaN is not.
func onGlobe(p directory.Point) bool {
	return p.Latitude >= -90 && p.Latitude <= 90 && p.Longitude >= -180 && p.Longitude <= 180
}
