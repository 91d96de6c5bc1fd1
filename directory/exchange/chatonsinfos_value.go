package exchange

import (
	"errors"
	"fmt"
	"net/mail"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"matou/directory"
)

// The readers below take a value as meant and give what it says, or an error
// whose text ends a Warning.

const kept = "; it is kept in the file and taken as not said"

func reason(format string, args ...any) error {
	return errors.New(fmt.Sprintf(format, args...) + kept)
}

// leftOut is the text of a reader's error where no file is kept.
func leftOut(err error) string {
	return strings.TrimSuffix(err.Error(), kept) + "; it is left out"
}

// quote shows a foreign value in a warning, cut where it is long.
func quote(s string) string {
	const most = 80
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return strconv.Quote(s)
}

// readDate reads 2018-06-01, 2018-06, 2018, a date and time, 01/06/2018 and
// 06/2018: the forms that are met in the field.
func readDate(s string) (directory.Date, error) {
	if d, err := directory.ParseDate(s); err == nil {
		return d, nil
	}
	if day, _, ok := strings.Cut(s, "T"); ok && len(day) == len("2006-01-02") {
		if at, err := readTime(s); err == nil {
			return directory.DateOf(at), nil
		}
	}
	if t, err := time.Parse("2/1/2006", s); err == nil && t.Year() > 0 {
		return directory.DateOf(t), nil
	}
	if t, err := time.Parse("1/2006", s); err == nil && t.Year() > 0 {
		return directory.Date{Year: t.Year(), Month: t.Month()}, nil
	}
	return directory.Date{}, reason("%s is no date (write 2018-06-01, 2018-06, 2018 or 01/06/2018)", quote(s))
}

// readTime reads a date and time. The format gives no zone: UTC is assumed.
func readTime(s string) (time.Time, error) {
	for _, layout := range []string{"2006-01-02T15:04:05", time.RFC3339, "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02"} {
		if t, err := time.Parse(layout, s); err == nil && t.Year() > 0 {
			return t.UTC(), nil
		}
	}
	return time.Time{}, reason("%s is no date and time (write 2020-07-06T14:23:20)", quote(s))
}

func writeTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05")
}

// readDegrees reads decimal degrees with a comma or a point, within -most and
// most.
func readDegrees(s string, most float64) (float64, error) {
	digits := strings.TrimLeft(strings.Replace(s, ",", ".", 1), "+-")
	d, err := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
	if err != nil || digits == "" || strings.Trim(digits, "0123456789.") != "" {
		return 0, reason("%s is no number of decimal degrees (write 48.73)", quote(s))
	}
	if d < -most || d > most {
		return 0, reason("%s is outside -%g and %g degrees", quote(s), most, most)
	}
	return d, nil
}

// writeDegrees gives the form that the format asks for: one to eight decimals.
func writeDegrees(d float64) string {
	s := strings.TrimRight(strconv.FormatFloat(d, 'f', 8, 64), "0")
	if strings.HasSuffix(s, ".") {
		s += "0"
	}
	return s
}

// readAddress reads an address on the web.
func readAddress(s string) (string, error) {
	return readURL(s, "http", "https")
}

func readURL(s string, schemes ...string) (string, error) {
	if len(s) > directory.MaxURL {
		return "", reason("an address may have at most %d bytes", directory.MaxURL)
	}
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || hidden(r) }) {
		return "", reason("%s holds a space or a character that cannot be seen", quote(s))
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme == "" || u.Host == "" && u.Opaque == "" {
		return "", reason("%s is no complete address (write https://hoster.example/)", quote(s))
	}
	switch {
	case !slices.Contains(schemes, u.Scheme):
		return "", reason("%s does not begin with %s", quote(s), strings.Join(schemes, ": or ")+":")
	case u.User != nil:
		return "", reason("%s holds a name or password before the @", quote(s))
	case (u.Scheme == "http" || u.Scheme == "https" || u.Opaque == "") && u.Hostname() == "":
		return "", reason("%s names no host", quote(s))
	case strings.ContainsFunc(u.Path, unicode.IsControl):
		return "", reason("%s holds encoded control characters", quote(s))
	}
	return s, nil
}

// readEmail reads a mail address.
func readEmail(s string) (string, error) {
	s = strings.TrimPrefix(s, "mailto:")
	a, err := mail.ParseAddress(s)
	_, host, _ := strings.Cut(s, "@")
	if err != nil || a.Address != s || len(s) > 254 || strings.ContainsAny(s, `"[] `) || !strings.Contains(host, ".") {
		return "", reason("%s is no mail address (write contact@hoster.example)", quote(s))
	}
	return s, nil
}

// hidden reports what a reader cannot see, and what makes a text read
// otherwise than it is written (Unicode TR 36, bidirectional spoofing).
func hidden(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' ||
		r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

// readLine reads a text of one line and at most most characters.
func readLine(s string, most int) (string, error) {
	return readProse(strings.NewReplacer("\n", " ", "\t", " ").Replace(s), most)
}

// readProse reads a text that may have several lines.
func readProse(s string, most int) (string, error) {
	if n := utf8.RuneCountInString(s); n > most {
		return "", reason("this has %d characters, and may have %d", n, most)
	}
	if strings.ContainsFunc(s, func(r rune) bool { return hidden(r) && r != '\n' && r != '\t' }) {
		return "", reason("%s holds characters that cannot be seen", quote(s))
	}
	return s, nil
}

// enum is one closed list of the format: what it writes, in capitals, and what
// that means. Where one meaning has several spellings, the first is written.
type enum[T ~string] []struct {
	written string
	means   T
}

func (e enum[T]) read(s string) (T, error) {
	var known []string
	for _, v := range e {
		if strings.EqualFold(v.written, s) {
			return v.means, nil
		}
		if !slices.Contains(known, v.written) {
			known = append(known, v.written)
		}
	}
	return "", reason("%s is none of %s", quote(s), strings.Join(known, ", "))
}

func (e enum[T]) write(value T) string {
	for _, v := range e {
		if v.means == value {
			return v.written
		}
	}
	return ""
}

// The closed lists of the format. The words after the first spelling of a
// meaning are those of the first version (ON, OFF…) or of hosters.
var (
	forms = enum[directory.LegalForm]{
		{"ASSOCIATION", directory.FormAssociation},
		{"INFORMAL", directory.FormInformal},
		{"COOPERATIVE", directory.FormCooperative},
		{"MICROCOMPANY", directory.FormMicroCompany},
		{"COMPANY", directory.FormCompany},
		{"INDIVIDUAL", directory.FormIndividual},
		{"OTHER", directory.FormOther},
	}
	states = enum[directory.State]{
		{"ACTIVE", directory.StateActive},
		{"IDLE", directory.StatePaused},
		{"AWAY", directory.StateClosed},
		{"ON", directory.StateActive},
		{"MAINTENANCE", directory.StatePaused},
		{"OFF", directory.StateClosed},
		{"ACTIVE", directory.StateClosing}, // with an end date
	}
	levels = enum[directory.Level]{
		{"OK", directory.LevelOK},
		{"WARNING", directory.LevelWarning},
		{"ALERT", directory.LevelAlert},
		{"ERROR", directory.LevelError},
		{"OVER", directory.LevelOver},
		{"VOID", ""},
		{"ON", directory.LevelOK},
		{"MAINTENANCE", directory.LevelWarning},
		{"DOWN", directory.LevelError},
		{"OFF", directory.LevelOver},
		{"DRAFT", ""},
	}
	loads = enum[directory.Capacity]{
		{"OPEN", directory.CapacityOpen},
		{"FULL", directory.CapacityFull},
		{"FULL", directory.CapacityWaitingList},
	}
	publics = enum[directory.OpenTo]{
		{"Free", directory.OpenToAnyone},
		{"Member", directory.OpenToMembers},
		{"Client", directory.OpenToClients},
	}
	roomKinds = enum[string]{
		{"HOME", directory.RoomHome},
		{"HOSTEDBAY", directory.RoomHostedBay},
		{"HOSTEDSERVER", directory.RoomHostedServer},
		{"OUTSOURCED", directory.RoomOutsourced},
	}
	serverKinds = enum[string]{
		{"NANO", directory.ServerNano},
		{"PHYSICAL", directory.ServerPhysical},
		{"VIRTUAL", directory.ServerVirtual},
		{"SHARED", directory.ServerShared},
		{"CLOUD", directory.ServerCloud},
	}
)

// splitList parts a list at its semicolons; empty items are dropped.
func splitList(s string) []string {
	var items []string
	for item := range strings.SplitSeq(s, ";") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}
