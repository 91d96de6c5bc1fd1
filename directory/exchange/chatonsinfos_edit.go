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
	gone := map[string]bool{}
	for _, k := range keys {
		gone[foldKey(k)] = true
	}
	f.lines = slices.DeleteFunc(f.lines, func(l line) bool { return l.key != "" && gone[l.folded] })
	f.reindex()
}

// insert adds a line behind the last one that shares most of its path, else in
// a new section at the end.
func (f *File) insert(key, value string) {
	at, shared := -1, 0
	for i, l := range f.lines {
		if n := sharedPath(l.folded, key); l.key != "" && n >= shared && n > 0 {
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
	f.splice(len(f.lines), heading(section))
	f.splice(len(f.lines), key+" = "+written(value))
}

// heading is the comment that opens a section, as other generators write it.
func heading(section string) string {
	return "# [" + strings.ToUpper(section[:1]) + section[1:] + "]"
}

// sharedPath gives the length of the whole words that two keys begin with.
func sharedPath(a, b string) int {
	n := 0
	for i := 0; ; i++ {
		endA, endB := i == len(a) || a[i] == '.', i == len(b) || b[i] == '.'
		if endA && endB {
			n = i
		}
		if i == len(a) || i == len(b) || a[i] != b[i] {
			return n
		}
	}
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

// append adds facts at the end of a fresh file, section by section: many in
// little time.
func (f *File) append(facts ...fact) {
	section := ""
	for _, x := range facts {
		if x.value == "" {
			continue
		}
		if is, _, _ := strings.Cut(x.key, "."); is != section {
			if section = is; len(f.lines) > 0 {
				f.push("")
			}
			f.push(heading(section))
		}
		f.push(x.key + " = " + written(x.value))
	}
}

func (f *File) push(text string) {
	l := line{text: text, end: "\n"}
	parseLine(&l)
	f.lines = append(f.lines, l)
	f.enter(len(f.lines) - 1)
}

// clone gives a copy that can be changed.
func (f *File) clone() *File {
	c := &File{Name: f.Name, bom: f.bom, lines: slices.Clone(f.lines)}
	c.reindex()
	return c
}
