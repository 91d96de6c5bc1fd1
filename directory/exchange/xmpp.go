package exchange

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"matou/directory"
)

// XMPPPath is where an XMPP server's domain serves its file for XMPP
// Providers, version 2.
const XMPPPath = "/.well-known/xmpp-provider-v2.json"

// xmppServers are the programs that speak XMPP to other servers.
var xmppServers = []string{"ejabberd", "prosody", "snikket", "openfire", "tigase", "metronome", "xmpp"}

// SpeaksXMPP reports whether a service is an XMPP server, by its software.
func SpeaksXMPP(s directory.Service) bool {
	name := strings.ToLower(s.Software.Name)
	return slices.ContainsFunc(xmppServers, func(server string) bool { return strings.HasPrefix(name, server) })
}

// xmppForms are the organizations of the format, which has fewer than we.
var xmppForms = []struct {
	written string
	forms   []directory.LegalForm
}{
	{"non-governmental", []directory.LegalForm{directory.FormAssociation, directory.FormInformal}},
	{"company", []directory.LegalForm{directory.FormCompany, directory.FormCooperative}},
	{"commercial person", []directory.LegalForm{directory.FormMicroCompany}},
	{"private person", []directory.LegalForm{directory.FormIndividual}},
}

// readXMPP reads a file for XMPP Providers, version 2, as hints. How much it
// stores and for how long is left to that directory.
func readXMPP(source string, raw []byte) (Reading, error) {
	v, err := parseJSON(source, raw)
	if err != nil {
		return Reading{}, err
	}
	o, ok := v.(object)
	if !ok {
		return Reading{}, directory.Invalid(source, "is no file for XMPP Providers: it is no JSON object")
	}
	h := hints{about: site(source), source: source, format: FormatXMPP}
	h.tell(HintWebsite, inLanguages(o["website"]))
	h.tell(HintTerms, inLanguages(o["legalNotice"]))
	h.tell(HintForm, o.str("organization"))
	h.tell(HintSince, o.str("since"))
	if n, err := strconv.Atoi(o.str("busFactor")); err == nil && n > 0 {
		h.tell(HintRescuers, strconv.Itoa(n))
	}
	if free, ok := o["freeOfCharge"].(bool); ok {
		h.tell(HintFree, map[bool]string{true: "yes", false: "no"}[free])
	}
	h.tell(HintCountry, strings.ToUpper(strings.Join(o.strs("serverLocations"), ", ")))
	return Reading{Hints: h.all}, nil
}

// inLanguages gives one address of those for several languages: the French
// one, else the English, else the first by alphabet.
func inLanguages(v any) string {
	o, ok := v.(object)
	if !ok {
		return asString(v)
	}
	if s := o.str("fr", "en"); s != "" {
		return s
	}
	return o.str(slices.Sorted(maps.Keys(o))...)
}

// ExportXMPP writes what h says of s for XMPP Providers, version 2. What is
// not said is left out, so that nobody reads a "no" from it; what only the
// server itself knows (how long it stores what) is for the server to say.
func ExportXMPP(s directory.Service, h directory.Hoster) ([]byte, error) {
	out := map[string]any{}
	if s.Website != "" {
		out["website"] = perLanguage(h, s.Website)
	}
	if terms := s.Terms; terms != "" {
		out["legalNotice"] = perLanguage(h, terms)
	}
	for _, f := range xmppForms {
		if slices.Contains(f.forms, h.Form) {
			out["organization"] = f.written
		}
	}
	if n := h.Work.CanRepair; n != nil && *n > 0 {
		out["busFactor"] = *n
	}
	if on, _ := h.HostingOf(s); on.Country != "" {
		out["serverLocations"] = []string{strings.ToLower(string(on.Country))}
	}
	if s.Since.Day != 0 {
		out["since"] = s.Since.String()
	}
	if len(s.Registration.OpenTo) == 1 && s.Registration.OpenTo[0] == directory.OpenToAnyone {
		out["freeOfCharge"] = true
	}
	return encodeJSON(out)
}

// perLanguage gives one address for each language that people are answered
// in: the format has an address for each.
func perLanguage(h directory.Hoster, address string) map[directory.Language]string {
	all := map[directory.Language]string{}
	for _, l := range h.Languages {
		all[l] = address
	}
	if len(all) == 0 {
		all[fileLanguage] = address
	}
	return all
}
