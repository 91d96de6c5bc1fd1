package web

import (
	"bytes"
	"context"
	"html/template"
	"iter"
	"maps"
	"net/url"
	"slices"
	"strings"

	"matou/directory"
)

// facetShown is how many values of a facet stand in the page before "all".
const facetShown = 8

// unfolded are the questions that stand open from the start: what for, and how
// the people work. The others are a click away.
var unfolded = map[directory.Facet]bool{
	directory.FacetFamily: true, directory.FacetMaintenance: true, directory.FacetHours: true,
}

// facetView is one question of the directory.
type facetView struct {
	Name   directory.Facet
	Label  string
	Open   bool   // unfolded
	More   string // address that shows every value; "" where all are shown
	Hidden int    // values behind More
	Unsaid int    // hosters that say nothing on it
	Widens bool   // a value is chosen, and one more finds more
}

// write writes the question, unfolded or not, with its answers as links, each of
// which adds or removes one.
func (f *facetView) write(b *bytes.Buffer, l *locale, answers []byte) {
	paragraph := func(words string) {
		b.WriteString(`<p class="small">`)
		writeHTML(b, words)
		b.WriteString("</p>")
	}
	b.WriteString("\n" + `<details id="facet-`)
	b.WriteString(string(f.Name))
	b.WriteByte('"')
	if f.Open {
		b.WriteString(" open")
	}
	b.WriteString(">\n<summary>")
	writeHTML(b, f.Label)
	b.WriteString("</summary>\n<ul>")
	b.Write(answers)
	if f.More != "" {
		b.WriteString(`<li><a href="`)
		writeHTML(b, f.More)
		b.WriteString(`" rel="nofollow">`)
		writeHTML(b, l.text("facet.more", f.Hidden))
		b.WriteString("</a></li>")
	}
	b.WriteString("\n</ul>")
	if f.Widens {
		paragraph(l.text("facet.widens"))
	}
	if f.Unsaid > 0 {
		paragraph(l.text("facet.unsaid", f.Unsaid))
	}
	b.WriteString("\n</details>")
}

// facetLinks writes the answers of a page as links. There are a hundred, each
// with the whole query in its address.
type facetLinks struct {
	path    string
	asked   []parameter // of the query, each name with all that stands for it in an address, in HTML
	carried string      // of the basket, in HTML
	remove  string      // words, in HTML
}

func newFacetLinks(l *locale, q directory.Query, carried basket) facetLinks {
	q.Offset = 0
	k := facetLinks{path: address(l.language, "listings"), remove: escapedHTML.Replace(l.text("filter.remove"))}
	values := q.Values()
	for _, name := range sortedKeys(values) {
		k.asked = append(k.asked, parameter{name, escapedHTML.Replace(url.Values{name: values[name]}.Encode())})
	}
	if len(carried) > 0 {
		k.carried = escapedHTML.Replace(url.Values{"h": carried}.Encode())
	}
	return k
}

// writeAddress writes the address of the first page of the query with other
// values of a facet.
func (k *facetLinks) writeAddress(b *bytes.Buffer, f directory.Facet, values []string) {
	b.WriteString(k.path)
	separator := "?"
	add := func(inHTML string) {
		b.WriteString(separator)
		b.WriteString(inHTML)
		separator = "&amp;"
	}
	at := 0
	for ; at < len(k.asked) && k.asked[at].Name < string(f); at++ {
		add(k.asked[at].Value)
	}
	for _, value := range values {
		add(string(f))
		b.WriteByte('=')
		writeHTML(b, url.QueryEscape(value))
	}
	for ; at < len(k.asked); at++ {
		if k.asked[at].Name != string(f) {
			add(k.asked[at].Value)
		}
	}
	if k.carried != "" {
		add(k.carried)
	}
}

// write writes one answer, of which chosen are those that hold.
func (k *facetLinks) write(b *bytes.Buffer, f directory.Facet, chosen []string, c directory.ValueCount, label string) {
	values := removed(chosen, c.Value)
	if !c.Chosen {
		values = append(values, c.Value)
		slices.Sort(values)
	}
	b.WriteString("\n<li><a href=\"")
	k.writeAddress(b, f, values)
	b.WriteString(`" rel="nofollow"`)
	if c.Chosen {
		b.WriteString(` class="chosen"><span aria-hidden="true">✓ </span><span class="visually-hidden">` + k.remove + ` </span`)
	}
	b.WriteByte('>')
	writeHTML(b, label)
	b.WriteString(`</a> <span class="count">`)
	b.WriteString(itoa(c.Count))
	b.WriteString("</span></li>")
}

// writeHTML writes what stands in an element or an attribute.
func writeHTML(b *bytes.Buffer, words string) {
	_, _ = escapedHTML.WriteString(b, words) // a buffer takes all
}

// escapedHTML writes what stands in an element or an attribute as html/template does.
var escapedHTML = strings.NewReplacer("\x00", "\uFFFD", `"`, "&#34;", "&", "&amp;", "'", "&#39;", "+", "&#43;", "<", "&lt;", ">", "&gt;")

// presetView is a named set of filters with its rule.
type presetView struct {
	Label   string
	Rule    []string
	Chosen  bool
	Address string // adds the set, or removes it where it holds
}

// facets makes the questions of a page; every value of the facet all is shown.
func (s *Site) facets(loc *locale, q directory.Query, counts []directory.FacetCounts, all directory.Facet, carried basket) template.HTML {
	l, links := loc.language, newFacetLinks(loc, q, carried)
	b, shown := buffer(), buffer()
	defer buffers.Put(b)
	defer buffers.Put(shown)
	for _, c := range counts {
		view := facetView{Name: c.Facet, Label: s.question(l, c.Facet), Unsaid: c.Unsaid, Open: c.Facet == all}
		n := 0
		shown.Reset()
		for value := range s.answers(loc, c) {
			if value.Count == 0 && !value.Chosen {
				continue
			}
			if n >= facetShown && !value.Chosen && c.Facet != all {
				view.Hidden++
				continue
			}
			links.write(shown, c.Facet, q.Filters[c.Facet], value, s.words(l, c.Facet, value.Value))
			n++
			view.Widens = view.Widens || value.Chosen
		}
		if n == 0 {
			continue
		}
		if view.Hidden > 0 {
			values := q.Values()
			values.Set("all", string(c.Facet))
			view.More = carried.carry(withQuery(address(l, "listings"), values) + "#facet-" + string(c.Facet))
		}
		view.Open = view.Open || view.Widens || unfolded[c.Facet]
		view.Widens = view.Widens && c.Facet != directory.FacetCriterion
		view.write(b, loc, shown.Bytes())
	}
	return template.HTML(b.String())
}

// answers gives the values of a facet in the order of the vocabulary; places in
// that of their names.
func (s *Site) answers(l *locale, c directory.FacetCounts) iter.Seq[directory.ValueCount] {
	if !c.Facet.OfAreas() {
		return c.Values()
	}
	type place struct {
		directory.ValueCount
		key string
	}
	all := make([]place, 0, len(c.Told))
	for value := range c.Values() {
		all = append(all, place{value, s.area(l, directory.AreaCode(value.Value)).key})
	}
	slices.SortStableFunc(all, func(a, b place) int { return strings.Compare(a.key, b.key) })
	return func(yield func(directory.ValueCount) bool) {
		for _, p := range all {
			if !yield(p.ValueCount) {
				return
			}
		}
	}
}

// counts tells what each value of one facet gives in the whole directory.
func (s *Site) counts(ctx context.Context, f directory.Facet) (directory.FacetCounts, error) {
	found, err := s.search(ctx, directory.Query{Limit: 1, Count: []directory.Facet{f}, Steps: true})
	return countsOf(found, f), err
}

// countsOf gives the counts of one facet; none where it was not counted.
func countsOf(found directory.Result, f directory.Facet) directory.FacetCounts {
	for _, c := range found.Facets {
		if c.Facet == f {
			return c
		}
	}
	return directory.FacetCounts{Facet: f}
}

// presets makes the named sets of filters. A set is chosen where all of its
// filters hold; each can also be taken off alone.
func (s *Site) presets(l directory.Language, q directory.Query, carried basket) []presetView {
	views := make([]presetView, 0, len(s.options.Vocabulary.Presets))
	for _, p := range s.options.Vocabulary.Presets {
		label, _ := p.Label.In(l)
		view := presetView{Label: label, Rule: s.rule(l, p), Chosen: len(p.Filters) > 0}
		added, removed := q, q
		for _, f := range s.facetOrder(p.Filters) {
			for _, value := range p.Filters[f] {
				view.Chosen = view.Chosen && slices.Contains(q.Filters[f], value)
				added, removed = with(added, f, value), without(removed, f, value)
			}
		}
		to := added
		if view.Chosen {
			to = removed
		}
		view.Address = carried.carry(listingsAddress(l, to))
		views = append(views, view)
	}
	return views
}

// drawPresets writes the named sets one after the other.
func drawPresets(l *locale, all []presetView) template.HTML {
	b := buffer()
	defer buffers.Put(b)
	for _, p := range all {
		b.WriteString("\n<li")
		if p.Chosen {
			b.WriteString(` class="chosen"`)
		}
		b.WriteString(`><a href="`)
		writeHTML(b, p.Address)
		b.WriteString(`" rel="nofollow">`)
		writeHTML(b, p.Label)
		b.WriteString("</a>\n" + `<p class="small">`)
		if len(p.Rule) > 0 {
			writeHTML(b, l.text("preset.rule")+" "+strings.Join(p.Rule, " ; "))
		} else {
			writeHTML(b, l.text("preset.no_rule"))
		}
		if p.Chosen {
			b.WriteString(" — ")
			writeHTML(b, l.text("preset.chosen"))
		}
		b.WriteString("</p></li>")
	}
	return template.HTML(b.String())
}

// drawFilters writes what narrows a search, each with the link that takes it off.
func drawFilters(l *locale, all []filterView) template.HTML {
	b := buffer()
	defer buffers.Put(b)
	for _, f := range all {
		b.WriteString("\n" + `<li><a href="`)
		writeHTML(b, f.Without)
		b.WriteString(`" rel="nofollow"><span class="visually-hidden">`)
		writeHTML(b, l.text("filter.remove"))
		b.WriteString(" </span>")
		writeHTML(b, f.Question)
		writeHTML(b, l.text("list.colon"))
		b.WriteString("<strong>")
		writeHTML(b, f.Value)
		b.WriteString(`</strong> <span aria-hidden="true">×</span></a>`)
		if f.Hides > 0 {
			b.WriteString(` <span class="small">`)
			writeHTML(b, f.Aside)
			if f.Unsaid != "" {
				b.WriteString(", ")
				writeHTML(b, f.Unsaid)
			}
			b.WriteString("</span>")
		}
		b.WriteString("</li>")
	}
	return template.HTML(b.String())
}

// facetOrder gives the facets of filters as the vocabulary orders them.
func (s *Site) facetOrder(filters map[directory.Facet][]string) []directory.Facet {
	var order []directory.Facet
	for _, label := range s.options.Vocabulary.Facets {
		if _, ok := filters[label.Facet]; ok {
			order = append(order, label.Facet)
		}
	}
	for _, f := range slices.Sorted(maps.Keys(filters)) {
		if !slices.Contains(order, f) {
			order = append(order, f)
		}
	}
	return order
}

func sortedKeys(v url.Values) []string { return slices.Sorted(maps.Keys(v)) }
