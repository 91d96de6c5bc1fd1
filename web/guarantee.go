package web

import (
	"net/http"
	"slices"
	"strings"

	"matou/directory"
)

// guaranteeReasons are why people ask for a guarantee, in the order of the page.
var guaranteeReasons = []string{"rule", "cover", "before", "stop", "habit"}

// allowances are the usual numbers of days of interruption a year.
var allowances = []float64{3.5, 7, 18, 36}

// guaranteeView is the page that asks what a guarantee is wanted for.
type guaranteeView struct {
	Reasons []reasonView
	Days    []allowanceView
	Asks    []string
	Sheet   string
	Find    string
	Find2   string
}

// reasonView is one reason, with what helps.
type reasonView struct {
	ID, Label, Words, Ask string
}

// allowanceView is a number of days a year in other words.
type allowanceView struct {
	Year, Month, Share string
	Count              int    // hosters that state it, at most so many days
	Address            string // those hosters
}

// showGuarantee asks what a guarantee is hoped to give, and explains what each
// kind of promise can hold (demands 28 to 34).
func (s *Site) showGuarantee(v *visit) (page, error) {
	view, err := s.guarantee(v)
	if err != nil {
		return page{}, err
	}
	return page{template: "guarantee", title: v.locale.text("guarantee.title"), description: v.locale.text("guarantee.lead"), data: view}, nil
}

func (s *Site) guarantee(v *visit) (guaranteeView, error) {
	l, loc := v.language(), v.locale
	view := guaranteeView{
		Sheet: address(l, "sheet"),
		Find:  finder{hopes: []string{"delay"}}.stepAddress(l, "need"),
		Find2: finder{}.stepAddress(l, "who"),
	}
	for _, id := range guaranteeReasons {
		view.Reasons = append(view.Reasons, reasonView{id, loc.word("reason", id), loc.word("reason-words", id), loc.word("reason-ask", id)})
	}
	for _, key := range []string{"hours", "people", "night", "last", "backup", "leave", "broken"} {
		view.Asks = append(view.Asks, loc.word("sheet-ask", key))
	}
	allowed, err := s.counts(v.Context(), directory.FacetAllowance)
	if err != nil {
		return view, err
	}
	counts := map[string]int{}
	for value := range allowed.Values() {
		counts[value.Value] = value.Count
	}
	for _, days := range allowances {
		value := strings.Replace(loc.argument(days), ",", ".", 1)
		share := 100 - days*100/365
		view.Days = append(view.Days, allowanceView{
			Year: loc.text("guarantee.year", days), Month: loc.text("guarantee.month", days*24/12),
			Share: loc.text("guarantee.share", share), Count: counts[value],
			Address: listingsAddress(l, directory.Query{Limit: directory.DefaultLimit,
				Filters: map[directory.Facet][]string{directory.FacetAllowance: {value}}}),
		})
	}
	return view, nil
}

// sendSheet gives the questions on a guarantee as a plain text, to fill in with
// a hoster and to hand on.
func (s *Site) sendSheet(l directory.Language) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := s.visit(r, "sheet", l)
		view, err := s.guarantee(v)
		if err != nil {
			s.fail(w, v, err)
			return
		}
		h := w.Header()
		h.Set("Content-Type", "text/plain; charset=utf-8")
		h.Set("Content-Language", string(l))
		h.Set("Content-Disposition", `attachment; filename="`+v.locale.text("guarantee.file")+`.txt"`)
		h.Set("Cache-Control", "public, max-age=60")
		serve(w, r, []byte(strings.ReplaceAll(v.locale.sheet(view, s.directoryName()), "\u00a0", " ")))
	}
}

// sheet writes the page as a text.
func (l *locale) sheet(view guaranteeView, directoryName string) string {
	var b strings.Builder
	line := func(all ...string) { b.WriteString(strings.Join(all, "") + "\n") }
	line(l.text("guarantee.sheet"))
	line(directoryName)
	line()
	line(l.text("guarantee.why_ask"))
	for _, r := range view.Reasons {
		line("[ ] ", r.Label)
	}
	line("[ ] ", l.text("guarantee.other"), " ....................")
	line()
	line(l.text("guarantee.two"))
	line("- ", l.text("guarantee.intervention"))
	line("- ", l.text("guarantee.recovery"))
	line()
	line(l.text("guarantee.days"))
	for _, d := range view.Days {
		line("[ ] ", d.Year, " = ", d.Month, " (", d.Share, ")")
	}
	line()
	line(l.text("guarantee.asks"))
	for _, ask := range slices.Concat(view.Asks) {
		line()
		line("- ", ask)
		line("  ....................")
	}
	return b.String()
}
