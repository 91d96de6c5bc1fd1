package blocklist

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"matou/directory"
	"matou/federation/ap"
)

// Format is a form in which lists are shared.
type Format string

// The formats. Auto looks at the first bytes.
const (
	Auto Format = "auto"
	CSV  Format = "csv"  // of Mastodon: #domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate
	Text Format = "text" // a domain on each line, # begins a comment
	JSON Format = "json" // of /api/v1/instance/domain_blocks
)

// Bounds of a list that is read.
const (
	MaxBytes    = 16 << 20
	MaxRows     = 50_000
	maxComment  = 500  // characters
	mostRefused = 1000 // rows told one by one
)

// Rules say which domains a list may not name.
type Rules struct {
	Own         string // host of this node: no list cuts a node from itself
	Development bool   // addresses of machines are domains
}

// Refusal is one row that is left out.
type Refusal struct {
	Row    int    `json:"row"`    // of the file, from 1; 0 where it is not from a file
	Domain string `json:"domain"` // as written, at most 80 bytes
	Reason string `json:"reason"`
}

// List is what was read.
type List struct {
	Blocks   []ap.DomainBlock // each domain once, in the order of the file
	Refused  []Refusal        // at most 1000 of them
	Left     int              // how many rows were refused in all
	Repeated int              // rows on a domain that another one covers: the more severe counts
}

// Parse reads a list. A row without a severity suspends, as for Mastodon. Rows
// that cannot be kept are told in the List; an error (directory.ErrInvalid) is
// for a file that is no list, or longer than 16 MiB or 50,000 rows.
func Parse(raw []byte, f Format, rules Rules) (List, error) {
	if len(raw) > MaxBytes {
		return List{}, directory.Invalid("file", "has more than %d MiB: divide it", MaxBytes>>20)
	}
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(raw) || bytes.IndexByte(raw, 0) >= 0 {
		return List{}, directory.Invalid("file", "is no text in UTF-8: save it as that, and try again")
	}
	if f == Auto || f == "" {
		f = detect(raw)
	}
	r := reader{rules: rules, place: map[string]int{}}
	var err error
	switch f {
	case CSV:
		err = r.csv(raw)
	case Text:
		err = r.text(raw)
	case JSON:
		err = r.json(raw)
	default:
		err = directory.Invalid("format", "must be auto, csv, text or json, not %q", f)
	}
	if err == nil {
		r.prune()
	}
	return r.list, err
}

// prune leaves out what the list itself says of a domain above already.
func (r *reader) prune() {
	all := r.list.Blocks
	r.list.Blocks = slices.DeleteFunc(slices.Clone(all), func(b ap.DomainBlock) bool {
		for above := range Above(b.Domain) {
			if i, ok := r.place[above]; ok && Covered(b, all[i]) {
				r.list.Repeated++
				return true
			}
		}
		return false
	})
}

// detect tells the format by how a list begins.
func detect(raw []byte) Format {
	raw = bytes.TrimSpace(raw)
	if len(raw) > 0 && raw[0] == '[' {
		return JSON
	}
	line, _, _ := bytes.Cut(raw, []byte("\n"))
	first, _, more := bytes.Cut(line, []byte(","))
	if name := column(string(first)); more || name == "domain" {
		return CSV
	}
	return Text
}

// reader gathers the rows of one list.
type reader struct {
	rules Rules
	list  List
	rows  int
	place map[string]int // in list.Blocks, by domain
}

// count counts a row, until there are too many.
func (r *reader) count() error {
	if r.rows++; r.rows > MaxRows {
		return directory.Invalid("file", "has more than %d rows: divide it", MaxRows)
	}
	return nil
}

// add takes a row, or notes why it is left out.
func (r *reader) add(row int, b ap.DomainBlock, severity string) {
	written := b.Domain
	err := Check(&b, r.rules)
	if err == nil {
		b.Severity, err = ParseSeverity(severity)
	}
	if err != nil {
		r.refuse(row, written, reasonOf(err))
		return
	}
	if i, ok := r.place[b.Domain]; ok {
		r.list.Repeated++
		r.list.Blocks[i] = Merge(r.list.Blocks[i], b)
		return
	}
	r.place[b.Domain] = len(r.list.Blocks)
	r.list.Blocks = append(r.list.Blocks, b)
}

func (r *reader) refuse(row int, domain, reason string) {
	if r.list.Left++; len(r.list.Refused) < mostRefused {
		r.list.Refused = append(r.list.Refused, Refusal{Row: row, Domain: cut(domain, 80), Reason: reason})
	}
}

// Check brings the domain and the comments of a block into the form in which
// they are kept, and refuses, as directory.ErrInvalid, a domain that no block
// may name: this node's own, or one above it.
func Check(b *ap.DomainBlock, rules Rules) error {
	domain, err := Domain(b.Domain, rules.Development)
	if err != nil {
		return err
	}
	if own := strings.ToLower(rules.Own); own != "" && ap.Covers(domain, own) {
		return invalid("is this node's own domain, or one above it")
	}
	b.Domain = domain
	b.PublicComment, b.PrivateComment = comment(b.PublicComment), comment(b.PrivateComment)
	return nil
}

// ParseSeverity reads a severity as any of the peers writes it. What is not
// said is suspend.
func ParseSeverity(s string) (ap.Severity, error) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "", "suspend", "block", "reject":
		return ap.SeveritySuspend, nil
	case "silence", "limit":
		return ap.SeveritySilence, nil
	case "noop", "none":
		return ap.SeverityNoop, nil
	}
	return "", directory.Invalid("severity", "must be suspend, silence or noop, not %.20q", s)
}

// Merge is what two blocks of one domain say together: the more severe of each.
// Comments are those of the first that has one.
func Merge(a, b ap.DomainBlock) ap.DomainBlock {
	if b.Severity.Weight() > a.Severity.Weight() {
		a.Severity = b.Severity
	}
	a.RejectMedia = a.RejectMedia || b.RejectMedia
	a.RejectReports = a.RejectReports || b.RejectReports
	a.Obfuscate = a.Obfuscate || b.Obfuscate
	if a.PublicComment == "" {
		a.PublicComment = b.PublicComment
	}
	if a.PrivateComment == "" {
		a.PrivateComment = b.PrivateComment
	}
	return a
}

// Covered reports whether block a, of the same domain or one above, does all
// that b does.
func Covered(b, a ap.DomainBlock) bool {
	if a.Severity == ap.SeveritySuspend {
		return true // nothing comes any more that could be rejected
	}
	return a.Severity.Weight() >= b.Severity.Weight() && (a.RejectMedia || !b.RejectMedia) && (a.RejectReports || !b.RejectReports)
}

// comment is a comment on one line, without what cannot be seen.
func comment(s string) string {
	s = strings.Map(func(r rune) rune {
		if hidden(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if runes := []rune(s); len(runes) > maxComment {
		s = strings.TrimSpace(string(runes[:maxComment]))
	}
	return s
}

// hidden is a character that is not seen, or turns the direction of others.
func hidden(r rune) bool {
	return !unicode.IsGraphic(r) || unicode.Is(unicode.Bidi_Control, r) || unicode.Is(unicode.Cf, r)
}

// reasonOf is an error as the end of a sentence that begins with the domain.
func reasonOf(err error) string {
	if e, ok := err.(*directory.FieldError); ok && e.Field == "domain" { //nolint:errorlint // made here, never wrapped
		return e.Reason
	}
	return err.Error()
}

func cut(s string, most int) string {
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// rowFault is a fault of the file itself.
func rowFault(row int, what string) error {
	return directory.Invalid("file", "%s", fmt.Sprintf("row %d %s", row, what))
}
