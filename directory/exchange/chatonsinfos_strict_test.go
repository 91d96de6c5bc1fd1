package exchange_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"matou/directory"
	"matou/directory/directorytest"
	"matou/directory/exchange"
)

// What the description of StatoolInfos (GENERAL.md, ONTOLOGY.md, CONCEPT.md)
// and the templates of chatonsinfos ask of a file, as a reader would that takes
// nothing else: its sections by class, its keys that are due, the form of each
// value. It shares no code with the one that writes.
var (
	strictLine     = regexp.MustCompile(`^([a-z][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)+) = (\S.*)$`)
	strictSections = map[string][]string{
		"FEDERATION":   {"file", "federation", "subs", "metrics"},
		"ORGANIZATION": {"file", "organization", "subs", "metrics"},
		"SERVICE":      {"file", "service", "host", "software", "metrics"},
	}
	strictDue = map[string][]string{
		"FEDERATION":   {"federation.name", "federation.description", "federation.website"},
		"ORGANIZATION": {"organization.name", "organization.type", "organization.status.level", "organization.country.name", "organization.memberof.chatons.startdate", "organization.memberof.chatons.status.level"},
		"SERVICE":      {"service.name", "service.website", "service.status.level", "service.registration", "service.registration.load", "software.name", "software.license.name", "host.name", "host.provider.type", "host.server.type", "host.server.distribution"},
	}
	strictAll    = []string{"file.class", "file.protocol", "file.datetime", "file.generator", "file.url"}
	strictDay    = regexp.MustCompile(`^\d{4}(-\d\d(-\d\d)?)?$`)
	strictMoment = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$`)
	strictURL    = regexp.MustCompile(`^https?://[^\s/]+\.[^\s/]+(/\S*)?$`)
	strictDegree = regexp.MustCompile(`^[+-]?\d+[,.]\d{1,8}$`)
	strictValues = []struct{ key, form *regexp.Regexp }{
		{regexp.MustCompile(`^file\.class$`), regexp.MustCompile(`^(?i:federation|organization|service)$`)},
		{regexp.MustCompile(`^file\.protocol$`), regexp.MustCompile(`^ChatonsInfos-0\.\d$`)},
		{regexp.MustCompile(`^file\.datetime$`), strictMoment},
		{regexp.MustCompile(`\.(startdate|enddate)$`), strictDay},
		{regexp.MustCompile(`^subs\.|\.(url|website|logo|favicon|technical|user)$`), strictURL},
		{regexp.MustCompile(`\.email$`), regexp.MustCompile(`^[^@\s]+@[^@\s]+$`)},
		{regexp.MustCompile(`\.(latitude|longitude)$`), strictDegree},
		{regexp.MustCompile(`\.country\.code$`), regexp.MustCompile(`^[A-Z]{2}$`)},
		{regexp.MustCompile(`^organization\.type$`), regexp.MustCompile(`^(ASSOCIATION|INFORMAL|COOPERATIVE|MICROCOMPANY|COMPANY|INDIVIDUAL|OTHER)$`)},
		{regexp.MustCompile(`^organization\.(memberof\.\w+\.)?status\.level$`), regexp.MustCompile(`^(ACTIVE|IDLE|AWAY)$`)},
		{regexp.MustCompile(`^service\.status\.level$`), regexp.MustCompile(`^(OK|WARNING|ALERT|ERROR|OVER|VOID)$`)},
		{regexp.MustCompile(`^service\.registration$`), regexp.MustCompile(`^(None|Free|Member|Client)(;(None|Free|Member|Client))*$`)},
		{regexp.MustCompile(`^service\.registration\.load$`), regexp.MustCompile(`^(OPEN|FULL)$`)},
		{regexp.MustCompile(`^host\.provider\.type$`), regexp.MustCompile(`^(HOME|HOSTEDBAY|HOSTEDSERVER|OUTSOURCED)$`)},
		{regexp.MustCompile(`^host\.server\.type$`), regexp.MustCompile(`^(NANO|PHYSICAL|VIRTUAL|SHARED|CLOUD)$`)},
	}
)

// readStrictly gives the lines of a file by key, and all that a strict reader
// finds wrong with it.
func readStrictly(raw []byte) (map[string]string, []string) {
	said, faults := map[string]string{}, []string(nil)
	for i, line := range strings.Split(string(raw), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		m := strictLine.FindStringSubmatch(line)
		if m == nil {
			faults = append(faults, fmt.Sprintf("line %d is no “path = value”: %q", i+1, line))
			continue
		}
		if _, twice := said[m[1]]; twice {
			faults = append(faults, m[1]+" is there twice")
		}
		said[m[1]] = m[2]
		for _, v := range strictValues {
			if v.key.MatchString(m[1]) && !v.form.MatchString(m[2]) {
				faults = append(faults, fmt.Sprintf("%s: %q has not the form %s", m[1], m[2], v.form))
			}
		}
	}
	for key := range said {
		if section, _, _ := strings.Cut(key, "."); !slices.Contains(strictSections[strings.ToUpper(said["file.class"])], section) {
			faults = append(faults, fmt.Sprintf("a file of class %q has no %s", said["file.class"], key))
		}
	}
	return said, faults
}

func TestStrictReaderTakesOurFiles(t *testing.T) {
	look := func(name string, raw []byte, due ...string) {
		t.Helper()
		said, faults := readStrictly(raw)
		for _, key := range due {
			if said[key] == "" {
				faults = append(faults, key+" is missing")
			}
		}
		if len(faults) > 0 {
			t.Errorf("%s: %q in\n%s", name, faults, raw)
		}
	}
	full := directorytest.Listing("Les Lucioles")
	due := func(class string) []string { return slices.Concat(strictAll, strictDue[class]) }
	look("the hoster", exchange.ExportHoster(full.Hoster, nil).Bytes(), due("ORGANIZATION")...)
	for _, s := range full.Hoster.Services {
		look(s.Slug, exchange.ExportService(s, full.Hoster, nil).Bytes(), due("SERVICE")...)
	}
	collective := exchange.Collective{Slug: "chatons", Name: "CHATONS", Description: directory.Text{"fr": "Le collectif"}, Website: "https://chatons.example/", UpdatedAt: directorytest.Day}
	members := []exchange.Member{{Handle: "les_lucioles", URL: "https://les-lucioles.example/.well-known/chatonsinfos/les_lucioles.properties"}}
	look("the federation", exchange.ExportFederation(collective, "https://annuaire.example/.well-known/chatonsinfos/annuaire.properties", members).Bytes(), due("FEDERATION")...)
	for _, l := range directorytest.Listings(100, 3) { // who says less writes less, and nothing wrong
		look(l.Hoster.Name, exchange.ExportHoster(l.Hoster, nil).Bytes(), strictAll...)
		for _, s := range l.Hoster.Services {
			look(s.Name, exchange.ExportService(s, l.Hoster, nil).Bytes(), strictAll...)
		}
	}
}
