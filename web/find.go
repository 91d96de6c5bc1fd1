package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"matou/directory"
)

// finder is what a visitor has told the guided finder so far. All of it stands
// in the address of the page, so that going back is the browser's own back and
// an answer can be sent to somebody else. Every question can be skipped.
type finder struct {
	who   string   // Preset.ID
	needs []string // NeedID
	leave []string // Replacement.ID
	one   bool     // one hoster for all of it
	place string   // AreaCode, never smaller than an inter-municipality
	reach string   // "near", "region", "country"
	data  string   // AreaCode where the data must be
	hopes []string // wish.id
	cares []string // wish.id
}

// mostCares is how many things may count at once: where everything counts,
// nothing does.
const mostCares = 3

// mostWanted bounds the needs and products of one visitor.
const mostWanted = 12

// nearKilometres is as far as one goes to see somebody in person.
const nearKilometres = 40

// reaches are the answers to "how near", the nearest first.
var reaches = []string{"near", "region", "country"}

// finderSteps are the screens, in their order.
var finderSteps = []string{"who", "need", "where", "people", "care"}

// readFinder reads an address. Values that this directory does not know are
// left out: an address may be older than the vocabulary.
func (s *Site) readFinder(v url.Values) finder {
	vocabulary := &s.options.Vocabulary
	f := finder{one: v.Get("one") == "yes"}
	if slices.ContainsFunc(vocabulary.Presets, func(p directory.Preset) bool { return p.ID == v.Get("who") }) {
		f.who = v.Get("who")
	}
	f.needs = chosen(v["need"], mostWanted, func(id string) bool { _, ok := vocabulary.Need(directory.NeedID(id)); return ok })
	f.leave = chosen(v["replaces"], mostWanted, func(id string) bool { _, ok := vocabulary.Replacement(id); return ok })
	f.hopes = chosen(v["hope"], len(hopes), knows(s.offered(hopes)))
	f.cares = chosen(v["care"], len(cares), knows(s.offered(cares)))
	if s.options.Areas != nil {
		if a, ok := s.options.Areas.Area(directory.AreaCode(v.Get("place"))); ok {
			f.place = string(s.coarse(a))
		}
		if a, ok := s.options.Areas.Area(directory.AreaCode(v.Get("data"))); ok {
			f.data = string(a.Code)
		}
	}
	if f.place != "" && slices.Contains(reaches, v.Get("reach")) { // near what, otherwise?
		f.reach = v.Get("reach")
	}
	return f
}

func knows(wishes []wish) func(string) bool {
	return func(id string) bool {
		return slices.ContainsFunc(wishes, func(w wish) bool { return w.id == id })
	}
}

// chosen gives those of values that are known, each once.
func chosen(values []string, most int, known func(string) bool) []string {
	var all []string
	for _, v := range values {
		if v = strings.TrimSpace(v); len(all) < most && known(v) && !slices.Contains(all, v) {
			all = append(all, v)
		}
	}
	return all
}

// values gives the parameters of the address of f.
func (f finder) values() url.Values {
	v := url.Values{}
	for name, value := range map[string]string{"who": f.who, "place": f.place, "reach": f.reach, "data": f.data} {
		if value != "" {
			v.Set(name, value)
		}
	}
	for name, values := range map[string][]string{"need": f.needs, "replaces": f.leave, "hope": f.hopes, "care": f.cares} {
		if len(values) > 0 {
			v[name] = values
		}
	}
	if f.one {
		v.Set("one", "yes")
	}
	return v
}

// empty reports whether nothing was told yet.
func (f finder) empty() bool { return len(f.values()) == 0 }

// stepFields are the parameters that each screen asks for.
var stepFields = map[string][]string{
	"who": {"who"}, "need": {"need", "replaces", "one"}, "where": {"place", "reach", "data"},
	"people": {"hope"}, "care": {"care"},
}

// stepAddress is the screen of a question, with what was told so far.
func (f finder) stepAddress(l directory.Language, step string) string {
	v := f.values()
	if step != finderSteps[0] {
		v.Set("step", step)
	}
	return withQuery(address(l, "find"), v)
}

// findView is one screen of the finder.
type findView struct {
	Step     string
	Number   int
	Count    int
	Action   string
	Post     bool   // the screen asks for a place
	Next     string // screen that the form leads to; "" for the answers
	Back     string
	Skip     string
	Answers  string // what has been told is enough
	Kept     []parameter
	Told     []toldView
	Choices  []choiceView
	Families []familyChoices
	Products []choiceView
	One      bool
	Place    placeField
	Places   bool
	DataIn   []choiceView
	DataOpen bool
	Fault    string
}

// choiceView is one answer that can be ticked.
type choiceView struct {
	Name, Value, Label string
	Words              string // smaller, below
	Chosen             bool
}

// idChoice is a choice with what tells its field from the others of its name.
type idChoice struct {
	choiceView
	ID string
}

type familyChoices struct {
	Label   string
	Choices []choiceView
}

// toldView is something that was told, with the address without it.
type toldView struct {
	Words   string
	Rule    []string // the filters behind it, of a preset
	Without string
}

// showFind is one screen of the guided finder.
func (s *Site) showFind(v *visit) (page, error) {
	l, loc := v.language(), v.locale
	f := s.readFinder(v.URL.Query())
	at := max(0, slices.Index(finderSteps, v.URL.Query().Get("step")))
	view := findView{
		Step: finderSteps[at], Number: at + 1, Count: len(finderSteps),
		Action: address(l, "find"), Answers: s.foundAddress(l, f), Told: s.told(l, f, s.stepWithout(l, finderSteps[at])),
	}
	values := f.values()
	for _, name := range stepFields[view.Step] {
		values.Del(name)
	}
	rest := s.readFinder(values)
	if at > 0 {
		view.Back = f.stepAddress(l, finderSteps[at-1])
	}
	if at+1 < len(finderSteps) {
		view.Next = finderSteps[at+1]
		view.Skip = rest.stepAddress(l, view.Next)
	} else {
		view.Action = address(l, "found")
		view.Skip = s.foundAddress(l, rest)
	}
	view.Kept = fields(rest.values())
	if err := s.fillStep(v, f, &view); err != nil {
		return page{}, err
	}
	return page{
		template: "find", title: loc.word("find", view.Step), description: loc.text("find.lead"), fault: view.Fault != "",
		data: view, unlisted: at > 0 || !f.empty(),
	}, nil
}

// fillStep puts in what the screen asks.
func (s *Site) fillStep(v *visit, f finder, view *findView) error {
	l, loc := v.language(), v.locale
	switch view.Step {
	case "who":
		for _, p := range s.options.Vocabulary.Presets {
			label, _ := p.Label.In(l)
			view.Choices = append(view.Choices, choiceView{Name: "who", Value: p.ID, Label: label, Words: s.ruleWords(l, p), Chosen: p.ID == f.who})
		}
	case "need":
		return s.fillNeeds(v, f, view)
	case "where":
		view.Places, view.Post = s.options.Areas != nil, true
		view.Place = s.placeField(l, f.place)
		for _, r := range append(slices.Clone(reaches), "") {
			view.Choices = append(view.Choices, choiceView{Name: "reach", Value: r, Label: loc.word("reach", orAny(r)), Chosen: r == f.reach})
		}
		return s.fillData(v, f, view)
	case "people":
		view.Choices = s.wishChoices(loc, "hope", hopes, f.hopes)
	case "care":
		view.Choices = s.wishChoices(loc, "care", cares, f.cares)
		if len(f.cares) > mostCares {
			view.Fault = loc.text("find.too_many", mostCares)
		}
	}
	return nil
}

func orAny(reach string) string {
	if reach == "" {
		return "any"
	}
	return reach
}

func (s *Site) wishChoices(l *locale, name string, wishes []wish, ticked []string) []choiceView {
	var all []choiceView
	for _, w := range s.offered(wishes) {
		c := choiceView{Name: name, Value: w.id, Label: l.word("wish", w.id), Chosen: slices.Contains(ticked, w.id)}
		if cost := s.cost(l.language, w); cost != "" {
			c.Words = l.text("find.cost", cost)
		}
		all = append(all, c)
	}
	return all
}

// fillNeeds offers the needs that somebody listed here meets, and the products
// that are used for them.
func (s *Site) fillNeeds(v *visit, f finder, view *findView) error {
	counts, err := s.counts(v.Context(), directory.FacetNeed)
	if err != nil {
		return err
	}
	view.One = f.one
	met := map[string]bool{}
	for _, family := range s.families(v.language(), counts) {
		c := familyChoices{Label: family.Label}
		for _, n := range family.Needs {
			met[n.Name] = true
			c.Choices = append(c.Choices, choiceView{Name: "need", Value: n.Name, Label: n.Value, Chosen: slices.Contains(f.needs, n.Name)})
		}
		view.Families = append(view.Families, c)
	}
	for _, r := range s.options.Vocabulary.Replacements {
		if slices.ContainsFunc(r.Needs, func(n directory.NeedID) bool { return met[string(n)] }) {
			view.Products = append(view.Products, choiceView{Name: "replaces", Value: r.ID, Label: r.Name, Chosen: slices.Contains(f.leave, r.ID)})
		}
	}
	return nil
}

// fillData offers the countries in which somebody listed here keeps data.
func (s *Site) fillData(v *visit, f finder, view *findView) error {
	if s.options.Areas == nil {
		return nil
	}
	counts, err := s.counts(v.Context(), directory.FacetData)
	if err != nil {
		return err
	}
	view.DataOpen = f.data != ""
	for c := range counts.Values() {
		if a, ok := s.options.Areas.Area(directory.AreaCode(c.Value)); ok && a.Kind == directory.AreaCountry {
			view.DataIn = append(view.DataIn, choiceView{Value: c.Value, Label: s.areaName(v.language(), a.Code), Chosen: c.Value == f.data})
		}
	}
	return nil
}

// ruleWords says which filters a preset stands for.
func (s *Site) ruleWords(l directory.Language, p directory.Preset) string {
	return strings.Join(s.rule(l, p), " ; ")
}

func (s *Site) rule(l directory.Language, p directory.Preset) []string {
	var words []string
	for _, f := range s.facetOrder(p.Filters) {
		for _, value := range p.Filters[f] {
			words = append(words, s.locales[l].text("preset.filter", s.question(l, f), s.words(l, f, value)))
		}
	}
	return words
}

// stepWithout gives the address of a screen for what is left of the answers.
func (s *Site) stepWithout(l directory.Language, step string) func(finder) string {
	return func(f finder) string { return f.stepAddress(l, step) }
}

// foundAddress is the page that answers f.
func (s *Site) foundAddress(l directory.Language, f finder) string {
	return withQuery(address(l, "found"), f.values())
}

// told gives each thing that was told with the address without it.
func (s *Site) told(l directory.Language, f finder, to func(finder) string) []toldView {
	loc := s.locales[l]
	var all []toldView
	add := func(words string, rest finder, rule ...string) {
		all = append(all, toldView{Words: words, Rule: rule, Without: to(rest)})
	}
	for _, p := range s.options.Vocabulary.Presets {
		if rest := f; p.ID == f.who {
			rest.who = ""
			label, _ := p.Label.In(l)
			add(label, rest, s.rule(l, p)...)
		}
	}
	for _, id := range f.needs {
		rest := f
		rest.needs = removed(f.needs, id)
		add(s.words(l, directory.FacetNeed, id), rest)
	}
	for _, id := range f.leave {
		rest := f
		rest.leave = removed(f.leave, id)
		add(loc.text("replace.title", s.words(l, directory.FacetReplaces, id)), rest)
	}
	if rest := f; f.one {
		rest.one = false
		add(loc.text("find.one"), rest)
	}
	if rest := f; f.place != "" {
		rest.place, rest.reach = "", ""
		add(loc.text("found.around", s.placeField(l, f.place).Words), rest)
	}
	if rest := f; f.reach != "" {
		rest.reach = ""
		add(loc.word("reach", f.reach), rest)
	}
	if rest := f; f.data != "" {
		rest.data = ""
		add(loc.text("found.data", s.areaName(l, directory.AreaCode(f.data))), rest)
	}
	for _, id := range f.hopes {
		rest := f
		rest.hopes = removed(f.hopes, id)
		add(loc.word("wish", id), rest)
	}
	for _, id := range f.cares {
		rest := f
		rest.cares = removed(f.cares, id)
		add(loc.word("wish", id), rest)
	}
	return all
}

func removed(all []string, one string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return s == one })
}

// tooManyCares leads back to the last question where more was ticked than may
// count at once.
func (s *Site) tooManyCares(l directory.Language, f finder) (page, bool) {
	if len(f.cares) <= mostCares {
		return page{}, false
	}
	return page{moved: f.stepAddress(l, "care"), status: http.StatusFound}, true
}
