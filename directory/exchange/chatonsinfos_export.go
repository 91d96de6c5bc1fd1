package exchange

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"matou/directory"
)

// What a fresh file says of itself.
const (
	fileProtocol  = "ChatonsInfos-0.5"
	fileGenerator = "matou"
)

// WellKnown is the folder under which a node serves ChatonsInfos files.
const WellKnown = "/.well-known/chatonsinfos/"

// HosterFileURL is the address of a hoster's organization file on its node:
// <origin>/.well-known/chatonsinfos/<handle>.properties.
func HosterFileURL(origin, handle string) string {
	return origin + WellKnown + url.PathEscape(handle) + ".properties"
}

// ServiceFileURL is the address of a service's file on the node of its hoster:
// <origin>/.well-known/chatonsinfos/<handle>/<slug>.properties. The folder
// keeps a service from taking the name of its hoster's file.
func ServiceFileURL(origin, handle, slug string) string {
	return origin + WellKnown + url.PathEscape(handle) + "/" + url.PathEscape(slug) + ".properties"
}

// origin gives "https://hoster.example" of an ID, or "".
func origin(id directory.ID) string {
	u, err := url.Parse(string(id))
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// ExportHoster writes the organization file of h. With base, the file that h
// was imported from, only the facts that differ are rewritten: comments, order,
// spelling and keys that are not known stay, and where nothing differs the
// bytes are the same. Without base (nil) a clean file is written. base itself
// is not changed.
//
// Where h has an ID, it is published by its own node: file.url and subs.* then
// are the addresses of HosterFileURL and ServiceFileURL. See docs/exchange.md
// for what the format cannot say.
func ExportHoster(h directory.Hoster, base *File) *File {
	var f *File
	if base == nil {
		f = fresh(h.Handle, ClassOrganization, organizationFacts(h))
	} else {
		f = base.clone()
		was, _ := readOrganization(base)
		dropMemberships(f, was.Memberships, h.Memberships)
		rewrite(f, organizationFacts(h), func() []fact {
			is, _ := readOrganization(f)
			return organizationFacts(is)
		})
	}
	if o := origin(h.ID); o != "" {
		f.set("file.url", nil, HosterFileURL(o, h.Handle))
		setSubs(f, h, o)
	}
	return f
}

// ExportService writes the file of a service of h, as ExportHoster does. The
// format knows machines of services only: where s says nothing of its own, what
// h says of them all is written.
func ExportService(s directory.Service, h directory.Hoster, base *File) *File {
	s.Hosting, _ = h.HostingOf(s)
	var f *File
	changed := base == nil
	if base == nil {
		f = fresh(s.Slug, ClassService, serviceFacts(s))
	} else {
		f = base.clone()
		changed = rewrite(f, serviceFacts(s), func() []fact {
			is, _ := readService(f)
			return serviceFacts(is)
		})
	}
	if o := origin(h.ID); o != "" {
		address := ServiceFileURL(o, h.Handle, s.Slug)
		was, _ := f.Lookup("file.url")
		f.set("file.url", nil, address)
		changed = changed || was != address
	}
	if at := lastSaid(h); changed && !at.IsZero() {
		f.set("file.datetime", nil, writeTime(at))
	}
	return f
}

// CopyURL gives the addresses under which a directory serves what a listed
// hoster says: at("") that of the hoster,
// <origin>/.well-known/chatonsinfos/<handle of the directory>/<name@host>.properties,
// at(slug) that of a service.
func CopyURL(origin, handle string, l directory.Listing) (at func(slug string) string) {
	base := origin + WellKnown + url.PathEscape(handle) + "/" + url.PathEscape(strings.TrimPrefix(l.Handle, "@"))
	return func(slug string) string {
		if slug == "" {
			return base + ".properties"
		}
		return base + "/" + url.PathEscape(slug) + ".properties"
	}
}

// Bases reads the ChatonsInfos files that a profile was imported from: the
// organization's, and each service's by its slug. What cannot be read, and
// files of other formats, are left out.
func Bases(imported map[string][]byte) (base *File, bases map[string]*File) {
	bases = map[string]*File{}
	for _, address := range slices.Sorted(maps.Keys(imported)) {
		f, _, err := ReadChatonsInfos(address, imported[address])
		if err != nil {
			continue
		}
		switch f.Class() {
		case ClassOrganization:
			base = f
		case ClassService:
			if v, _, err := Service(f); err == nil {
				bases[v.Slug] = f
			}
		}
	}
	return base, bases
}

// ExportHosterAt writes the organization file of a hoster for somebody else
// who serves it, such as a directory: at("") is its address, at(slug) that of a
// service's file.
func ExportHosterAt(h directory.Hoster, at func(slug string) string) *File {
	facts := append([]fact{{key: "file.url", value: at("")}}, organizationFacts(h)...)
	taken := map[string]bool{}
	for _, s := range h.Services {
		facts = append(facts, fact{key: unique(taken, subsPrefix+strings.ReplaceAll(s.Slug, "-", "_"), maxName+len(subsPrefix)), value: at(s.Slug)})
	}
	return fresh(h.Handle, ClassOrganization, facts)
}

// ExportServiceAt writes the file of a service of h, as ExportHosterAt does.
func ExportServiceAt(s directory.Service, h directory.Hoster, at func(slug string) string) *File {
	facts := []fact{{key: "file.url", value: at(s.Slug)}, {key: "file.datetime", value: writeTime(lastSaid(h))}}
	return fresh(s.Slug, ClassService, append(facts, serviceFacts(s)...))
}

// ChatonsInfos writes the organization file of h and one file for each of its
// services, by slug. Each is based on the file of the same slug in bases, the
// organization file on base; either may be nil.
func ChatonsInfos(h directory.Hoster, base *File, bases map[string]*File) (org *File, services map[string]*File) {
	services = make(map[string]*File, len(h.Services))
	for _, s := range h.Services {
		services[s.Slug] = ExportService(s, h, bases[s.Slug])
	}
	return ExportHoster(h, base), services
}

// fresh makes a file that says what it is, and the facts.
func fresh(name, class string, facts []fact) *File {
	f := &File{Name: name + ".properties", index: map[string]int{}}
	f.append(append([]fact{
		{key: "file.class", value: class},
		{key: "file.protocol", value: fileProtocol},
		{key: "file.generator", value: fileGenerator},
	}, facts...)...)
	return f
}

// rewrite brings the facts of f, as have reads them, to want and reports
// whether any differed. A value that was not used may count once another one
// is changed (an owner's website without the owner's name, an end before the
// beginning): hence it looks again.
func rewrite(f *File, want []fact, have func() []fact) (changed bool) {
	const looks = 3
	for range looks {
		if !bring(f, have(), want) {
			return changed
		}
		changed = true
	}
	return changed
}

func bring(f *File, have, want []fact) (changed bool) {
	had := map[string]string{}
	for _, x := range have {
		had[x.key] = x.value
	}
	wanted := map[string]bool{}
	for _, x := range want {
		wanted[x.key] = true
		if had[x.key] != x.value {
			f.set(x.key, x.aliases, x.value)
			changed = true
		}
	}
	var gone []string
	for _, x := range have {
		if !wanted[x.key] && x.value != "" {
			gone = append(append(gone, x.key), x.aliases...)
			changed = true
		}
	}
	if gone != nil {
		f.remove(gone)
	}
	return changed
}

// lastSaid is when the hoster last stood by what it says.
func lastSaid(h directory.Hoster) time.Time {
	if h.ConfirmedAt.After(h.UpdatedAt) {
		return h.ConfirmedAt
	}
	return h.UpdatedAt
}

func organizationFacts(h directory.Hoster) []fact {
	o := organization{Hoster: h, datetime: lastSaid(h)}
	if h.Owner != nil {
		o.owner = *h.Owner
	}
	if p := h.Seat.Point; p != nil {
		o.latitude, o.longitude = &p.Latitude, &p.Longitude
	}
	if o.Seat.Address == "" {
		o.Seat.Address = h.Seat.Name
	}
	facts := writeFields("", organizationFields, &o)
	for _, m := range h.Memberships {
		if m == (directory.Membership{Collective: m.Collective}) {
			m.State = directory.StateActive // a claim needs a key to stand on
		}
		facts = append(facts, writeFields(memberPrefix+m.Collective+".", membershipFields, &m)...)
	}
	return append(facts, linkFacts(h.Links)...)
}

// dropMemberships takes every line out on the collectives that a hoster no
// longer claims to belong to: those that could not be read are claims too.
func dropMemberships(f *File, was, is []directory.Membership) {
	for _, m := range was {
		if slices.ContainsFunc(is, func(n directory.Membership) bool { return n.Collective == m.Collective }) {
			continue
		}
		var keys []string
		for _, e := range f.Prefix(memberPrefix + m.Collective + ".") {
			keys = append(keys, e.Key)
		}
		f.remove(keys)
	}
}

func linkFacts(links []directory.Link) []fact {
	var facts []fact
	for _, section := range linkSections {
		taken := map[string]bool{}
		for _, l := range links {
			if l.Kind != section.kind {
				continue
			}
			name := unique(taken, linkKey(l.Name), maxName)
			x := fact{key: section.prefix + name, value: l.URL}
			for alias, key := range section.aliases {
				if key == name {
					x.aliases = append(x.aliases, section.prefix+alias)
				}
			}
			facts = append(facts, x)
		}
	}
	return facts
}

func serviceFacts(s directory.Service) []fact {
	return writeFields("", serviceFields, &s)
}

// setSubs makes the links of f those of the services of h. A key that already
// links to a service is used again.
func setSubs(f *File, h directory.Hoster, origin string) {
	wanted := map[string]bool{}
	for _, s := range h.Services {
		wanted[s.Slug] = true
	}
	keys := map[string]string{} // slug -> key that links to it
	taken := map[string]bool{}
	var stale []string
	for _, e := range f.Prefix(subsPrefix) {
		slug := fileSlug(e.Value)
		if slug == "" {
			slug = Slug(e.Key[len(subsPrefix):])
		}
		if _, ok := keys[slug]; ok || !wanted[slug] {
			stale = append(stale, e.Key)
			continue
		}
		keys[slug] = e.Key
		taken[foldKey(e.Key)] = true
	}
	f.remove(stale)
	for _, s := range h.Services {
		key, ok := keys[s.Slug]
		if !ok {
			key = unique(taken, subsPrefix+strings.ReplaceAll(s.Slug, "-", "_"), maxName+len(subsPrefix))
		}
		if was, _ := f.Lookup(key); was != ServiceFileURL(origin, h.Handle, s.Slug) {
			f.set(key, nil, ServiceFileURL(origin, h.Handle, s.Slug))
		}
	}
}
