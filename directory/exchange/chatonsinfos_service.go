package exchange

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"matou/directory"
)

var serviceFields = []field[directory.Service]{
	text("service.name", func(s *directory.Service) *string { return &s.Name }),
	words("service.description", func(s *directory.Service) *directory.Text { return &s.Summary }),
	address("service.website", func(s *directory.Service) *string { return &s.Website }),
	address("service.logo", func(s *directory.Service) *string { return &s.Logo }, "service.logo.url"),
	address("service.legal.url", func(s *directory.Service) *string { return &s.Terms }),
	address("service.guide.technical", func(s *directory.Service) *string { return &s.Guides.Technical }, "service.technical.url"),
	address("service.guide.user", func(s *directory.Service) *string { return &s.Guides.User }),
	address("service.contact.url", func(s *directory.Service) *string { return &s.Contact.URL }),
	email("service.contact.email", func(s *directory.Service) *string { return &s.Contact.Email }),
	date("service.startdate", func(s *directory.Service) *directory.Date { return &s.Since }),
	date("service.enddate", func(s *directory.Service) *directory.Date { return &s.Until }),
	oneOf("service.status.level", levels, func(s *directory.Service) *directory.Level { return &s.Level }, "service.status"),
	prose("service.status.description", directory.MaxText, func(s *directory.Service) *string { return &s.LevelComment }),
	{"service.registration", nil, readRegistration, writeRegistration},
	oneOf("service.registration.load", loads, func(s *directory.Service) *directory.Capacity { return &s.Registration.Capacity }),
	text("software.name", func(s *directory.Service) *string { return &s.Software.Name }),
	address("software.website", func(s *directory.Service) *string { return &s.Software.Website }),
	text("software.license.name", func(s *directory.Service) *string { return &s.Software.Licence }),
	address("software.license.url", func(s *directory.Service) *string { return &s.Software.LicenceURL }),
	text("software.version", func(s *directory.Service) *string { return &s.Software.Version }),
	address("software.source.url", func(s *directory.Service) *string { return &s.Software.Source }),
	value("software.modules", readModules, func(m []string) string { return strings.Join(m, ";") }, func(s *directory.Service) *[]string { return &s.Software.Modules }),
	text("host.name", func(s *directory.Service) *string { return &s.Hosting.MachineRoom }, "host.provider"),
	prose("host.description", directory.MaxText, func(s *directory.Service) *string { return &s.Hosting.Description }),
	oneOf("host.provider.type", roomKinds, func(s *directory.Service) *string { return &s.Hosting.MachineRoomKind }),
	oneOf("host.server.type", serverKinds, func(s *directory.Service) *string { return &s.Hosting.ServerKind }),
	text("host.server.distribution", func(s *directory.Service) *string { return &s.Hosting.Distribution }),
	country("host.country.code", func(s *directory.Service) *directory.AreaCode { return &s.Hosting.Country }),
	countryWords("host.country.name", func(s *directory.Service) *directory.AreaCode { return &s.Hosting.Country }),
}

func readModules(v string) ([]string, error) {
	items := splitList(v)
	if len(items) > directory.MaxList {
		return nil, reason("the list has %d items, and may have %d", len(items), directory.MaxList)
	}
	for i := range items {
		item, err := readLine(items[i], directory.MaxName)
		if err != nil {
			return nil, err
		}
		items[i] = item
	}
	return items, nil
}

// readRegistration takes one list apart into what it says: None is use without
// an account, the others are who may open one. That the list lacks None does
// not say that nothing can be done without an account.
func readRegistration(s *directory.Service, v string) error {
	chosen := map[directory.OpenTo]bool{}
	var unknown []string
	for _, item := range splitList(v) {
		if strings.EqualFold(item, "None") {
			s.Registration.WithoutAccount = directory.UseFull
			continue
		}
		public, err := publics.read(item)
		if err != nil {
			unknown = append(unknown, quote(item))
			continue
		}
		chosen[public] = true
	}
	for _, p := range publics {
		if chosen[p.means] {
			s.Registration.OpenTo = append(s.Registration.OpenTo, p.means)
		}
	}
	if unknown == nil {
		return nil
	}
	return fmt.Errorf("%s is none of None, Free, Member, Client; it is kept in the file and not used", strings.Join(unknown, ", "))
}

func writeRegistration(s *directory.Service) string {
	var items []string
	if s.Registration.WithoutAccount == directory.UseFull {
		items = append(items, "None")
	}
	for _, p := range publics {
		for _, public := range s.Registration.OpenTo {
			if public == p.means {
				items = append(items, p.written)
				break
			}
		}
	}
	return strings.Join(items, ";")
}

// Service reads a service from its file. It has no ID; its slug comes from the
// name of the file, else from its own name. Values that cannot be used are
// told as warnings. The error, a directory.ErrInvalid, says that f is no
// service file.
func Service(f *File) (directory.Service, []Warning, error) {
	if class := f.Class(); class != ClassService {
		return directory.Service{}, nil, wrongClass(f, class, ClassService)
	}
	s, warnings := readService(f)
	return s, append(warnings, unknownKeys(f)...), nil
}

func readService(f *File) (directory.Service, []Warning) {
	var s directory.Service
	warnings := readFields(f, "", serviceFields, &s)
	if s.Name == "" {
		warnings = append(warnings, Warning{File: f.Name, Key: "service.name", Reason: "no name is given; a service needs one"})
	}
	warnings = append(warnings, checkPeriod(f, "service.", s.Since, &s.Until)...)
	if err := oddHosting(s.Hosting); err != nil {
		warnings = append(warnings, Warning{File: f.Name, Key: "host.server.type", Reason: err.Error()})
	}
	s.Slug = fileSlug(f.Name)
	if s.Slug == "" {
		s.Slug = Slug(s.Name)
	}
	return s, warnings
}

// oddHosting tells a pair of host.provider.type and host.server.type that the
// format's own table does not know.
func oddHosting(h directory.Hosting) error {
	nano := h.ServerKind == directory.ServerNano
	physical := h.ServerKind == directory.ServerPhysical
	if h.MachineRoomKind == directory.RoomHostedServer && nano ||
		h.MachineRoomKind == directory.RoomOutsourced && (nano || physical) {
		return errors.New("this kind of server seldom goes with that host.provider.type; both are taken as written")
	}
	return nil
}

// fileSlug derives a slug from the last element of a file's name or address,
// or gives "" where it says nothing.
func fileSlug(name string) string {
	base := strings.TrimSuffix(path.Base(SiblingName(name)), ".properties")
	switch base {
	case "", ".", "/", "service", "index":
		return ""
	}
	return Slug(base)
}

// unique gives a slug that is not taken yet, with a number behind it where it
// must, of at most most bytes, and takes it.
func unique(taken map[string]bool, slug string, most int) string {
	free := slug
	for n := 2; taken[free]; n++ {
		tail := fmt.Sprintf("-%d", n)
		free = slug[:min(len(slug), most-len(tail))] + tail
	}
	taken[free] = true
	return free
}

// kept as they are: keys of the format for which the domain has no word.
var opaque = []string{"file.class", "file.protocol", "file.generator", "file.url", "service.install.type", "host.provider.hypervisor"}

// unknownKeys tells the keys that matou does not know, which are often
// mistyped ones.
func unknownKeys(f *File) []Warning {
	known := map[string]bool{}
	for _, k := range opaque {
		known[k] = true
	}
	learn(known, organizationFields)
	learn(known, serviceFields)
	open := []string{"metrics.", "subs.", memberPrefix}
	for _, s := range linkSections {
		open = append(open, s.prefix)
	}
	var warnings []Warning
	for _, e := range f.Prefix("") {
		key := foldKey(e.Key)
		if known[key] || hasPrefix(key, open) {
			continue
		}
		warnings = append(warnings, Warning{File: f.Name, Line: e.Line, Key: e.Key, Reason: "this is no key that is known here; it is kept in the file and not used", Unknown: true})
	}
	return warnings
}

func learn[T any](known map[string]bool, fields []field[T]) {
	for _, d := range fields {
		known[d.key] = true
		for _, a := range d.aliases {
			known[a] = true
		}
	}
}

func hasPrefix(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}
