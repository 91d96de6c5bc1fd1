package exchange

import (
	"slices"
	"time"

	"matou/directory"
)

// Found is a hoster as one document tells of it: what an import previews, and
// what a directory may keep of a hoster that has no node, with where it comes
// from.
type Found struct {
	Hoster   directory.Hoster
	Source   string    // address or path of the document
	Format   Format    // of the document
	SaidAt   time.Time // when the document says that it was written; zero: it does not say
	ReadAt   time.Time // when it was fetched
	Warnings []Warning // what could not be taken as it stands
}

// unconfirmedMonths is how old what a hoster says may be before it is told
// that nobody stood by it for more than a year: a year, and a month's grace.
const unconfirmedMonths = 13

// Unconfirmed reports whether, at now, the document is so old that nobody has
// confirmed it for more than a year. A document without a date is not.
func (f Found) Unconfirmed(now time.Time) bool {
	return !f.SaidAt.IsZero() && f.SaidAt.Before(now.AddDate(0, -unconfirmedMonths, 0))
}

// Reading is what one document gives, or a walk of several.
type Reading struct {
	Format   Format
	Hosters  []Found
	Hints    []Hint
	Links    []Link    // further documents that this one names
	Warnings []Warning // on the document as a whole
}

// Link is an address that a document names for a further one, with the format
// that it must have.
type Link struct {
	Name   string // what the document calls it
	URL    string
	Format Format
}

// Read reads one document of a format; "" detects it. It reads no ChatonsInfos
// services, which are files of their own: see Tree. The error is a
// directory.ErrInvalid, and says where.
func Read(format Format, source string, raw []byte) (Reading, error) {
	if format == "" {
		var err error
		if format, err = Detect(source, raw); err != nil {
			return Reading{}, err
		}
	}
	if len(raw) > MaxDocumentBytes && (format != FormatJSON || !isOwnFormat(raw)) {
		return Reading{}, directory.Invalid(source, "is longer than %d MiB", MaxDocumentBytes>>20)
	}
	read, ok := readers[format]
	if !ok {
		return Reading{}, directory.Invalid(source, "cannot be read as %q: that format is written only, or is not known", format)
	}
	r, err := read(source, raw)
	if err != nil {
		return Reading{}, err
	}
	r.Format = format
	for i := range r.Hosters {
		r.Hosters[i].fit(source, format)
	}
	return r, nil
}

// fit gives what was read its source, and takes out what is not valid.
func (f *Found) fit(source string, format Format) {
	if f.Source == "" {
		f.Source = source
	}
	f.Format = format
	var refused []Warning
	f.Hoster, refused = Fit(f.Hoster, f.Source)
	f.Warnings = append(f.Warnings, refused...)
}

// readers read one document each, and bound what they take of it.
var readers = map[Format]func(source string, raw []byte) (Reading, error){
	FormatChatonsInfos: readOneOrganization,
	FormatLibrehost:    readLibrehost,
	FormatLibrehosters: readLibrehosters,
	FormatJSON:         readDocument,
	FormatCSV:          readCSV,
	FormatGeoJSON:      readGeoJSON,
	FormatJSONLD:       readJSONLD,
	FormatNodeInfo:     readNodeInfo,
	FormatPeerTube:     readPeerTube,
	FormatXMPP:         readXMPP,
	FormatCarbon:       readCarbon,
}

// readOneOrganization reads an organization file alone.
func readOneOrganization(source string, raw []byte) (Reading, error) {
	f, warnings, err := ReadChatonsInfos(source, raw)
	if err != nil {
		return Reading{}, err
	}
	h, more, err := Hoster(f, nil)
	if err != nil {
		return Reading{}, err
	}
	return Reading{Hosters: []Found{{Hoster: h, SaidAt: h.UpdatedAt, Warnings: slices.Concat(warnings, more)}}}, nil
}
