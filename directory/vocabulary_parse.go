package directory

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// builtIn holds the vocabulary that matou comes with.
//
//go:embed data/*.json data/charters/*.json
var builtIn embed.FS

// The files of a vocabulary.
const (
	FamiliesFile     = "families.json"     // {"families": [Family]}
	ReplacementsFile = "replacements.json" // {"replacements": [Replacement]}
	CriteriaFile     = "criteria.json"     // {"groups": [Group], "criteria": [Criterion]}
	PresetsFile      = "presets.json"      // {"presets": [Preset]}
	FacetsFile       = "facets.json"       // {"facets": [FacetLabel]}
	ChartersFolder   = "charters/"         // one file for each version of a charter, named by its id: charters/chatons-2.json, a Charter
)

// VocabularyFiles gives the names of the files of a vocabulary, but for
// charters, of which there may be any.
func VocabularyFiles() []string {
	return []string{FamiliesFile, ReplacementsFile, CriteriaFile, PresetsFile, FacetsFile}
}

// LoadVocabulary gives the vocabulary that matou comes with.
func LoadVocabulary() Vocabulary {
	v, err := ParseVocabulary(nil)
	if err != nil { // a fault of the program, found by its tests
		panic(fmt.Sprintf("built-in vocabulary: %v", err))
	}
	return v
}

// ParseVocabulary gives the vocabulary that matou comes with, each of files
// replacing the built-in file of its name whole: see VocabularyFiles. Charters
// of other names are added to those built in. All that
// is wrong comes at once, as *FieldErrors whose fields begin with the file's
// name.
func ParseVocabulary(files map[string][]byte) (Vocabulary, error) {
	var v Vocabulary
	c := &check{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if !slices.Contains(VocabularyFiles(), name) && !strings.HasPrefix(name, ChartersFolder) {
			c.invalid(name, "is no file of a vocabulary; those are %s, and charters/NAME.json", strings.Join(VocabularyFiles(), ", "))
		}
	}
	read := func(name string, into any) {
		raw, given := files[name]
		if !given {
			raw, _ = builtIn.ReadFile("data/" + name)
		}
		if err := decodeStrictly(raw, into); err != nil {
			c.invalid(name, "cannot be read: %v", err)
		}
	}
	read(FamiliesFile, &struct {
		Families *[]Family `json:"families"`
	}{&v.Families})
	read(ReplacementsFile, &struct {
		Replacements *[]Replacement `json:"replacements"`
	}{&v.Replacements})
	read(CriteriaFile, &struct {
		Groups   *[]Group     `json:"groups"`
		Criteria *[]Criterion `json:"criteria"`
	}{&v.Groups, &v.Criteria})
	read(PresetsFile, &struct {
		Presets *[]Preset `json:"presets"`
	}{&v.Presets})
	read(FacetsFile, &struct {
		Facets *[]FacetLabel `json:"facets"`
	}{&v.Facets})
	for _, name := range charterFiles(files) {
		var charter Charter
		read(name, &charter)
		v.Charters = append(v.Charters, charter)
	}
	if len(c.errs) == 0 {
		c.charters(v.Charters)
		c.vocabulary(v)
	}
	if err := c.err(); err != nil {
		return Vocabulary{}, err
	}
	v.index = newVocabularyIndex(v)
	return v, nil
}

// decodeStrictly reads one JSON value, refusing fields that it does not know,
// so that a slip of the pen is found rather than passed over.
func decodeStrictly(raw []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("something follows the end, at byte %d", d.InputOffset())
	}
	return nil
}

func (c *check) vocabulary(v Vocabulary) {
	needs := c.families(v.Families)
	c.replacements(v.Replacements, needs)
	criteria := c.criteria(v)
	c.facetLabels(v.Facets)
	c.presets(v, needs, criteria)
}

func (c *check) families(families []Family) map[NeedID]bool {
	field := path(FamiliesFile, "families")
	if len(families) == 0 {
		c.invalid(field, "must hold at least one family")
	}
	ids, needs := make(map[FamilyID]bool), make(map[NeedID]bool)
	for i, fam := range families {
		f := item(field, i)
		newID(c, path(f, "id"), fam.ID, ids)
		c.label(path(f, "label"), fam.Label)
		for j, n := range fam.Needs {
			g := item(path(f, "needs"), j)
			newID(c, path(g, "id"), n.ID, needs)
			c.label(path(g, "label"), n.Label)
			c.text(path(g, "also"), n.Also, MaxText)
			for k, name := range n.Software {
				c.required(item(path(g, "software"), k), name)
				c.line(item(path(g, "software"), k), name, MaxName)
			}
		}
	}
	return needs
}

func (c *check) replacements(all []Replacement, needs map[NeedID]bool) {
	field := path(ReplacementsFile, "replacements")
	ids := make(map[string]bool)
	for i, r := range all {
		f := item(field, i)
		newID(c, path(f, "id"), r.ID, ids)
		c.required(path(f, "name"), r.Name)
		c.line(path(f, "name"), r.Name, MaxName)
		if len(r.Needs) == 0 {
			c.invalid(path(f, "needs"), "must name at least one need that %s is used for", clip(r.Name))
		}
		for j, n := range r.Needs {
			if !needs[n] {
				c.invalid(item(path(f, "needs"), j), "is a need that %s does not hold: %q", FamiliesFile, clip(string(n)))
			}
		}
	}
}

func (c *check) criteria(v Vocabulary) map[CriterionID]bool {
	inGroups := make(map[string]bool)
	for i, g := range v.Groups {
		f := item(path(CriteriaFile, "groups"), i)
		newID(c, path(f, "id"), g.ID, inGroups)
		c.label(path(f, "label"), g.Label)
	}
	ids := make(map[CriterionID]bool)
	for i, k := range v.Criteria {
		f := item(path(CriteriaFile, "criteria"), i)
		newID(c, path(f, "id"), k.ID, ids)
		if !inGroups[k.Group] {
			c.invalid(path(f, "group"), "is none of the groups of the file: %q", clip(k.Group))
		}
		c.label(path(f, "label"), k.Label)
		c.optionalLabel(path(f, "cost"), k.Cost)
		c.optionalLabel(path(f, "check"), k.Check)
		if (k.Point == "") != (k.Charter == "") {
			c.invalid(path(f, "charter"), "and point go together: give both or neither")
		}
		if charter, known := v.Charter(k.Charter); k.Charter != "" && !known {
			c.invalid(path(f, "charter"), "is no charter in %s: %q", ChartersFolder, clip(k.Charter))
		} else if _, known := charter.Point(k.Point); k.Point != "" && !known {
			c.invalid(path(f, "point"), "is no point of the charter %s: %q", k.Charter, clip(k.Point))
		}
	}
	return ids
}

func (c *check) facetLabels(all []FacetLabel) {
	facets := make(map[Facet]bool)
	for i, l := range all {
		f := item(path(FacetsFile, "facets"), i)
		if !slices.Contains(AllFacets(), l.Facet) {
			c.invalid(path(f, "facet"), "is no facet: %q", clip(string(l.Facet)))
		} else if facets[l.Facet] {
			c.invalid(path(f, "facet"), "is there twice: %s", l.Facet)
		}
		facets[l.Facet] = true
		c.label(path(f, "label"), l.Label)
		for _, value := range l.Facet.FixedValues() {
			if _, ok := l.Values[value]; !ok {
				c.invalid(path(path(f, "values"), value), "must be given in French and in English")
			}
		}
		for _, value := range slices.Sorted(maps.Keys(l.Values)) {
			c.label(path(path(f, "values"), value), l.Values[value])
		}
	}
}

func (c *check) presets(v Vocabulary, needs map[NeedID]bool, criteria map[CriterionID]bool) {
	ids := make(map[string]bool)
	for i, p := range v.Presets {
		f := item(path(PresetsFile, "presets"), i)
		newID(c, path(f, "id"), p.ID, ids)
		c.label(path(f, "label"), p.Label)
		for _, facet := range slices.Sorted(maps.Keys(p.Filters)) {
			g := path(path(f, "filters"), string(facet))
			if !slices.Contains(AllFacets(), facet) {
				c.invalid(g, "is no facet")
			}
			for j, value := range p.Filters[facet] {
				known := value != ""
				switch fixed := facet.FixedValues(); {
				case fixed != nil:
					known = slices.Contains(fixed, value)
				case facet == FacetNeed:
					known = needs[NeedID(value)]
				case facet == FacetCriterion:
					known = criteria[CriterionID(value)]
				}
				if !known {
					c.invalid(item(g, j), "is no value of this facet: %q", clip(value))
				}
			}
		}
	}
}

// newID checks the form of an id and that it stands for one thing only.
func newID[T ~string](c *check, field string, id T, seen map[T]bool) {
	c.slug(field, string(id))
	if seen[id] {
		c.invalid(field, "is there twice: %s", clip(string(id)))
	}
	seen[id] = true
}

// label checks words that a page needs in both of its languages.
func (c *check) label(field string, t Text) {
	for _, l := range []Language{"fr", "en"} {
		if strings.TrimSpace(t[l]) == "" {
			c.invalid(path(field, string(l)), "must be given")
		}
	}
	c.text(field, t, MaxText)
}

func (c *check) optionalLabel(field string, t Text) {
	if len(t) > 0 {
		c.label(field, t)
	}
}
