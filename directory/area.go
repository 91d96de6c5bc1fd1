package directory

// AreaCode names a territory by its official code: a country by ISO 3166-1
// ("FR"), a region or department by ISO 3166-2 ("FR-BRE", "FR-22"), a French
// inter-municipality by its SIREN ("siren:200065928"), a French commune by its
// INSEE code ("insee:22113").
type AreaCode string

// Point is a place on the globe in decimal degrees, WGS 84.
type Point struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
}

// Place is where something stands, as its hoster says it.
type Place struct {
	Name    string   `json:"name,omitempty"`    // town, as people say it
	Address string   `json:"address,omitempty"` // free text
	Area    AreaCode `json:"area,omitempty"`    // the smallest area known
	Country AreaCode `json:"country,omitempty"` // ISO 3166-1
	Point   *Point   `json:"point,omitempty"`
}

// Area is one territory of the gazetteer.
type Area struct {
	Code   AreaCode   `json:"code"`
	Kind   AreaKind   `json:"kind"`
	Name   Text       `json:"name"`
	Parent []AreaCode `json:"parent,omitempty"` // the areas it lies in, nearest first
	Point  *Point     `json:"point,omitempty"`  // its middle
}

// AreaKind is the kind of a territory.
type AreaKind string

// The kinds of territories, smallest first.
const (
	AreaCommune    AreaKind = "commune"
	AreaEPCI       AreaKind = "epci"
	AreaDepartment AreaKind = "department"
	AreaRegion     AreaKind = "region"
	AreaCountry    AreaKind = "country"
)

// Areas answers questions on territories. The geo package implements it from
// embedded data; no question leaves the node.
type Areas interface {
	// Area gives the territory of that code, or false.
	Area(AreaCode) (Area, bool)
	// Ancestors gives the code itself and every area it lies in, nearest
	// first; for a code that is not known, just the code and, where it has
	// the form of ISO 3166-2, its country.
	Ancestors(AreaCode) []AreaCode
	// Locate finds the places that a visitor may mean by a postcode or the
	// name of a commune, best first, at most ten.
	Locate(text string) []Area
}
