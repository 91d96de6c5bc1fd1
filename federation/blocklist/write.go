package blocklist

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"matou/directory"
	"matou/federation/ap"
)

// Write writes a list in a format. Private comments are never written.
func Write(w io.Writer, f Format, blocks []ap.DomainBlock) error {
	switch f {
	case CSV:
		return writeCSV(w, blocks)
	case Text:
		return writeText(w, blocks)
	case JSON:
		return writeJSON(w, blocks)
	}
	return directory.Invalid("format", "must be csv, text or json, not %q", f)
}

// writeCSV writes what Mastodon and GoToSocial import.
func writeCSV(w io.Writer, blocks []ap.DomainBlock) error {
	c := csv.NewWriter(w)
	rows := [][]string{{"#domain", "#severity", "#reject_media", "#reject_reports", "#public_comment", "#obfuscate"}}
	for _, b := range blocks {
		rows = append(rows, []string{
			b.Domain, string(b.Severity), strconv.FormatBool(b.RejectMedia), strconv.FormatBool(b.RejectReports),
			quoted(b.PublicComment), strconv.FormatBool(b.Obfuscate),
		})
	}
	if err := c.WriteAll(rows); err != nil {
		return fmt.Errorf("write the list: %w", err)
	}
	return nil
}

// writeText writes the domains that are suspended: a list without severities
// means no other.
func writeText(w io.Writer, blocks []ap.DomainBlock) error {
	for _, b := range blocks {
		if b.Severity != ap.SeveritySuspend {
			continue
		}
		if _, err := fmt.Fprintln(w, b.Domain); err != nil {
			return fmt.Errorf("write the list: %w", err)
		}
	}
	return nil
}

// published is a block as nodes show it to everyone.
type published struct {
	Domain   string `json:"domain"`
	Digest   string `json:"digest"` // SHA-256 of the domain, in hexadecimal
	Severity string `json:"severity"`
	Comment  string `json:"comment"`
}

// writeJSON writes the form of /api/v1/instance/domain_blocks, made to be shown:
// domains that are to be obfuscated are. Blocks that limit nothing are no part
// of it.
func writeJSON(w io.Writer, blocks []ap.DomainBlock) error {
	all := []published{}
	for _, b := range blocks {
		if b.Severity.Weight() == 0 {
			continue
		}
		sum := sha256.Sum256([]byte(b.Domain))
		p := published{Domain: b.Domain, Digest: hex.EncodeToString(sum[:]), Severity: string(b.Severity), Comment: b.PublicComment}
		if b.Obfuscate {
			p.Domain = obfuscated(b.Domain)
		}
		all = append(all, p)
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	if err := e.Encode(all); err != nil {
		return fmt.Errorf("write the list: %w", err)
	}
	return nil
}

// obfuscated hides the middle of a domain behind *: dots stay, and a quarter of
// the letters at each end.
func obfuscated(domain string) string {
	b := []byte(domain)
	edge := max(1, len(b)/4)
	for i := edge; i < len(b)-edge; i++ {
		if b[i] != '.' {
			b[i] = '*'
		}
	}
	return string(b)
}

// formula begins a cell that a spreadsheet would carry out.
const formula = "=+-@\t\r"

// quoted keeps a spreadsheet from carrying a comment out as a formula: an
// apostrophe before it says that it is text.
func quoted(s string) string {
	if s != "" && (strings.IndexByte(formula, s[0]) >= 0 || s[0] == '\'') {
		return "'" + s
	}
	return s
}

// unquoted takes that apostrophe off again.
func unquoted(s string) string {
	if len(s) > 1 && s[0] == '\'' && (strings.IndexByte(formula, s[1]) >= 0 || s[1] == '\'') {
		return s[1:]
	}
	return s
}
