package directory

import (
	"slices"
	"strings"
	"unicode"
)

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
	Charter string      `json:"charter,omitempty"` // charter and version that it comes from: "chatons-2"
	Point   string      `json:"point,omitempty"`   // which of its commitments: our letter for its axis, and a number
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
	Also     Text     `json:"also,omitempty"` // other words that people search it by; never shown
	Software []string `json:"software"`       // names of the programs that answer it
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
	Charters     []Charter    // by id

	index *vocabularyIndex // made by ParseVocabulary; nil in one made by hand
}

// FacetLabel gives the words of a facet and of its fixed values.
type FacetLabel struct {
	Facet  Facet           `json:"facet"`
	Label  Text            `json:"label"`
	Values map[string]Text `json:"values,omitempty"` // empty where values name themselves
}

// vocabularyIndex finds things of a Vocabulary by their names.
type vocabularyIndex struct {
	needs      map[NeedID]Need
	families   map[NeedID][]FamilyID
	bySoftware map[string][]NeedID // key: squash(name)
	replaced   map[NeedID][]string // ids of replacements
	criteria   map[CriterionID]Criterion
}

func newVocabularyIndex(v Vocabulary) *vocabularyIndex {
	x := &vocabularyIndex{
		needs: make(map[NeedID]Need), families: make(map[NeedID][]FamilyID),
		bySoftware: make(map[string][]NeedID), replaced: make(map[NeedID][]string),
		criteria: make(map[CriterionID]Criterion, len(v.Criteria)),
	}
	for _, f := range v.Families {
		for _, n := range f.Needs {
			x.needs[n.ID] = n
			x.families[n.ID] = append(x.families[n.ID], f.ID)
			for _, name := range n.Software {
				x.bySoftware[squash(name)] = append(x.bySoftware[squash(name)], n.ID)
			}
		}
	}
	for _, r := range v.Replacements {
		for _, n := range r.Needs {
			x.replaced[n] = append(x.replaced[n], r.ID)
		}
	}
	for _, k := range v.Criteria {
		x.criteria[k.ID] = k
	}
	return x
}

// lookup gives the index of v; one made by hand is indexed anew each time.
func (v *Vocabulary) lookup() *vocabularyIndex {
	if v.index != nil {
		return v.index
	}
	return newVocabularyIndex(*v)
}

// squash makes "Etherpad Lite", "etherpad-lite" and "EtherpadLite" one name.
func squash(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '+' {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// Needs gives the needs that s answers: those that it states, else those of
// its software and its modules. Needs that the vocabulary does not know are
// left out.
func (v *Vocabulary) Needs(s Service) []NeedID {
	x := v.lookup()
	stated := slices.Clip(s.Needs)
	if len(stated) == 0 {
		for _, name := range append([]string{s.Software.Name}, s.Software.Modules...) {
			stated = append(stated, x.bySoftware[squash(name)]...)
		}
	}
	var known []NeedID
	for _, n := range stated {
		if _, ok := x.needs[n]; ok && !slices.Contains(known, n) {
			known = append(known, n)
		}
	}
	return known
}

// Need gives the need of that id, or false.
func (v *Vocabulary) Need(id NeedID) (Need, bool) {
	n, ok := v.lookup().needs[id]
	return n, ok
}

// FamiliesOf gives the families that a need stands in.
func (v *Vocabulary) FamiliesOf(id NeedID) []FamilyID { return v.lookup().families[id] }

// ReplacedBy gives the ids of the products that people use for a need.
func (v *Vocabulary) ReplacedBy(id NeedID) []string { return v.lookup().replaced[id] }

// Replacement gives the "instead of" pair of that id, or false.
func (v *Vocabulary) Replacement(id string) (Replacement, bool) {
	i := slices.IndexFunc(v.Replacements, func(r Replacement) bool { return r.ID == id })
	if i < 0 {
		return Replacement{}, false
	}
	return v.Replacements[i], true
}

// Criterion gives the criterion of that id, or false.
func (v *Vocabulary) Criterion(id CriterionID) (Criterion, bool) {
	k, ok := v.lookup().criteria[id]
	return k, ok
}

func (v *Vocabulary) knows(id CriterionID) bool {
	_, ok := v.lookup().criteria[id]
	return ok
}

// Words gives the label of one value of a facet; nil where the vocabulary has
// no words for it and the value names itself, as areas and programs do.
func (v *Vocabulary) Words(f Facet, value string) Text {
	switch f {
	case FacetFamily:
		for _, family := range v.Families {
			if string(family.ID) == value {
				return family.Label
			}
		}
	case FacetNeed:
		n, _ := v.Need(NeedID(value))
		return n.Label
	case FacetReplaces:
		if r, ok := v.Replacement(value); ok {
			return Text{"fr": r.Name, "en": r.Name}
		}
	case FacetCriterion:
		k, _ := v.Criterion(CriterionID(value))
		return k.Label
	case FacetCollective:
		if slug, by, said := strings.Cut(value, ":"); said {
			return v.saidBy(slug, SaidBy(by))
		}
	}
	for _, l := range v.Facets {
		if words := l.Values[value]; l.Facet == f && words != nil {
			return words
		}
	}
	if f == FacetCollective {
		return v.charterBy(value)
	}
	return nil
}
