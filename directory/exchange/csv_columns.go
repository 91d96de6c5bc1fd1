package exchange

import (
	"slices"
	"strconv"
	"strings"

	"matou/directory"
)

// column ties one column of a table to one fact, both ways. A column is of the
// hoster or, where service is set, of one of its services.
type column struct {
	name    string
	aliases []string // as people call it, folded
	hoster  func(h *directory.Hoster) cell
	service func(s *directory.Service) cell
}

// cell reads and writes one fact as text; "" is not said.
type cell struct {
	get func() string
	set func(s string) error
}

// columns of a table, in their order. Each row is one service with its hoster,
// or a hoster alone; the rows of one hoster follow one another.
var columns = slices.Concat(hosterColumns, serviceColumns)

var hosterColumns = []column{
	{name: "id", hoster: func(h *directory.Hoster) cell { return plainCell(&h.ID) }},
	{name: "handle", hoster: func(h *directory.Hoster) cell { return plainCell(&h.Handle) }},
	{name: "name", aliases: []string{"nom", "structure", "organisation", "organization", "hebergeur", "hoster"}, hoster: func(h *directory.Hoster) cell { return plainCell(&h.Name) }},
	{name: "summary.fr", aliases: []string{"summary", "description", "resume"}, hoster: func(h *directory.Hoster) cell { return textCell(&h.Summary, "fr") }},
	{name: "summary.en", hoster: func(h *directory.Hoster) cell { return textCell(&h.Summary, "en") }},
	{name: "description.fr", hoster: func(h *directory.Hoster) cell { return textCell(&h.Description, "fr") }},
	{name: "description.en", hoster: func(h *directory.Hoster) cell { return textCell(&h.Description, "en") }},
	{name: "form", aliases: []string{"forme", "statut", "formejuridique", "legalform", "type"}, hoster: func(h *directory.Hoster) cell { return formCell(&h.Form) }},
	{name: "state", hoster: func(h *directory.Hoster) cell { return plainCell(&h.State) }},
	{name: "website", aliases: []string{"site", "siteweb", "url", "web"}, hoster: func(h *directory.Hoster) cell { return plainCell(&h.Website) }},
	{name: "logo", hoster: func(h *directory.Hoster) cell { return plainCell(&h.Logo) }},
	{name: "legal", aliases: []string{"mentions", "mentionslegales"}, hoster: func(h *directory.Hoster) cell { return plainCell(&h.Legal) }},
	{name: "contact.url", aliases: []string{"contact"}, hoster: func(h *directory.Hoster) cell { return plainCell(&h.Contact.URL) }},
	{name: "contact.email", aliases: []string{"email", "mail", "courriel", "email address"}, hoster: func(h *directory.Hoster) cell { return plainCell(&h.Contact.Email) }},
	{name: "contact.phone", aliases: []string{"phone", "telephone", "tel"}, hoster: func(h *directory.Hoster) cell { return plainCell(&h.Contact.Phone) }},
	{name: "languages", aliases: []string{"langues", "language"}, hoster: func(h *directory.Hoster) cell { return listCell(&h.Languages) }},
	{name: "audiences", hoster: func(h *directory.Hoster) cell { return listCell(&h.Audiences) }},
	{name: "since", aliases: []string{"depuis", "startdate", "creation"}, hoster: func(h *directory.Hoster) cell { return dateCell(&h.Since) }},
	{name: "until", aliases: []string{"enddate"}, hoster: func(h *directory.Hoster) cell { return dateCell(&h.Until) }},
	{name: "seat.name", aliases: []string{"place", "ville", "commune", "city", "town"}, hoster: func(h *directory.Hoster) cell { return plainCell(&h.Seat.Name) }},
	{name: "seat.address", aliases: []string{"address", "adresse"}, hoster: func(h *directory.Hoster) cell { return plainCell(&h.Seat.Address) }},
	{name: "seat.area", aliases: []string{"area"}, hoster: func(h *directory.Hoster) cell { return plainCell(&h.Seat.Area) }},
	{name: "seat.country", aliases: []string{"country", "pays"}, hoster: func(h *directory.Hoster) cell { return countryCell(&h.Seat.Country) }},
	{name: "seat.latitude", aliases: []string{"latitude", "lat"}, hoster: func(h *directory.Hoster) cell {
		return degreeCell(&h.Seat, 90, func(p *directory.Point) *float64 { return &p.Latitude })
	}},
	{name: "seat.longitude", aliases: []string{"longitude", "lon", "lng", "long"}, hoster: func(h *directory.Hoster) cell {
		return degreeCell(&h.Seat, 180, func(p *directory.Point) *float64 { return &p.Longitude })
	}},
	{name: "serves", hoster: func(h *directory.Hoster) cell { return listCell(&h.Serves) }},
	{name: "dataIn", hoster: func(h *directory.Hoster) cell { return listCell(&h.DataIn) }},
	{name: "maintenance", hoster: func(h *directory.Hoster) cell { return plainCell(&h.Work.Maintenance) }},
	{name: "paidPeople", aliases: []string{"salaries"}, hoster: func(h *directory.Hoster) cell { return countCell(&h.Work.PaidPeople) }},
	{name: "volunteers", aliases: []string{"benevoles"}, hoster: func(h *directory.Hoster) cell { return countCell(&h.Work.Volunteers) }},
	{name: "canRepair", hoster: func(h *directory.Hoster) cell { return countCell(&h.Work.CanRepair) }},
	{name: "prices.fr", aliases: []string{"prices", "prix", "tarifs"}, hoster: func(h *directory.Hoster) cell { return textCell(&h.Prices, "fr") }},
	{name: "prices.en", hoster: func(h *directory.Hoster) cell { return textCell(&h.Prices, "en") }},
	{name: "collectives", aliases: []string{"collectifs"}, hoster: collectiveCell},
}

var serviceColumns = []column{
	{name: "service.slug", service: func(s *directory.Service) cell { return plainCell(&s.Slug) }},
	{name: "service.name", aliases: []string{"service"}, service: func(s *directory.Service) cell { return plainCell(&s.Name) }},
	{name: "service.summary.fr", aliases: []string{"service.summary", "service.description"}, service: func(s *directory.Service) cell { return textCell(&s.Summary, "fr") }},
	{name: "service.summary.en", service: func(s *directory.Service) cell { return textCell(&s.Summary, "en") }},
	{name: "service.website", aliases: []string{"service.url"}, service: func(s *directory.Service) cell { return plainCell(&s.Website) }},
	{name: "service.software", aliases: []string{"software", "logiciel"}, service: func(s *directory.Service) cell { return plainCell(&s.Software.Name) }},
	{name: "service.licence", aliases: []string{"licence", "license"}, service: func(s *directory.Service) cell { return plainCell(&s.Software.Licence) }},
	{name: "service.source", service: func(s *directory.Service) cell { return plainCell(&s.Software.Source) }},
	{name: "service.needs", service: func(s *directory.Service) cell { return listCell(&s.Needs) }},
	{name: "service.withoutAccount", service: func(s *directory.Service) cell { return plainCell(&s.Registration.WithoutAccount) }},
	{name: "service.openTo", service: func(s *directory.Service) cell { return listCell(&s.Registration.OpenTo) }},
	{name: "service.capacity", service: func(s *directory.Service) cell { return plainCell(&s.Registration.Capacity) }},
	{name: "service.level", service: func(s *directory.Service) cell { return plainCell(&s.Level) }},
	{name: "service.price.fr", aliases: []string{"service.price"}, service: func(s *directory.Service) cell { return textCell(&s.Price, "fr") }},
	{name: "service.price.en", service: func(s *directory.Service) cell { return textCell(&s.Price, "en") }},
	{name: "service.terms", service: func(s *directory.Service) cell { return plainCell(&s.Terms) }},
	{name: "service.since", service: func(s *directory.Service) cell { return dateCell(&s.Since) }},
	{name: "service.country", service: func(s *directory.Service) cell { return countryCell(&s.Hosting.Country) }},
}

// columnNames finds columns by their folded names and aliases.
var columnNames = func() map[string]int {
	m := map[string]int{}
	for i, c := range columns {
		m[foldColumn(c.name)] = i
		for _, a := range c.aliases {
			m[foldColumn(a)] = i
		}
	}
	return m
}()

func columnNamed(header string) (int, bool) {
	i, ok := columnNames[foldColumn(header)]
	return i, ok
}

// foldColumn takes capitals, accents, spaces and signs out of a header, but
// for the dots: "Site web" and "siteweb" are one.
func foldColumn(header string) string {
	return strings.ReplaceAll(word(strings.ReplaceAll(header, ".", " dot "), '_', ""), "_", "")
}

func plainCell[T ~string](at *T) cell {
	return cell{func() string { return string(*at) }, func(s string) error { *at = T(s); return nil }}
}

func textCell(at *directory.Text, l directory.Language) cell {
	return cell{func() string { return (*at)[l] }, func(s string) error {
		if *at == nil {
			*at = directory.Text{}
		}
		(*at)[l] = s
		return nil
	}}
}

func dateCell(at *directory.Date) cell {
	return cell{func() string { return at.String() }, func(s string) (err error) {
		*at, err = readDate(s)
		return err
	}}
}

// formCell reads our words, those of ChatonsInfos and those of people.
func formCell(at *directory.LegalForm) cell {
	return cell{func() string { return string(*at) }, func(s string) (err error) {
		if *at, err = librehostForms.read(s); err != nil {
			*at, err = forms.read(s)
		}
		return err
	}}
}

// countryCell reads a code or a name.
func countryCell(at *directory.AreaCode) cell {
	return cell{func() string { return string(*at) }, func(s string) (err error) {
		if *at = countryNamed(s); *at == "" {
			*at, err = readCountry(s)
		}
		return err
	}}
}

func countCell(at **int) cell {
	return cell{func() string {
		if *at == nil {
			return ""
		}
		return strconv.Itoa(**at)
	}, func(s string) error {
		n, err := strconv.Atoi(s)
		if err != nil {
			return reason("%s is no whole number", quote(s))
		}
		*at = &n
		return nil
	}}
}

// listCell has its items parted by commas; semicolons and bars are read too.
func listCell[T ~string](at *[]T) cell {
	return cell{func() string {
		items := make([]string, len(*at))
		for i, v := range *at {
			items[i] = string(v)
		}
		return strings.Join(items, ", ")
	}, func(s string) error {
		*at = nil
		for _, item := range items(s) {
			if !slices.Contains(*at, T(item)) {
				*at = append(*at, T(item))
			}
		}
		return nil
	}}
}

func items(s string) []string {
	return slices.DeleteFunc(strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",;|", r) || r == ' ' || r == '\n' }), func(s string) bool { return s == "" })
}

// collectiveCell names the collectives that a hoster belongs to; since when is
// lost.
func collectiveCell(h *directory.Hoster) cell {
	return cell{func() string {
		var slugs []string
		for _, m := range h.Memberships {
			if m.State != directory.StateClosed {
				slugs = append(slugs, m.Collective)
			}
		}
		return strings.Join(slugs, ", ")
	}, func(s string) error {
		for _, slug := range items(strings.ToLower(s)) {
			if !slices.ContainsFunc(h.Memberships, func(m directory.Membership) bool { return m.Collective == slug }) {
				h.Memberships = append(h.Memberships, directory.Membership{Collective: slug})
			}
		}
		return nil
	}}
}

// degreeCell is one half of a point; Fit takes out what only has one.
func degreeCell(at *directory.Place, most float64, half func(*directory.Point) *float64) cell {
	return cell{func() string {
		if at.Point == nil {
			return ""
		}
		return writeDegrees(*half(at.Point))
	}, func(s string) error {
		d, err := readDegrees(s, most)
		if err != nil {
			return err
		}
		if at.Point == nil {
			nowhere := directory.Point{Latitude: unsaid, Longitude: unsaid}
			at.Point = &nowhere
		}
		*half(at.Point) = d
		return nil
	}}
}

// unsaid is on no globe.
const unsaid = 1000
