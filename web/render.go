package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/mux"

	"matou/directory"
)

//go:embed templates
var templateFiles embed.FS

// visit is one request for a page.
type visit struct {
	*http.Request
	name   string // of the page, in paths
	locale *locale
	now    time.Time
}

func (s *Site) visit(r *http.Request, name string, l directory.Language) *visit {
	return &visit{Request: r, name: name, locale: s.locales[l], now: s.now()}
}

// language is the one that the page is written in.
func (v *visit) language() directory.Language { return v.locale.language }

// variable gives what the address holds in that place.
func (v *visit) variable(name string) string { return mux.Vars(v.Request)[name] }

// page is what a handler answers: words and data for a template, or where the
// page has moved to.
type page struct {
	template    string
	title       string // of the page alone, without the site's name
	description string // a sentence for those who link to it
	data        any
	status      int    // 0: 200
	moved       string // an address
	alternate   string // id of the ActivityStreams document of the same thing
	unlisted    bool   // not for search engines: one of very many filterings
	feeds       []feedLink
	leaves      bool // it has a form that leads to other sites
	private     bool // for the one who asked: nobody keeps a copy
	fault       bool // a form with words on what is wrong: its title says so first (WCAG 3.3.1)
}

// frame is what the layout around a page shows.
type frame struct {
	Language    directory.Language
	Title       string
	Description string
	Canonical   string
	Alternate   string
	Unlisted    bool
	Twins       []twin
	Feeds       []feedLink
	Stylesheet  string
	Mark        string
	Brand       string
	Links       template.HTML // of the header
	Body        any
	Moved       link // where the hoster of the node lives now
	Foot        template.HTML
}

// twin is the same page in another language.
type twin struct {
	Language directory.Language
	Name     string
	Address  string
	Absolute string
}

// navigation is one link of the header.
type navigation struct {
	Text, Address string
	Here          bool
}

// foot is what the end of each page says.
type foot struct {
	Brand   string
	Keeper  *Aggregator
	Owed    []navigation // what a site owes its visitors
	Contact link
	Version string
	Sources bool // the gazetteer is in use and its makers are to be named
	API     bool
}

// readTemplates reads the layout and the shared parts once a language. Each page
// is set into them when it is first shown: a node shows few of all pages, and a
// set of parts around each of them would be most of what it holds in memory.
func (s *Site) readTemplates() (map[directory.Language]map[string]pageTemplate, error) {
	files, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("list templates: %w", err)
	}
	all := make(map[directory.Language]map[string]pageTemplate, len(s.languages))
	for _, l := range s.languages {
		shared, err := template.New("").Funcs(s.functions(s.locales[l])).
			ParseFS(templateFiles, "templates/layout.html", "templates/part_*.html")
		if err != nil {
			return nil, fmt.Errorf("parse templates: %w", err)
		}
		wording{s.locales[l]}.set(shared)
		all[l] = make(map[string]pageTemplate, len(files))
		all[l][parts] = sync.OnceValues(shared.Clone)
		for _, file := range files {
			name := strings.TrimSuffix(path.Base(file), ".html")
			if name == "layout" || strings.HasPrefix(name, "part_") {
				continue
			}
			all[l][name] = sync.OnceValues(func() (*template.Template, error) {
				t, err := shared.Clone()
				if err == nil {
					t, err = t.ParseFS(templateFiles, file)
				}
				if err != nil {
					return nil, fmt.Errorf("parse templates: %w", err)
				}
				wording{s.locales[l]}.set(t)
				return t, nil
			})
		}
	}
	return all, nil
}

// parts is the name of the shared parts alone.
const parts = "parts"

// pageTemplate gives a page with the layout around it.
type pageTemplate func() (*template.Template, error)

// functions are what templates can call, in the words of one language.
func (s *Site) functions(l *locale) template.FuncMap {
	handlers := sync.OnceValue(s.handlers)
	return template.FuncMap{
		"t":    l.text,
		"th":   l.html,
		"addr": func(name string, values ...string) string { return address(l.language, name, values...) },
		"home": func() string { return homeAddress(l.language) },
		"words": func(f directory.Facet, value any) string {
			return s.words(l.language, f, fmt.Sprint(value))
		},
		"area":     func(code directory.AreaCode) string { return s.areaName(l.language, code) },
		"in":       func(t directory.Text) said { return l.in(t) },
		"markdown": func(t directory.Text) said { return l.markdownIn(t) },
		"plain":    plain,
		"link":     outward,
		"date":     l.date,
		"time":     l.time,
		"moment":   l.moment,
		"hours":    l.hours,
		"tongue":   l.tongue,
		"initial":  initial,
		"face":     s.face,
		"cards":    func(all []card) (template.HTML, error) { return s.drawCards(l, all) },
		"filters":  func(all []filterView) template.HTML { return drawFilters(l, all) },
		"presets":  func(all []presetView) template.HTML { return drawPresets(l, all) },
		"has":      func(name string) bool { return handlers()[name] != nil },
		"word":     l.word,
		"minus":    func(a, b int) int { return a - b },
		"choice":   func(id any, c choiceView) idChoice { return idChoice{choiceView: c, ID: fmt.Sprint(id)} },
		"chosenOne": func(all []choiceView) bool {
			return slices.ContainsFunc(all, func(c choiceView) bool { return c.Chosen })
		},
	}
}

// buffers hold pages while they are written.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// buffer gives an empty one.
func buffer() *bytes.Buffer {
	b, _ := buffers.Get().(*bytes.Buffer) // New makes nothing else
	b.Reset()
	return b
}

// render writes p in its layout.
func (s *Site) render(w http.ResponseWriter, v *visit, p page) {
	b := buffer()
	defer buffers.Put(b)
	t, err := s.pages[v.language()][p.template]()
	if err == nil {
		var f frame
		if f, err = s.frame(v, p); err == nil {
			err = t.ExecuteTemplate(b, "layout.html", f)
		}
	}
	if err != nil {
		s.log.ErrorContext(v.Context(), "page not rendered", "page", p.template, "error", err)
		http.Error(w, v.locale.text("error.broken"), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", string(v.language()))
	h.Set("Vary", "Accept, Accept-Language")
	if p.leaves {
		// Browsers hold the redirect behind a form to its policy too, and which
		// server that leads to is for the visitor to say.
		h.Set("Content-Security-Policy", contentPolicy("'self' "+s.options.Origin.Scheme+":"))
	}
	if p.alternate != "" {
		h.Add("Link", "<"+p.alternate+`>; rel="alternate"; type="application/activity+json"`)
	}
	if p.status != 0 && p.status != http.StatusOK {
		h.Set("Cache-Control", "no-store")
		w.WriteHeader(p.status)
		if v.Method != http.MethodHead {
			_, _ = w.Write(b.Bytes()) // the visitor has left where this fails
		}
		return
	}
	h.Set("Cache-Control", "public, max-age=60")
	if p.private {
		h.Set("Cache-Control", "no-store")
	}
	serve(w, v.Request, b.Bytes())
}

// serve answers with body, or with 304 to who has it already.
func serve(w http.ResponseWriter, r *http.Request, body []byte) { serveSince(w, r, body, time.Time{}) }

// serveSince is serve for what last changed at, where that is known.
func serveSince(w http.ResponseWriter, r *http.Request, body []byte, at time.Time) {
	sum := sha256.Sum256(body)
	h := w.Header()
	h.Set("ETag", `"`+base64.RawURLEncoding.EncodeToString(sum[:12])+`"`)
	if h.Get("Content-Type") == "" || slices.ContainsFunc(conditions, func(name string) bool { return r.Header.Get(name) != "" }) {
		http.ServeContent(w, r, "", at, bytes.NewReader(body))
		return
	}
	// Whole and without conditions, as most ask: ServeContent would copy it once more.
	h.Set("Accept-Ranges", "bytes")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if !at.IsZero() {
		h.Set("Last-Modified", at.UTC().Format(http.TimeFormat))
	}
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the visitor has left where this fails
	}
}

// conditions are the fields of a request that ask for less than everything (RFC 9110, 13 and 14).
var conditions = []string{"If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since", "Range", "If-Range"}

func (s *Site) frame(v *visit, p page) (frame, error) {
	brand := s.brand(v)
	edges, err := s.edges(v, brand)
	if err != nil {
		return frame{}, err
	}
	title := brand
	if p.title != "" && p.title != brand {
		title = p.title + " · " + brand
	}
	if p.fault {
		title = v.locale.text("error.prefix") + title
	}
	f := frame{
		Language: v.language(), Title: title, Description: p.description,
		Alternate: p.alternate, Feeds: p.feeds, Unlisted: p.unlisted || p.status >= 400,
		Stylesheet: s.assetAddress("site.css"), Mark: s.assetAddress("mark.svg"),
		Brand: brand, Links: edges.links, Body: p.data, Moved: s.gone(v.name), Foot: edges.foot,
	}
	if p.status < 400 {
		f.Canonical = s.absolute(v.pathIn(v.language()))
	}
	for _, l := range s.languages {
		to := v.pathIn(l)
		t := twin{Language: l, Name: s.locales[l].text("language.name"), Address: to, Absolute: s.absolute(to)}
		switch {
		case v.name == "home" || p.status >= 400:
			t.Address = homeAddress(l)
		case v.name == "interaction" && l == languages[0]:
			t.Address = withLanguage(to, l)
		}
		f.Twins = append(f.Twins, t)
	}
	return f, nil
}

// pathIn gives the address of the page visited in language l.
func (v *visit) pathIn(l directory.Language) string {
	query := url.Values{}
	for key, value := range v.URL.Query() {
		if key != "lang" && strings.Join(value, "") != "" {
			query[key] = value
		}
	}
	return withQuery(address(l, v.name, v.addressed()...), query)
}

// addressed gives the variables of the path visited, in their order.
func (v *visit) addressed() []string {
	var values []string
	vars := mux.Vars(v.Request)
	for _, name := range []string{"handle", "slug", "note", "code"} {
		if value, ok := vars[name]; ok {
			values = append(values, value)
		}
	}
	return values
}

// brand is the name of the whole site.
func (s *Site) brand(v *visit) string {
	if a := s.options.Aggregator; a != nil && a.Name != "" {
		return plain(a.Name)
	}
	if h, err := s.ownHoster(v.Context()); err == nil {
		return plain(h.Name)
	}
	return s.host()
}

func (s *Site) navigation(v *visit) []navigation {
	names := []string{}
	if s.options.Aggregator != nil {
		names = append(names, "find", "listings", "mutual-aid", "news")
	}
	if s.options.Hoster != "" {
		if s.options.Aggregator == nil {
			names = append(names, "services", "commitments")
		}
		names = append(names, "state")
	}
	if s.options.Aggregator == nil {
		names = append(names, "follow") // a directory's stands at the end of the page
	}
	links := make([]navigation, 0, len(names))
	for _, name := range names {
		links = append(links, navigation{
			Text:    v.locale.word("nav", name),
			Address: address(v.language(), name),
			Here:    v.name == name,
		})
	}
	return links
}

// edges are the links of the header and the end of a page, which are the same
// whenever that page is shown.
type edges struct{ links, foot template.HTML }

type edgesKey struct {
	page, brand string
	language    directory.Language
}

// mostEdges bounds the edges that are kept: there are some fifty pages.
const mostEdges = 256

// edges draws what stands around the pages of one name, or gives it as it was
// drawn before.
func (s *Site) edges(v *visit, brand string) (edges, error) {
	key := edgesKey{v.name, brand, v.language()}
	e, known := s.keptEdges.Get(key)
	if known {
		return e, nil
	}
	var err error
	if e.links, err = s.drawPart(v.language(), parts, "links", s.navigation(v)); err != nil {
		return e, err
	}
	if e.foot, err = s.drawPart(v.language(), parts, "foot", s.foot(v, brand)); err != nil {
		return e, err
	}
	s.keptEdges.Add(key, e)
	return e, nil
}

func (s *Site) foot(v *visit, brand string) foot {
	f := foot{Brand: brand, Owed: s.owedLinks(v.locale, v.name), Keeper: s.options.Aggregator, Version: s.options.Version, Sources: s.options.Areas != nil}
	if f.Keeper != nil {
		f.Owed = append([]navigation{{Text: v.locale.word("nav", "follow"), Address: address(v.language(), "follow"), Here: v.name == "follow"}}, f.Owed...)
		f.Contact = outward(f.Keeper.Contact)
		f.API = true
	}
	return f
}
