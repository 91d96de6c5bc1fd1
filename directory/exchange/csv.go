package exchange

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"matou/directory"
)

// MaxRows is how many rows a table may have, its header aside.
const MaxRows = 50_000

// What a table may have besides.
const (
	maxColumns = 300
	maxCell    = 128 << 10 // bytes
)

// ExportCSV writes hosters as a table for people with a spreadsheet: RFC 4180
// in UTF-8 with a byte order mark, commas, one row for each service, and the
// facts of the hoster on its first row with its name on the others. A text
// that a spreadsheet would take for a formula is written behind an apostrophe.
// docs/exchange.md says what a table cannot hold.
func ExportCSV(hosters []directory.Hoster) ([]byte, error) {
	return writeTable(hosters, nil, func(int) []string { return nil })
}

// provenance are the columns of a directory's table that say whose words a row
// holds; an import passes them over.
var provenance = []string{"toldBy", "source", "fetchedAt"}

// ExportListingsCSV is ExportCSV for what a directory lists, with who tells it
// ("hoster" or "file"), the address that it was read from, and when.
func ExportListingsCSV(listings []directory.Listing) ([]byte, error) {
	hosters := make([]directory.Hoster, len(listings))
	for i, l := range listings {
		hosters[i] = l.Hoster
	}
	return writeTable(hosters, provenance, func(i int) []string {
		l := listings[i]
		return []string{string(l.ToldBy()), harmless(l.Origin), isoTime(l.FetchedAt)}
	})
}

// writeTable writes hosters with more columns, which more fills for the i-th
// hoster.
func writeTable(hosters []directory.Hoster, names []string, more func(i int) []string) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(byteOrderMark)
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	header := make([]string, len(columns))
	for i, c := range columns {
		header[i] = c.name
	}
	if err := w.Write(slices.Concat(header, names)); err != nil {
		return nil, fmt.Errorf("write a table: %w", err)
	}
	for at, h := range hosters {
		for i := range max(1, len(h.Services)) {
			if err := w.Write(slices.Concat(tableRow(h, i), more(at))); err != nil {
				return nil, fmt.Errorf("write a table: %w", err)
			}
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return nil, fmt.Errorf("write a table: %w", err)
	}
	return b.Bytes(), nil
}

// tableRow gives the row of the i-th service of h.
func tableRow(h directory.Hoster, i int) []string {
	row := make([]string, len(columns))
	for at, c := range columns {
		switch {
		case c.hoster != nil && (i == 0 || c.name == "id" || c.name == "handle" || c.name == "name"):
			row[at] = c.hoster(&h).get()
		case c.service != nil && i < len(h.Services):
			row[at] = c.service(&h.Services[i]).get()
		}
		row[at] = harmless(row[at])
	}
	return row
}

// harmless writes a text so that no spreadsheet runs it: behind an apostrophe
// where it begins as a formula does. A number stays one, and an apostrophe
// that would be taken for ours is doubled.
func harmless(s string) string {
	s = strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n"))
	if begins := strings.TrimLeft(s, "'"); begins != "" && isFormula(begins) && !isNumber(s) {
		return "'" + s
	}
	return s
}

// meantCell takes the apostrophe of harmless off again.
func meantCell(s string) string {
	if rest, ok := strings.CutPrefix(s, "'"); ok && isFormula(strings.TrimLeft(rest, "'")) {
		return rest
	}
	return s
}

// isFormula reports whether a spreadsheet runs a text that begins so, in Latin
// or in full-width signs.
func isFormula(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return strings.ContainsRune("=+-@\t\n＝＋－＠", r) && s != ""
}

func isNumber(s string) bool {
	digits := strings.TrimPrefix(s, "-")
	return digits != "" && strings.Trim(digits, "0123456789.") == "" && strings.Count(digits, ".") <= 1
}

// readCSV reads a table with a header in its first row: parted by commas,
// semicolons or tabs, with or without a byte order mark. Columns are found by
// their names or what people call them, in any order; the others are told.
func readCSV(source string, raw []byte) (Reading, error) {
	text, warnings, err := tableText(source, raw)
	if err != nil {
		return Reading{}, err
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma = separator(text)
	r.FieldsPerRecord = -1
	r.LazyQuotes = true
	r.ReuseRecord = true
	header, err := r.Read()
	if err != nil {
		return Reading{}, directory.Invalid(source, "is no table: its first line must name the columns")
	}
	if len(header) > maxColumns {
		return Reading{}, directory.Invalid(source+", line 1", "names %d columns, and may name %d", len(header), maxColumns)
	}
	t := table{source: source, warnings: warnings, at: make([]int, len(header)), byKey: map[string]int{}}
	if err := t.readHeader(header); err != nil {
		return Reading{}, err
	}
	for n := 1; ; n++ {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		line, _ := r.FieldPos(0)
		switch {
		case err != nil:
			return Reading{}, directory.Invalid(fmt.Sprintf("%s, line %d", source, line), "cannot be read as a row: %v", err)
		case n > MaxRows:
			return Reading{}, directory.Invalid(source, "has more than %d rows", MaxRows)
		}
		if err := t.readRow(line, record); err != nil {
			return Reading{}, err
		}
	}
	return Reading{Hosters: t.found, Warnings: t.warnings}, nil
}

// tableText gives a table as UTF-8. What spreadsheets still save in
// Windows-1252 is read as that, and told.
func tableText(source string, raw []byte) (string, []Warning, error) {
	raw = bytes.TrimPrefix(raw, []byte(byteOrderMark))
	switch {
	case bytes.HasPrefix(raw, []byte("\xff\xfe")) || bytes.HasPrefix(raw, []byte("\xfe\xff")):
		return "", nil, directory.Invalid(source, "is not UTF-8 text (it looks like UTF-16): save the table as CSV in UTF-8")
	case bytes.IndexByte(raw, 0) >= 0:
		return "", nil, directory.Invalid(source, "holds a zero byte: this is no table")
	case utf8.Valid(raw):
		return string(raw), nil, nil
	}
	text, err := charmap.Windows1252.NewDecoder().Bytes(raw)
	if err != nil {
		return "", nil, directory.Invalid(source, "is not UTF-8 text: save the table as CSV in UTF-8")
	}
	return string(text), []Warning{{File: source, Reason: "is not UTF-8 text; it was read as Windows-1252, as older spreadsheets save it: check the accents"}}, nil
}

// separator gives what parts the columns: the one that the first line has most
// of, outside quotes.
func separator(text string) rune {
	counts := map[rune]int{}
	quoted := false
	for _, r := range text[:min(len(text), 64<<10)] {
		if r == '"' {
			quoted = !quoted
		}
		if r == '\n' && !quoted {
			break
		}
		if !quoted {
			counts[r]++
		}
	}
	best := ','
	for _, r := range []rune{';', '\t'} {
		if counts[r] > counts[best] {
			best = r
		}
	}
	return best
}

// table is a table while it is read.
type table struct {
	source   string
	at       []int // column of each cell; -1: not known
	found    []Found
	byKey    map[string]int // hoster -> its place in found
	warnings []Warning
}

func (t *table) readHeader(header []string) error {
	known := 0
	taken := map[int]bool{}
	for i, name := range header {
		at, ok := columnNamed(name)
		switch {
		case !ok:
			at = -1
			if name = strings.TrimSpace(name); name != "" && !slices.Contains(provenance, name) {
				t.warnings = append(t.warnings, Warning{File: t.source, Line: 1, Key: strings.Clone(name), Reason: "this is no column that is known here; it is not used", Unknown: true})
			}
		case taken[at]:
			t.warnings = append(t.warnings, Warning{File: t.source, Line: 1, Key: strings.Clone(name), Reason: "another column says the same; the first counts"})
			at = -1
		default:
			known++
			taken[at] = true
		}
		t.at[i] = at
	}
	if name, _ := columnNamed("name"); !taken[name] {
		return directory.Invalid(t.source+", line 1", "has no column “name”: the first line must name the columns, such as name, website, contact.email")
	}
	return nil
}

// readRow takes one row: a hoster, or one more service of a hoster that is
// there already by the same id, handle or name.
func (t *table) readRow(line int, record []string) error {
	var h directory.Hoster
	var s directory.Service
	var warnings []Warning
	for i, raw := range record {
		value := strings.TrimSpace(meantCell(strings.TrimSpace(raw)))
		if i >= len(t.at) || t.at[i] < 0 || value == "" {
			continue
		}
		c := columns[t.at[i]]
		err := error(nil)
		switch {
		case len(value) > maxCell:
			err = reason("this has %d bytes, and may have %d", len(value), maxCell)
		case c.hoster != nil:
			err = c.hoster(&h).set(strings.Clone(value))
		default:
			err = c.service(&s).set(strings.Clone(value))
		}
		if err != nil {
			warnings = append(warnings, Warning{File: t.source, Line: line, Key: c.name, Reason: leftOut(err)})
		}
	}
	key := rowKey(h)
	if key == "" {
		if !isBlank(record) {
			t.warnings = append(t.warnings, Warning{File: t.source, Line: line, Reason: "this row names no hoster; it is left out"})
		}
		return nil
	}
	at, ok := t.byKey[key]
	if !ok {
		if len(t.found) == MaxHosters {
			return directory.Invalid(t.source, "tells of more than %d hosters", MaxHosters)
		}
		at = len(t.found)
		t.byKey[key] = at
		t.found = append(t.found, Found{Hoster: h})
	}
	f := &t.found[at]
	f.Warnings = append(f.Warnings, warnings...)
	t.addService(f, s, line)
	return nil
}

func (t *table) addService(f *Found, s directory.Service, line int) {
	if s.Name == "" && s.Slug == "" && s.Website == "" && s.Software.Name == "" {
		return
	}
	if len(f.Hoster.Services) == directory.MaxServices {
		f.Warnings = append(f.Warnings, Warning{File: t.source, Line: line, Key: "service.name", Reason: fmt.Sprintf("a hoster may have %d services; this one is left out", directory.MaxServices)})
		return
	}
	if s.Name == "" {
		s.Name = firstSaid(s.Software.Name, s.Slug, s.Website)
	}
	taken := map[string]bool{}
	for _, o := range f.Hoster.Services {
		taken[o.Slug] = true
	}
	if s.Slug == "" {
		s.Slug = s.Name
	}
	s.Slug = unique(taken, Slug(s.Slug), maxName)
	f.Hoster.Services = append(f.Hoster.Services, s)
}

func rowKey(h directory.Hoster) string { return firstSaid(string(h.ID), h.Name, h.Handle) }

func isBlank(record []string) bool {
	return strings.TrimSpace(strings.Join(record, "")) == ""
}

func firstSaid(all ...string) string {
	for _, s := range all {
		if s != "" {
			return s
		}
	}
	return ""
}
