package blocklist

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"matou/directory"
	"matou/federation/ap"
)

// column is the name of a column in the one way that is compared.
func column(s string) string {
	return strings.TrimPrefix(strings.ToLower(strings.Trim(strings.TrimSpace(s), `"`)), "#")
}

// csv reads Mastodon's export and what resembles it: the first row names the
// columns, with or without #; without such a row they are taken in its order.
func (r *reader) csv(raw []byte) error {
	c := csv.NewReader(bytes.NewReader(raw))
	c.FieldsPerRecord, c.LazyQuotes, c.TrimLeadingSpace, c.ReuseRecord = -1, true, true, true
	columns := map[string]int{"domain": 0, "severity": 1, "reject_media": 2, "reject_reports": 3, "public_comment": 4, "obfuscate": 5}
	for first := true; ; first = false {
		record, err := c.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return directory.Invalid("file", "is no CSV: %v", err)
		}
		if first && headed(record) {
			columns = map[string]int{}
			for i, name := range record {
				columns[column(name)] = i
			}
			continue
		}
		if err := r.count(); err != nil {
			return err
		}
		row, _ := c.FieldPos(0)
		field := func(names ...string) string {
			for _, name := range names {
				if i, ok := columns[name]; ok && i < len(record) {
					return unquoted(strings.TrimSpace(record[i]))
				}
			}
			return ""
		}
		if domain := field("domain"); domain != "" {
			r.add(row, ap.DomainBlock{
				Domain: domain, RejectMedia: isTrue(field("reject_media")), RejectReports: isTrue(field("reject_reports")),
				Obfuscate: isTrue(field("obfuscate")), PublicComment: field("public_comment", "comment"),
			}, field("severity"))
		}
	}
}

// headed reports whether a row names columns.
func headed(record []string) bool {
	for _, name := range record {
		if column(name) == "domain" {
			return true
		}
	}
	return false
}

// isTrue reads a mark.
func isTrue(s string) bool {
	switch strings.ToLower(s) {
	case "true", "t", "1", "yes":
		return true
	}
	return false
}

// text reads a domain from each line. What follows # is a comment.
func (r *reader) text(raw []byte) error {
	lines := bufio.NewScanner(bytes.NewReader(raw))
	lines.Buffer(nil, 64<<10)
	row := 0
	for lines.Scan() {
		row++
		domain, words, _ := strings.Cut(lines.Text(), "#")
		if domain = strings.TrimSpace(domain); domain == "" {
			continue
		}
		if err := r.count(); err != nil {
			return err
		}
		r.add(row, ap.DomainBlock{Domain: domain, PublicComment: words}, "")
	}
	if err := lines.Err(); err != nil {
		return rowFault(row+1, "is too long for a domain")
	}
	return nil
}

// jsonBlock is one element of the list that nodes publish; GoToSocial's export
// has the longer names.
type jsonBlock struct {
	Domain        string `json:"domain"`
	Severity      string `json:"severity"`
	Comment       string `json:"comment"`
	PublicComment string `json:"public_comment"`
	Obfuscate     bool   `json:"obfuscate"`
	RejectMedia   bool   `json:"reject_media"`
	RejectReports bool   `json:"reject_reports"`
}

// json reads a list of objects, one at a time.
func (r *reader) json(raw []byte) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		return directory.Invalid("file", "must be a JSON list of objects")
	}
	for row := 1; d.More(); row++ {
		if err := r.count(); err != nil {
			return err
		}
		var one json.RawMessage
		if err := d.Decode(&one); err != nil {
			return rowFault(row, "is no JSON")
		}
		var b jsonBlock
		if err := json.Unmarshal(one, &b); err != nil {
			r.refuse(row, b.Domain, "is not written as an object with domain, severity and comment")
			continue
		}
		if b.PublicComment == "" {
			b.PublicComment = b.Comment
		}
		r.add(row, ap.DomainBlock{
			Domain: b.Domain, RejectMedia: b.RejectMedia, RejectReports: b.RejectReports,
			Obfuscate: b.Obfuscate, PublicComment: b.PublicComment,
		}, b.Severity)
	}
	if _, err := d.Token(); err != nil {
		return directory.Invalid("file", "ends before its list does")
	}
	return nil
}
