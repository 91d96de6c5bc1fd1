package directory

// CriterionID names a criterion: [a-z0-9-]{1,64}.
type CriterionID string

// NeedID names a need that services answer: "write-together".
type NeedID string

// FamilyID names one of the service families (demand 13).
type FamilyID string

// Criterion is something that each hoster may or may not meet. Criteria are
// data, not code: see the files in data/ and LoadVocabulary.
type Criterion struct {
	ID      CriterionID `json:"id"`
	Group   string      `json:"group"` // "work", "contact", "commitment", …
	Label   Text        `json:"label"`
	Cost    Text        `json:"cost,omitempty"`    // what it costs the people behind it (demand 8)
	Check   Text        `json:"check,omitempty"`   // how it can be checked from outside
	Charter string      `json:"charter,omitempty"` // charter and version that it comes from
	Point   string      `json:"point,omitempty"`   // its number there
}

// Group is a heading that criteria stand under, in the order of the file.
type Group struct {
	ID    string `json:"id"`
	Label Text   `json:"label"`
}

// Family is a family of services, with the needs it answers.
type Family struct {
	ID    FamilyID `json:"id"`
	Label Text     `json:"label"`
	Needs []Need   `json:"needs"`
}

// Need is what a person wants to do.
type Need struct {
	ID       NeedID   `json:"id"`
	Label    Text     `json:"label"`
	Software []string `json:"software"` // names of the programs that answer it
}

// Replacement is one "instead of" pair: a product that people know, and the
// needs for which they use it (demand 12).
type Replacement struct {
	ID    string   `json:"id"` // slug: "google-docs"
	Name  string   `json:"name"`
	Needs []NeedID `json:"needs"`
}

// Preset is a named, published, removable set of filters (demands 10 and 11):
// never a hidden weighting.
type Preset struct {
	ID      string             `json:"id"`
	Label   Text               `json:"label"`
	Filters map[Facet][]string `json:"filters"`
}

// Vocabulary is all the data that an operator may override.
type Vocabulary struct {
	Groups       []Group
	Criteria     []Criterion
	Families     []Family
	Replacements []Replacement
	Presets      []Preset
	Facets       []FacetLabel // order and words of the facets on a page
}

// FacetLabel gives the words of a facet and of its fixed values.
type FacetLabel struct {
	Facet  Facet           `json:"facet"`
	Label  Text            `json:"label"`
	Values map[string]Text `json:"values,omitempty"` // empty where values name themselves
}

// LoadVocabulary gives the vocabulary that matou comes with.
func LoadVocabulary() Vocabulary { return Vocabulary{} }

// ParseVocabulary gives the vocabulary that matou comes with, each of files
// replacing the built-in file of its name whole: families.json,
// replacements.json, criteria.json, presets.json, facets.json. All that is
// wrong comes at once, as *FieldErrors whose fields begin with the file's name.
func ParseVocabulary(files map[string][]byte) (Vocabulary, error) { return Vocabulary{}, nil }

// Needs gives the needs that s answers: those that it states, else those of
// its software. Needs that the vocabulary does not know are left out.
func (v *Vocabulary) Needs(s Service) []NeedID { return nil }

// Words gives the label of one value of a facet, or the value itself where
// the vocabulary has no words for it.
func (v *Vocabulary) Words(f Facet, value string) Text { return nil }
