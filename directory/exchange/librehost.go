package exchange

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"matou/directory"
)

// LibrehostPath is where a hoster serves its librehost.json.
const LibrehostPath = "/librehost.json"

// librehostVersion is of the schema, not of a file.
const librehostVersion = "0.0.1"

// librehostKeys are the keys of version 0.0.1. Its validator wants each of
// them and no other.
var librehostKeys = []string{
	"@context", "@type", "version", "organizationType", "name", "tagLine", "homeUrl", "logo", "description", "communicationLanguages",
	"contactUrl", "privacyPolicyUrl", "termsOfServiceUrl", "isServiceProvider", "foundingDate", "dateCreated", "dateModified",
}

// librehostAliases are keys of the drafts before it that are still met.
var librehostAliases = []string{"logoUrl", "url", "languages", "privacyUrl", "tosUrl", "donationsUrl"}

// librehostKept are known and told nothing of: a profile has no place for them.
var librehostKept = []string{"privacyPolicyUrl", "privacyUrl", "dateCreated"}

// librehostForms are the words that organizations use for what they are; the
// first of a form is written.
var librehostForms = enum[directory.LegalForm]{
	{"Association", directory.FormAssociation},
	{"Informal collective", directory.FormInformal},
	{"Cooperative", directory.FormCooperative},
	{"Micro-company", directory.FormMicroCompany},
	{"Company", directory.FormCompany},
	{"Individual", directory.FormIndividual},
	{"Other", directory.FormOther},
	{"Non-profit", directory.FormAssociation},
	{"Nonprofit", directory.FormAssociation},
	{"Non-profit organization", directory.FormAssociation},
	{"NGO", directory.FormAssociation},
	{"asbl", directory.FormAssociation},
	{"e.V.", directory.FormAssociation},
	{"Collective", directory.FormInformal},
	{"Informal", directory.FormInformal},
	{"Co-operative", directory.FormCooperative},
	{"Coop", directory.FormCooperative},
	{"Co-op", directory.FormCooperative},
	{"Private person", directory.FormIndividual},
	{"Person", directory.FormIndividual},
	{"Self-employed", directory.FormMicroCompany},
	{"Freelance", directory.FormMicroCompany},
}

// librehostLanguage is the language of texts in a librehost.json, which does
// not say; its files are in English for the most part.
const librehostLanguage directory.Language = "en"

// readStructure reads what an organization says that it is.
func readStructure(s string) (directory.LegalForm, error) {
	form, err := librehostForms.read(s)
	if err != nil {
		return "", reason("%s is no kind of structure that is known here", quote(s))
	}
	return form, nil
}

func isWrappedLibrehost(o object) bool {
	d := o.sub("data")
	return d.has("name") && (d.has("homeUrl") || d.has("tagLine"))
}

// readLibrehost reads a librehost.json, wrapped in "data" or not.
func readLibrehost(source string, raw []byte) (Reading, error) {
	v, err := parseJSON(source, raw)
	if err != nil {
		return Reading{}, err
	}
	o, ok := v.(object)
	if !ok {
		return Reading{}, directory.Invalid(source, "is no librehost.json: it is no JSON object")
	}
	if isWrappedLibrehost(o) {
		o = o.sub("data")
	}
	l := librehost{source: source, o: o}
	h := directory.Hoster{
		Name:    l.o.str("name"),
		Website: l.address("homeUrl", "url"),
		Logo:    l.address("logo", "logoUrl"),
		Legal:   l.address("termsOfServiceUrl", "tosUrl"),
	}
	if s := o.str("organizationType"); s != "" {
		take(&l, "organizationType", &h.Form, readStructure, s)
	}
	if s := o.str("tagLine"); s != "" {
		h.Summary = directory.Text{librehostLanguage: s}
	}
	if s := o.str("description"); s != "" {
		h.Description = directory.Text{librehostLanguage: s}
	}
	l.contact(&h)
	l.languages(&h)
	if s := o.str("foundingDate"); s != "" {
		take(&l, "foundingDate", &h.Since, readDate, s)
	}
	if s := o.str("dateModified"); s != "" {
		take(&l, "dateModified", &h.UpdatedAt, readTime, s)
		h.ConfirmedAt = h.UpdatedAt
	}
	if s := l.address("donationsUrl"); s != "" {
		h.Links = []directory.Link{{Kind: directory.LinkFunding, Name: "donations", URL: s}}
	}
	l.unused()
	return Reading{Hosters: []Found{{Hoster: h, SaidAt: h.UpdatedAt, Warnings: l.warnings}}}, nil
}

// librehost is a file while it is read.
type librehost struct {
	source   string
	o        object
	warnings []Warning
}

func (l *librehost) warn(key, why string) {
	l.warnings = append(l.warnings, Warning{File: l.source, Key: key, Reason: why})
}

func (l *librehost) unknown(key, why string) {
	l.warnings = append(l.warnings, Warning{File: l.source, Key: key, Reason: why, Unknown: true})
}

func take[T any](l *librehost, key string, at *T, read func(string) (T, error), s string) {
	v, err := read(s)
	if err != nil {
		l.warn(key, err.Error())
		return
	}
	*at = v
}

// address gives the address under the first of the keys that has one.
func (l *librehost) address(keys ...string) (address string) {
	for _, k := range keys {
		if s := l.o.str(k); s != "" {
			take(l, k, &address, readAddress, s)
			return address
		}
	}
	return ""
}

func (l *librehost) contact(h *directory.Hoster) {
	s := l.o.str("contactUrl")
	switch {
	case s == "":
	case strings.HasPrefix(s, "mailto:"):
		take(l, "contactUrl", &h.Contact.Email, readEmail, s)
	default:
		take(l, "contactUrl", &h.Contact.URL, readAddress, s)
	}
}

func (l *librehost) languages(h *directory.Hoster) {
	all := l.o.strs("communicationLanguages")
	if len(all) == 0 {
		all = l.o.strs("languages")
	}
	for _, s := range all {
		code, _, _ := strings.Cut(strings.ToLower(s), "-")
		if !slices.Contains(h.Languages, directory.Language(code)) {
			h.Languages = append(h.Languages, directory.Language(code))
		}
	}
}

// unused tells of keys for which there is no word here.
func (l *librehost) unused() {
	known := slices.Concat(librehostKeys, librehostAliases, librehostKept)
	for _, k := range l.o.rest(known) {
		l.unknown(k, "this is no key that is known here; it is kept in the file and not used")
	}
	for _, k := range librehostKept {
		if l.o.str(k) != "" && k != "dateCreated" {
			l.unknown(k, "a profile has no place for it; it is kept in the file")
		}
	}
}

// ExportLibrehost writes h as a librehost.json 0.0.1 with all the keys of that
// version: what is not said is an empty text. base is the file that h was
// imported from, or nil: its keys that are not known here are kept, and what
// it says of privacy and of its own beginning.
func ExportLibrehost(h directory.Hoster, base []byte) ([]byte, error) {
	out := map[string]any{}
	if v, err := parseJSON("", base); err == nil {
		if o, ok := v.(object); ok {
			if isWrappedLibrehost(o) {
				o = o.sub("data")
			}
			maps.Copy(out, o)
		}
	}
	for _, alias := range librehostAliases {
		delete(out, alias)
	}
	summary, _ := h.Summary.In(librehostLanguage)
	description, _ := h.Description.In(librehostLanguage)
	languages := h.Languages
	if languages == nil {
		languages = []directory.Language{}
	}
	contact := h.Contact.URL
	if contact == "" && h.Contact.Email != "" {
		contact = "mailto:" + h.Contact.Email
	}
	for key, value := range map[string]any{
		"@context": "http://schema.org", "@type": "Organization", "version": librehostVersion,
		"organizationType": librehostForms.write(h.Form), "name": h.Name, "tagLine": summary,
		"homeUrl": h.Website, "logo": h.Logo, "description": description,
		"communicationLanguages": languages, "contactUrl": contact, "termsOfServiceUrl": h.Legal,
		"isServiceProvider": len(h.Services) > 0, "foundingDate": founding(h.Since), "dateModified": isoTime(lastSaid(h)),
	} {
		out[key] = value
	}
	for _, key := range []string{"privacyPolicyUrl", "dateCreated"} {
		if _, ok := out[key]; !ok {
			out[key] = ""
		}
	}
	return encodeJSON(out)
}

// founding writes a year as the number that the schema wants, and what is
// finer as schema.org has it.
func founding(d directory.Date) any {
	switch {
	case d.IsZero():
		return ""
	case d.Month == 0 && d.Year >= 1000:
		return json.Number(strconv.Itoa(d.Year))
	}
	return d.String()
}

func isoTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// readLibrehosters reads a directory.json: names to addresses of
// librehost.json files, which are the links of the reading.
func readLibrehosters(source string, raw []byte) (Reading, error) {
	v, err := parseJSON(source, raw)
	if err != nil {
		return Reading{}, err
	}
	o, ok := v.(object)
	if !ok {
		return Reading{}, directory.Invalid(source, "is no directory.json: it is no JSON object")
	}
	var r Reading
	for _, name := range slices.Sorted(maps.Keys(o)) {
		address, err := readAddress(asString(o[name]))
		if err != nil {
			r.Warnings = append(r.Warnings, Warning{File: source, Key: name, Reason: leftOut(err)})
			continue
		}
		r.Links = append(r.Links, Link{Name: name, URL: address, Format: FormatLibrehost})
	}
	return r, nil
}

// ExportLibrehosters writes a directory.json: for each hoster with a node, its
// host and the address of its librehost.json there.
func ExportLibrehosters(listings []directory.Listing) ([]byte, error) {
	out := map[string]string{}
	for _, l := range listings {
		h := l.Hoster
		if o := origin(h.ID); o != "" && l.File == nil {
			out[h.ID.Host()] = o + LibrehostPath
		}
	}
	return encodeJSON(out)
}
