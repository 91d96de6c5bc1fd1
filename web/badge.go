package web

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
	"unicode"

	"github.com/gorilla/mux"

	"matou/directory"
)

// badgeFile is the name of a badge behind the address of a state.
const badgeFile = "badge.svg"

// badgeView shows a badge and how to put it on a page.
type badgeView struct {
	Address string // of the picture, on this node
	Words   string // what it says
	Snippet string // HTML to copy
}

func (s *Site) badgeView(v *visit, hoster, name string, values ...string) badgeView {
	page := address(v.language(), name, values...)
	at := feedAddress(page, badgeFile)
	words := v.locale.text("badge.alt", hoster)
	var alt strings.Builder
	_ = xml.EscapeText(&alt, []byte(words)) // a strings.Builder takes everything
	return badgeView{
		Address: at, Words: words,
		Snippet: fmt.Sprintf(`<a href="%s"><img src="%s" alt="%s" height="28"></a>`, s.absolute(page), s.absolute(at), alt.String()),
	}
}

// routeBadges adds badges: pictures that say in words how the services are. A
// hoster's node also answers at /badge.svg.
func (s *Site) routeBadges(r *mux.Router) {
	badges := map[string]func(*visit) (directory.Hoster, error){}
	if s.options.Hoster != "" {
		badges["state"] = func(v *visit) (directory.Hoster, error) { return s.ownHoster(v.Context()) }
	}
	if s.options.Aggregator != nil {
		badges["listed-state"] = func(v *visit) (directory.Hoster, error) {
			l, err := s.listed(v)
			return l.Hoster, err
		}
	}
	for name, of := range badges {
		for _, l := range s.languages {
			r.Handle(feedAddress(pathOf(name, l), badgeFile), guard(s.showBadge(name, l, of))).Methods(http.MethodGet, http.MethodHead)
		}
	}
	if of := badges["state"]; of != nil {
		r.Handle("/"+badgeFile, guard(s.showBadge("state", languages[0], of))).Methods(http.MethodGet, http.MethodHead)
	}
}

func (s *Site) showBadge(name string, l directory.Language, of func(*visit) (directory.Hoster, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := s.visit(r, name, l)
		h, err := of(v)
		if err != nil {
			s.failFile(w, r, err)
			return
		}
		view, err := s.state(v, h)
		if err != nil {
			s.failFile(w, r, err)
			return
		}
		header := w.Header()
		header.Set("Content-Type", "image/svg+xml")
		header.Set("Content-Language", string(l))
		header.Set("Access-Control-Allow-Origin", "*")
		header.Set("Cross-Origin-Resource-Policy", "cross-origin")
		header.Set("Cache-Control", "public, max-age=60")
		serve(w, r, badge(view.Name, v.locale.word("badge", view.Tone), view.Tone))
	})
}

// badgeLetters is how many letters of each part a badge shows.
const badgeLetters = 40

// badgeColours are ink on paper, dark enough for each other (WCAG 1.4.3), and
// only go along with the words.
var badgeColours = map[string]string{"trouble": "#8c2515", "work": "#2a5a86", "news": "#5f5646", "ok": "#33691e"}

// badgeSigns are shapes for who tells no colours apart.
var badgeSigns = map[string]string{
	"trouble": `<path d="M%d 20l6-11 6 11z" fill="#fff"/>`,
	"work":    `<path d="M%d 9h11v11h-11z" fill="none" stroke="#fff" stroke-width="2"/>`,
	"news":    `<path d="M%d 14.5h11" stroke="#fff" stroke-width="2"/>`,
	"ok":      `<path d="M%d 14.5l4 4.5 7-9" fill="none" stroke="#fff" stroke-width="2"/>`,
}

// badge draws a name and how its services are: words, a shape, and a colour.
func badge(name, words, tone string) []byte {
	name, words = clipLetters(name, badgeLetters), clipLetters(words, badgeLetters)
	left, right := letters(name)+20, letters(words)+40
	var whole, n, w strings.Builder
	_ = xml.EscapeText(&whole, []byte(name+" : "+words)) // a strings.Builder takes everything
	_ = xml.EscapeText(&n, []byte(name))
	_ = xml.EscapeText(&w, []byte(words))
	return fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" width="%[1]d" height="28" viewBox="0 0 %[1]d 28" role="img" aria-label="%[2]s">`+
		`<title>%[2]s</title><path d="M4 0h%[3]dv28H4a4 4 0 0 1-4-4V4a4 4 0 0 1 4-4z" fill="#333"/>`+
		`<path d="M%[4]d 0h%[5]da4 4 0 0 1 4 4v20a4 4 0 0 1-4 4h-%[5]dz" fill="%[6]s"/>%[7]s`+
		`<g fill="#fff" font-family="system-ui,Verdana,DejaVu Sans,sans-serif" font-size="13">`+
		`<text x="10" y="19" textLength="%[8]d" lengthAdjust="spacingAndGlyphs">%[9]s</text>`+
		`<text x="%[10]d" y="19" textLength="%[11]d" lengthAdjust="spacingAndGlyphs">%[12]s</text></g></svg>`+"\n",
		left+right, whole.String(), left-4, left, right-4, badgeColours[tone], fmt.Sprintf(badgeSigns[tone], left+10),
		left-20, n.String(), left+28, right-40, w.String())
}

// letters estimates the width of a text of 13 px; the drawing makes it fit.
func letters(s string) int {
	width := 0.0
	for _, r := range s {
		switch {
		case strings.ContainsRune("iljtfrI.,:;'’!| ", r):
			width += 4.5
		case strings.ContainsRune("mwMW", r):
			width += 11.5
		case unicode.IsUpper(r):
			width += 9
		case r >= 0x2e80:
			width += 13
		default:
			width += 7.5
		}
	}
	return int(width + 0.5)
}

// clipLetters shortens a text to so many letters.
func clipLetters(s string, most int) string {
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	return strings.TrimSpace(string(runes[:most-1])) + "…"
}
