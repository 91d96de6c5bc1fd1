package exchange

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"matou/directory"
)

// What a ChatonsInfos file may measure at most. Real ones have about a hundred
// lines; metrics make some of them long.
const (
	MaxFileBytes = 256 << 10
	MaxFileLines = 5000
	MaxLineBytes = 8 << 10
)

// The classes of ChatonsInfos files, as File.Class gives them.
const (
	ClassFederation   = "federation"
	ClassOrganization = "organization"
	ClassService      = "service"
	ClassDevice       = "device"
)

// File is one ChatonsInfos file: lines of "section.path = value", comments and
// blank lines, all kept in order and byte for byte, so that what matou does
// not know survives an import and an export.
//
// Name is the file's name or address; warnings and errors carry it.
type File struct {
	Name  string
	bom   bool
	lines []line
	index map[string]int // lower-case key -> its first line
}

// line is one line of a file. Those that are no entry have an empty key.
type line struct {
	text       string // without its end
	end        string // "\n", "\r\n", "\r", or "" at the end of a file
	key        string // as written, trimmed
	folded     string // the key in small letters
	start, cut int    // text[start:cut] is the value as written, trimmed
}

// Item is one key of a file with its value as meant: quotes off, unescaped.
type Item struct {
	Key   string // as written
	Value string
	Line  int // from 1
}

// Sub is one link from a file to another.
type Sub struct {
	Key  string // what follows "subs.", as written
	URL  string // as meant; not checked
	Line int    // from 1
}

const byteOrderMark = "\ufeff"

// ReadChatonsInfos reads a ChatonsInfos file of UTF-8 text, with or without a
// byte order mark, whatever ends its lines. The first "=" of a line parts key
// and value; a line that has none is kept and warned of; of a key written
// twice the first one counts. Errors are directory.ErrInvalid and name the
// line: text in another encoding, and what is beyond MaxFileBytes,
// MaxFileLines or MaxLineBytes.
func ReadChatonsInfos(name string, raw []byte) (*File, []Warning, error) {
	if len(raw) > MaxFileBytes {
		return nil, nil, directory.Invalid(name, "is longer than %d KiB", MaxFileBytes>>10)
	}
	f := &File{Name: name, index: map[string]int{}}
	rest := string(raw)
	rest, f.bom = strings.CutPrefix(rest, byteOrderMark)
	var warnings []Warning
	for len(rest) > 0 {
		var l line
		l.text, l.end, rest = cutLine(rest)
		n := len(f.lines) + 1
		if err := checkLine(fmt.Sprintf("%s, line %d", name, n), l.text, n); err != nil {
			return nil, nil, err
		}
		parseLine(&l)
		f.lines = append(f.lines, l)
		if reason := f.enter(n - 1); reason != "" {
			warnings = append(warnings, Warning{File: name, Line: n, Key: l.key, Reason: reason})
		}
	}
	return f, warnings, nil
}

// cutLine takes the first line, with its end apart, off a text.
func cutLine(s string) (text, end, rest string) {
	i := strings.IndexAny(s, "\r\n")
	if i < 0 {
		return s, "", ""
	}
	n := 1
	if strings.HasPrefix(s[i:], "\r\n") {
		n = 2
	}
	return s[:i], s[i : i+n], s[i+n:]
}

func checkLine(where, text string, n int) error {
	switch {
	case n > MaxFileLines:
		return directory.Invalid(where, "is beyond the %d lines that a file may have", MaxFileLines)
	case n == 1 && (strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff")):
		return directory.Invalid(where, "is not UTF-8 text (it looks like UTF-16): save the file as UTF-8")
	case !utf8.ValidString(text):
		return directory.Invalid(where, "is not UTF-8 text (it may be Latin-1): save the file as UTF-8")
	case strings.ContainsRune(text, 0):
		return directory.Invalid(where, "holds a zero byte: this is not a text file")
	case len(text) > MaxLineBytes:
		return directory.Invalid(where, "is longer than %d KiB", MaxLineBytes>>10)
	}
	return nil
}

// parseLine finds the key and the value in a line's text.
func parseLine(l *line) {
	trimmed := strings.TrimSpace(l.text)
	if trimmed == "" || trimmed[0] == '#' {
		return
	}
	key, value, ok := strings.Cut(l.text, "=")
	if !ok {
		return
	}
	l.key = strings.TrimSpace(key)
	l.folded = foldKey(l.key)
	l.start = len(key) + 1 + len(value) - len(strings.TrimLeft(value, " \t\u00a0"))
	l.cut = max(l.start, len(strings.TrimRight(l.text, " \t\u00a0")))
}

// enter notes line i in the index, and says why it could not, where it could
// not.
func (f *File) enter(i int) string {
	l := &f.lines[i]
	if l.key == "" {
		text := strings.TrimSpace(l.text)
		if text == "" || text[0] == '#' {
			return ""
		}
		return "this line is neither a comment nor “key = value”; it is kept and not used"
	}
	if first, ok := f.index[l.folded]; ok {
		return fmt.Sprintf("this key is already on line %d, which counts; this line is kept and not used", first+1)
	}
	f.index[l.folded] = i
	return ""
}

// reindex rebuilds the index after lines came or went.
func (f *File) reindex() {
	f.index = make(map[string]int, len(f.lines))
	for i, l := range f.lines {
		if _, ok := f.index[l.folded]; !ok && l.key != "" {
			f.index[l.folded] = i
		}
	}
}

// foldKey lowers the ASCII letters of a key, so that its length stays.
func foldKey(key string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, key)
}

// Bytes gives the file as text; of a file that was read and not changed, the
// bytes that were read.
func (f *File) Bytes() []byte {
	var b bytes.Buffer
	if f.bom {
		b.WriteString(byteOrderMark)
	}
	for _, l := range f.lines {
		b.WriteString(l.text)
		b.WriteString(l.end)
	}
	return b.Bytes()
}

// Lookup gives the value of a key, whatever the case of its letters: trimmed,
// one pair of matching quotes off, \' as an apostrophe, \n and <br/> as line
// breaks. A key that is there with nothing behind it gives "", true.
func (f *File) Lookup(key string) (string, bool) {
	e, ok := f.item(key)
	return e.Value, ok
}

func (f *File) item(key string) (Item, bool) {
	i, ok := f.index[foldKey(key)]
	if !ok {
		return Item{}, false
	}
	return f.itemAt(i), true
}

func (f *File) itemAt(i int) Item {
	l := f.lines[i]
	return Item{Key: l.key, Value: meant(l.text[l.start:l.cut]), Line: i + 1}
}

// Prefix gives the entries whose keys begin with a prefix such as "metrics.",
// whatever the case of the letters, in the order of the file, without those
// that repeat a key.
func (f *File) Prefix(prefix string) []Item {
	prefix = foldKey(prefix)
	var items []Item
	for i, l := range f.lines {
		if l.key != "" && strings.HasPrefix(l.folded, prefix) && f.index[l.folded] == i {
			items = append(items, f.itemAt(i))
		}
	}
	return items
}

// Class gives what the file describes: one of the Class constants, what it
// says itself in lower case where that is something else, and where it says
// nothing, what the sections that it has point at, or "".
func (f *File) Class() string {
	if said, _ := f.Lookup("file.class"); said != "" {
		if said = strings.ToLower(said); said == "organisation" {
			return ClassOrganization
		}
		return said
	}
	for _, class := range []string{ClassFederation, ClassOrganization, ClassService, ClassDevice} {
		if len(f.Prefix(class+".")) > 0 {
			return class
		}
	}
	return ""
}

const subsPrefix = "subs."

// Subs gives the links to other files that are not empty, in order.
func (f *File) Subs() []Sub {
	var subs []Sub
	for _, e := range f.Prefix(subsPrefix) {
		if e.Value != "" {
			subs = append(subs, Sub{Key: e.Key[len(subsPrefix):], URL: e.Value, Line: e.Line})
		}
	}
	return subs
}

// lineBreaks are the ways in which the format writes a line break, and the
// apostrophe that its first description escapes.
var lineBreaks = strings.NewReplacer(`\n`, "\n", `\'`, "'", "<br/>", "\n", "<br />", "\n", "<br>", "\n", "<BR/>", "\n", "<BR>", "\n")

// meant gives what a value as written means.
func meant(written string) string {
	s := strings.TrimSpace(written)
	if n := len(s); n >= 2 && (s[0] == '"' || s[0] == '\'') && s[n-1] == s[0] {
		s = s[1 : n-1]
	}
	return strings.TrimSpace(lineBreaks.Replace(s))
}

// written gives a value as meant the way in which the format writes it: on one
// line, between quotes where it begins and ends with quotes itself. What the
// format cannot say is lost: the texts \n, \' and <br/> as such, control
// characters, and space around the value.
func written(value string) string {
	s := strings.TrimSpace(strings.NewReplacer("\r\n", `\n`, "\n", `\n`, "\r", `\n`).Replace(strings.TrimSpace(value)))
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
	if n := len(s); n >= 2 && (s[0] == '"' || s[0] == '\'') && s[n-1] == s[0] {
		return `"` + s + `"`
	}
	return s
}
