package exchange

import (
	"encoding/json"
	"slices"
	"strings"

	"matou/directory"
)

// maxBlocks is how many blocks of JSON-LD of one page are read.
const maxBlocks = 20

// organizationTypes are the types of schema.org that are read as a hoster.
var organizationTypes = []string{"Organization", "NGO", "Corporation", "LocalBusiness", "ProfessionalService", "Cooperative", "OnlineBusiness", "Project"}

// readJSONLD reads the organizations of a schema.org document, or of the
// blocks of them that stand in a page, with the services that name them as
// their own. It is read as plain JSON: contexts are not fetched, and names are
// those of schema.org with or without "schema:" before them.
func readJSONLD(source string, raw []byte) (Reading, error) {
	blocks := [][]byte{raw}
	if text := strings.TrimSpace(strings.TrimPrefix(string(raw), byteOrderMark)); strings.HasPrefix(text, "<") {
		if blocks = jsonBlocks(text); len(blocks) == 0 {
			return Reading{}, directory.Invalid(source, "is a page without JSON-LD in it: look there for a librehost.json, a .properties file or an address of a profile")
		}
	}
	var g schemaGraph
	var r Reading
	for _, block := range blocks {
		v, err := parseJSON(source, block)
		if err != nil && len(blocks) == 1 {
			return Reading{}, err
		}
		if err != nil {
			r.Warnings = append(r.Warnings, Warning{File: source, Reason: err.Error()})
			continue
		}
		g.gather(v)
	}
	if len(g.organizations) == 0 {
		return Reading{}, directory.Invalid(source, "tells of no organization in the words of schema.org")
	}
	if len(g.organizations) > MaxHosters {
		return Reading{}, directory.Invalid(source, "tells of more than %d organizations", MaxHosters)
	}
	for _, o := range g.organizations {
		s := schema{source: source}
		r.Hosters = append(r.Hosters, Found{Hoster: s.hoster(o, g.services[ownerKey(o)]), Warnings: s.warnings})
	}
	return r, nil
}

// jsonBlocks gives what stands in the scripts of a page that are JSON-LD.
func jsonBlocks(page string) [][]byte {
	var blocks [][]byte
	for len(blocks) < maxBlocks {
		at := indexFold(page, "<script")
		if at < 0 {
			return blocks
		}
		page = page[at+len("<script"):]
		attributes, rest, ok := strings.Cut(page, ">")
		end := indexFold(rest, "</script")
		if !ok || end < 0 {
			return blocks
		}
		if strings.Contains(strings.ToLower(attributes), "application/ld+json") {
			blocks = append(blocks, []byte(rest[:end]))
		}
		page = rest[end:]
	}
	return blocks
}

// indexFold finds an ASCII word of small letters in a text, whatever its case.
func indexFold(s, word string) int {
	for i := 0; ; i++ {
		at := strings.IndexByte(s[i:], word[0])
		if at < 0 || len(s)-i-at < len(word) {
			return -1
		}
		if i += at; strings.EqualFold(s[i:i+len(word)], word) {
			return i
		}
	}
}

// schemaGraph is the things of a document that are of interest.
type schemaGraph struct {
	organizations []object
	services      map[string][]object // by ownerKey of who runs them
}

// gather walks lists and @graph; it goes no deeper, as what lies below is
// part of something else.
func (g *schemaGraph) gather(v any) {
	for _, item := range asList(v) {
		o, _ := item.(object)
		for _, below := range o.list("@graph") {
			g.gather(below)
		}
		switch {
		case slices.ContainsFunc(types(o), func(t string) bool { return slices.Contains(organizationTypes, t) }):
			g.organizations = append(g.organizations, o)
		case slices.Contains(types(o), "Service"), slices.Contains(types(o), "WebApplication"):
			if g.services == nil {
				g.services = map[string][]object{}
			}
			by := ownerKey(o.sub("provider"))
			g.services[by] = append(g.services[by], o)
		}
	}
}

// ownerKey tells organizations of one document apart.
func ownerKey(o object) string { return firstSaid(o.str("@id"), o.str("name"), o.str("url")) }

func types(o object) []string {
	all := o.strs("@type")
	for i, t := range all {
		t = strings.TrimPrefix(t, "https://schema.org/")
		t = strings.TrimPrefix(t, "http://schema.org/")
		all[i] = strings.TrimPrefix(t, "schema:")
	}
	return all
}

// schema is one organization while it is read.
type schema struct {
	source   string
	warnings []Warning
}

func (s *schema) refuse(key string, err error) {
	s.warnings = append(s.warnings, Warning{File: s.source, Key: key, Reason: leftOut(err)})
}

func (s *schema) hoster(o object, services []object) directory.Hoster {
	h := directory.Hoster{
		Name:        oneText(o["name"]),
		Summary:     schemaWords(o["slogan"]),
		Description: schemaWords(o["description"]),
		Website:     addressOf(o["url"]),
		Logo:        addressOf(o["logo"]),
		Contact:     directory.Contact{Phone: o.str("telephone")},
		Seat:        seatOf(o),
	}
	if id := o.str("@id"); isWeb(id) {
		h.ID = directory.ID(id)
	}
	if len(h.Summary) == 0 && isShort(h.Description) {
		h.Summary, h.Description = h.Description, nil
	}
	if mail := o.str("email"); mail != "" {
		v, err := readEmail(mail)
		if err != nil {
			s.refuse("email", err)
		}
		h.Contact.Email = v
	}
	h.Since, h.Until = s.day(o, "foundingDate"), s.day(o, "dissolutionDate")
	h.Languages = schemaLanguages(o["knowsLanguage"])
	s.contactPoint(o, &h)
	for _, v := range o.strs("sameAs") {
		if isWeb(v) && len(h.Links) < directory.MaxList {
			h.Links = append(h.Links, directory.Link{Kind: directory.LinkSocial, Name: Slug(hostLabel(strings.TrimPrefix(directory.ID(v).Host(), "www."))), URL: v})
		}
	}
	if p := o.sub("parentOrganization"); p != nil {
		h.Owner = &directory.Owner{Name: oneText(p["name"]), Website: addressOf(p["url"]), Logo: addressOf(p["logo"])}
	}
	for _, v := range o.list("memberOf") {
		m, _ := v.(object)
		if name := oneText(m["name"]); name != "" {
			h.Memberships = append(h.Memberships, directory.Membership{Collective: Slug(name)})
		}
	}
	h.Services = schemaServices(services)
	return h
}

func isShort(t directory.Text) bool {
	for _, s := range t {
		if len(s) > directory.MaxSummary {
			return false
		}
	}
	return len(t) > 0
}

func (s *schema) day(o object, key string) directory.Date {
	said := o.str(key)
	if said == "" {
		return directory.Date{}
	}
	d, err := readDate(said)
	if err != nil {
		s.refuse(key, err)
	}
	return d
}

func (s *schema) contactPoint(o object, h *directory.Hoster) {
	for _, v := range o.list("contactPoint") {
		c, _ := v.(object)
		fill(&h.Contact.URL, addressOf(c["url"]))
		fill(&h.Contact.Phone, c.str("telephone"))
		if mail, err := readEmail(c.str("email")); err == nil {
			fill(&h.Contact.Email, mail)
		}
		if len(h.Contact.Languages) == 0 {
			h.Contact.Languages = schemaLanguages(c["availableLanguage"])
		}
		for _, v := range c.list("hoursAvailable") {
			if hours, ok := schemaHours(v); ok {
				h.Contact.Hours = append(h.Contact.Hours, hours)
			}
		}
	}
}

func schemaHours(v any) (directory.Hours, bool) {
	o, _ := v.(object)
	h := directory.Hours{From: clock(o.str("opens")), To: clock(o.str("closes"))}
	for _, d := range o.strs("dayOfWeek") {
		d = d[strings.LastIndexByte(d, '/')+1:]
		if at := slices.Index(schemaDays, d); at >= 0 {
			h.Days = append(h.Days, weekDays[at])
		}
	}
	return h, len(h.Days) > 0 && h.From != "" && h.To != ""
}

// clock cuts the seconds off a time of the day.
func clock(s string) string { return s[:min(len(s), 5)] }

func seatOf(o object) directory.Place {
	var p directory.Place
	a := o.sub("address")
	if a == nil {
		p.Address = o.str("address")
	}
	p.Address = firstSaid(p.Address, a.str("streetAddress"))
	p.Name = oneText(a["addressLocality"])
	country := a.str("addressCountry")
	if c := a.sub("addressCountry"); c != nil {
		country = c.str("name", "identifier")
	}
	if p.Country = countryNamed(country); p.Country == "" {
		p.Country, _ = readCountry(country)
	}
	geo := o.sub("location").sub("geo")
	if geo == nil {
		geo = o.sub("geo")
	}
	latitude, errLatitude := json.Number(geo.str("latitude")).Float64()
	longitude, errLongitude := json.Number(geo.str("longitude")).Float64()
	if errLatitude == nil && errLongitude == nil {
		p.Point = &directory.Point{Latitude: latitude, Longitude: longitude}
	}
	return p
}

func schemaServices(all []object) []directory.Service {
	taken := map[string]bool{}
	var services []directory.Service
	for _, o := range all {
		if len(services) == directory.MaxServices {
			return services
		}
		s := directory.Service{
			Name: oneText(o["name"]), Summary: schemaWords(o["description"]), Website: addressOf(o["url"]),
			Logo: addressOf(o["logo"]), Terms: addressOf(o["termsOfService"]), Software: directory.Software{Name: o.str("serviceType")},
		}
		if id := o.str("@id"); isWeb(id) {
			s.ID = directory.ID(id)
		}
		s.Slug = unique(taken, Slug(firstSaid(o.str("identifier"), s.Name)), maxName)
		services = append(services, s)
	}
	return services
}

// schemaWords reads a text in one or several languages; one without a language
// is taken as French.
func schemaWords(v any) directory.Text {
	t := directory.Text{}
	for _, item := range asList(v) {
		s, l := asString(item), fileLanguage
		if o, ok := item.(object); ok {
			s = o.str("@value")
			if said := o.str("@language"); said != "" {
				l = directory.Language(strings.ToLower(strings.SplitN(said, "-", 2)[0]))
			}
		}
		if s != "" && t[l] == "" {
			t[l] = s
		}
	}
	if len(t) == 0 {
		return nil
	}
	return t
}

// oneText gives a text in French where it stands in several languages.
func oneText(v any) string {
	s, _ := schemaWords(v).In(fileLanguage)
	return s
}

// addressOf gives an address that stands alone, in a list, or in an object
// such as an ImageObject.
func addressOf(v any) string {
	for _, item := range asList(v) {
		s := asString(item)
		if o, ok := item.(object); ok {
			s = o.str("url", "contentUrl", "@id")
		}
		if isWeb(s) {
			return s
		}
	}
	return ""
}

func schemaLanguages(v any) []directory.Language {
	var all []directory.Language
	for _, item := range asList(v) {
		s := asString(item)
		if o, ok := item.(object); ok {
			s = o.str("alternateName", "name")
		}
		code, _, _ := strings.Cut(strings.ToLower(s), "-")
		if l := directory.Language(code); (len(l) == 2 || len(l) == 3) && !slices.Contains(all, l) {
			all = append(all, l)
		}
	}
	return all
}
