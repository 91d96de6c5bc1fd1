package exchange

import (
	"slices"
	"strings"
)

// set gives a key a value: on the line that says it now, whatever its spelling
// there, else on a new line near its like. "" takes the key out.
func (f *File) set(key string, aliases []string, value string) {
	if value == "" {
		f.remove(append([]string{key}, aliases...))
		return
	}
	i, ok := f.lineOf(key, aliases)
	if !ok {
		f.insert(key, value)
		return
	}
	l := &f.lines[i]
	gap := ""
	if l.start >= 2 && l.text[l.start-1] == '=' && l.text[l.start-2] == ' ' {
		gap = " "
	}
	l.text = l.text[:l.start] + gap + written(value) + l.text[l.cut:]
	parseLine(l)
}

// lineOf gives the line that a key is read from, or that would be read first
// if it said something.
func (f *File) lineOf(key string, aliases []string) (int, bool) {
	keys := append([]string{key}, aliases...)
	for _, k := range keys {
		if e, ok := f.item(k); ok && e.Value != "" {
			return e.Line - 1, true
		}
	}
	for _, k := range keys {
		if i, ok := f.index[foldKey(k)]; ok {
			return i, true
		}
	}
	return 0, false
}

// remove takes out every line of the keys, repeated ones too: what stood
// behind the first would count otherwise.
func (f *File) remove(keys []string) {
	f.lines = slices.DeleteFunc(f.lines, func(l line) bool {
		return l.key != "" && slices.ContainsFunc(keys, func(k string) bool { return foldKey(k) == foldKey(l.key) })
	})
	f.reindex()
}

// insert adds a line behind the last one that shares most of its path, else in
// a new section at the end.
func (f *File) insert(key, value string) {
	at, shared := -1, 0
	for i, l := range f.lines {
		if n := sharedPath(foldKey(l.key), key); l.key != "" && n >= shared && n > 0 {
			at, shared = i, n
		}
	}
	if at >= 0 {
		f.splice(at+1, key+" = "+written(value))
		return
	}
	section, _, _ := strings.Cut(key, ".")
	if len(f.lines) > 0 {
		f.splice(len(f.lines), "")
	}
	f.splice(len(f.lines), "# ["+strings.ToUpper(section[:1])+section[1:]+"]")
	f.splice(len(f.lines), key+" = "+written(value))
}

// sharedPath counts the words that two keys begin with.
func sharedPath(a, b string) int {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	n := 0
	for n < len(x) && n < len(y) && x[n] == y[n] {
		n++
	}
	return n
}

// splice puts a line of text before line i, ended as the file ends its lines.
func (f *File) splice(i int, text string) {
	end := "\n"
	if len(f.lines) > 0 && f.lines[0].end != "" {
		end = f.lines[0].end
	}
	if i > 0 && f.lines[i-1].end == "" {
		f.lines[i-1].end = end
	}
	l := line{text: text, end: end}
	parseLine(&l)
	f.lines = slices.Insert(f.lines, i, l)
	f.reindex()
}

// append adds lines at the end of a fresh file, many in little time.
func (f *File) append(texts ...string) {
	for _, text := range texts {
		l := line{text: text, end: "\n"}
		parseLine(&l)
		f.lines = append(f.lines, l)
		f.enter(len(f.lines) - 1)
	}
}

// clone gives a copy that can be changed.
func (f *File) clone() *File {
	c := &File{Name: f.Name, bom: f.bom, lines: slices.Clone(f.lines)}
	c.reindex()
	return c
}
