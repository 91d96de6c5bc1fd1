package exchange

import (
	"fmt"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"matou/directory"
)

// Limits bound what one import may fetch: every file names further ones, and
// all of them are written by strangers.
type Limits struct {
	Depth int // files below one another, the first included
	Files int // files in all
	Bytes int // of one file
}

// DefaultLimits are enough for a federation, its hosters and their services.
var DefaultLimits = Limits{Depth: 3, Files: 500, Bytes: MaxFileBytes}

// Tree walks the files below a first one without any I/O of its own: a
// ChatonsInfos federation with its organizations and their services, an
// organization, a list of librehost.json files, or any other document that
// Read knows, alone:
//
//	t := exchange.NewTree(address, exchange.DefaultLimits)
//	for address, ok := t.Next(); ok; address, ok = t.Next() {
//		raw, err := fetch(address, t.Room(address))
//		if err != nil {
//			t.Fail(address, err)
//		} else {
//			t.AddAt(address, raw, time.Now())
//		}
//	}
//	result := t.Result()
//
// Each address is given once, and only if it is http or https; the first is
// given as it is, so that it may be a path on disk. A Tree is for one
// goroutine.
type Tree struct {
	limits   Limits
	root     string
	queue    []string
	nodes    map[string]*node // by address as given
	warnings []Warning
	failures []Failure
}

// node is one file of a tree, or the place of one that has not come yet.
type node struct {
	depth    int
	want     []string // the classes that a ChatonsInfos file may have
	format   Format   // that the file must have; "": any
	file     *File
	reading  *Reading // of a document that is no ChatonsInfos file
	children []string
	warnings int // told so far
	unsaid   int // warnings that were not told any more
	readAt   time.Time
	settled  bool
}

// maxWarnings is how many warnings of one file are told: nobody reads more,
// and a stranger could write a file that has thousands.
const maxWarnings = 100

// Failure is a file that could not be had or read.
type Failure struct {
	URL string
	Err error
}

// TreeResult is what a walk gave.
type TreeResult struct {
	Collective    *Collective    // what a federation's file says of it; nil where the walk began elsewhere
	Organizations []Organization // from ChatonsInfos files
	Hosters       []Found        // all hosters, with where they come from; those of Organizations too
	Hints         []Hint
	Warnings      []Warning // in the order in which they came up
	Failures      []Failure
}

// Organization is a hoster of a walk with the files that it was read from.
type Organization struct {
	URL      string
	File     *File
	Services []*File
	Hoster   directory.Hoster // as the function Hoster gives it
}

// NewTree makes a walk that begins at root, the address or the path of a file.
func NewTree(root string, limits Limits) *Tree {
	t := &Tree{limits: limits, root: root, nodes: map[string]*node{}}
	t.nodes[root] = &node{depth: 1, want: []string{ClassFederation, ClassOrganization}}
	t.queue = []string{root}
	return t
}

// Expect says of what format the first file is, where that is not to be told
// by its content.
func (t *Tree) Expect(format Format) { t.nodes[t.root].format = format }

// Room is how many bytes the file at an address that Next gave may have.
func (t *Tree) Room(address string) int {
	n := t.nodes[address]
	if n != nil && (n.format == FormatChatonsInfos || n.format == "" && address != t.root) {
		return t.limits.Bytes
	}
	if address == t.root && !isWeb(address) && (n == nil || n.format == "" || n.format == FormatJSON) {
		return max(t.limits.Bytes, MaxListingsBytes) // what a directory has exported; all else that is as long is refused
	}
	return max(t.limits.Bytes, MaxDocumentBytes)
}

// Next gives the address of the next file to fetch, or false where nothing is
// left. Each is to be answered with Add or Fail.
func (t *Tree) Next() (address string, ok bool) {
	if len(t.queue) == 0 {
		return "", false
	}
	address, t.queue = t.queue[0], t.queue[1:]
	return address, true
}

// Known gives how many files are known of so far, fetched or not, for a
// display of progress.
func (t *Tree) Known() int { return len(t.nodes) }

// Fail says that a file could not be had. The walk goes on without it.
func (t *Tree) Fail(address string, err error) {
	if n := t.nodes[address]; n != nil && !n.settled {
		n.settled = true
		t.failures = append(t.failures, Failure{URL: address, Err: err})
	}
}

// Add is AddAt without a time.
func (t *Tree) Add(address string, raw []byte) { t.AddAt(address, raw, time.Time{}) }

// AddAt gives the bytes of a file and when it was read; the files that it
// links to become Next's. An address that Next has not given, or that was
// answered already, is ignored.
func (t *Tree) AddAt(address string, raw []byte, readAt time.Time) {
	n := t.nodes[address]
	if n == nil || n.settled {
		return
	}
	format, err := n.format, error(nil)
	if format == "" && address == t.root {
		format, err = Detect(address, raw)
	}
	switch {
	case err != nil:
	case format == "" || format == FormatChatonsInfos:
		err = t.addFile(n, address, raw)
	default:
		err = t.addDocument(n, format, address, raw)
	}
	if err != nil {
		t.Fail(address, err)
		return
	}
	n.settled, n.readAt = true, readAt
	switch {
	case n.reading != nil:
		t.followLinks(n, address)
	case n.file.Class() != ClassService:
		t.follow(n)
	}
}

// addFile reads a ChatonsInfos file.
func (t *Tree) addFile(n *node, address string, raw []byte) error {
	if len(raw) > t.limits.Bytes {
		return directory.Invalid(address, "is longer than %d KiB", t.limits.Bytes>>10)
	}
	f, warnings, err := ReadChatonsInfos(address, raw)
	if err != nil {
		return err
	}
	if !slices.Contains(n.want, f.Class()) {
		return wrongClass(f, f.Class(), strings.Join(n.want, " or "))
	}
	n.file = f
	t.warn(n, warnings...)
	return nil
}

// addDocument reads a document of another format.
func (t *Tree) addDocument(n *node, format Format, address string, raw []byte) error {
	r, err := Read(format, address, raw)
	if err != nil {
		return err
	}
	n.reading = &r
	t.warn(n, r.Warnings...)
	return nil
}

// warn tells of a file, up to a point.
func (t *Tree) warn(n *node, warnings ...Warning) {
	room := max(0, min(len(warnings), maxWarnings-n.warnings))
	t.warnings = append(t.warnings, warnings[:room]...)
	n.warnings += room
	n.unsaid += len(warnings) - room
}

// followLinks queues the documents that one names.
func (t *Tree) followLinks(n *node, name string) {
	for _, l := range n.reading.Links {
		address, err := t.admit(n, l.URL, l.Format, "")
		if err != nil {
			t.warn(n, Warning{File: name, Key: l.Name, Reason: err.Error()})
			continue
		}
		n.children = append(n.children, address)
	}
}

// follow queues the files that n links to.
func (t *Tree) follow(n *node) {
	want := ClassService
	if n.file.Class() == ClassFederation {
		want = ClassOrganization
	}
	for _, sub := range n.file.Subs() {
		address, err := t.admit(n, sub.URL, FormatChatonsInfos, want)
		if err != nil {
			t.warn(n, Warning{File: n.file.Name, Line: sub.Line, Key: subsPrefix + sub.Key, Reason: err.Error()})
			continue
		}
		if !slices.Contains(n.children, address) {
			n.children = append(n.children, address)
		}
	}
}

// admit checks one link of a file and gives the address under which its file
// is known.
func (t *Tree) admit(parent *node, link string, format Format, want string) (string, error) {
	address, err := sameAddress(link)
	if err != nil {
		return "", err
	}
	if known, ok := t.nodes[address]; ok {
		if known.format == format && slices.Contains(known.want, want) && known.depth > parent.depth {
			return address, nil
		}
		return "", fmt.Errorf("%s is already in this import, above or beside this file; the link is not followed", quote(link))
	}
	switch {
	case parent.depth >= t.limits.Depth:
		return "", fmt.Errorf("the link is not followed: it is more than %d files deep", t.limits.Depth)
	case len(t.nodes) >= t.limits.Files:
		return "", fmt.Errorf("the link is not followed: an import takes at most %d files", t.limits.Files)
	}
	t.nodes[address] = &node{depth: parent.depth + 1, want: []string{want}, format: format}
	t.queue = append(t.queue, address)
	return address, nil
}

// sameAddress gives one spelling for the addresses that surely mean the same.
func sameAddress(link string) (string, error) {
	if _, err := readAddress(link); err != nil {
		return "", err
	}
	u, err := url.Parse(link)
	if err != nil {
		return "", reason("%s is no complete address", quote(link))
	}
	u.Host = strings.ToLower(u.Host)
	if u.Path == "" {
		u.Path = "/"
	}
	u.Fragment, u.RawFragment = "", ""
	return u.String(), nil
}

// Result gives what came of the walk so far. Files that were never answered
// are left out.
func (t *Tree) Result() TreeResult {
	r := TreeResult{
		Warnings: slices.Clone(t.warnings),
		Failures: slices.Clone(t.failures),
	}
	root := t.nodes[t.root]
	switch {
	case root.reading != nil:
		t.gather(t.root, &r)
	case root.file == nil:
	case root.file.Class() == ClassFederation:
		if c, warnings, err := Federation(root.file); err == nil {
			r.Collective = &c
			r.warn(warnings)
		}
		for _, address := range root.children {
			t.organization(address, &r)
		}
	default:
		t.organization(t.root, &r)
	}
	for _, address := range slices.Sorted(maps.Keys(t.nodes)) {
		if n := t.nodes[address].unsaid; n > 0 {
			r.Warnings = append(r.Warnings, Warning{File: address, Reason: fmt.Sprintf("there are %d more things to look at in this file", n)})
		}
	}
	return r
}

// warn adds what was found on one hoster, up to a point.
func (r *TreeResult) warn(warnings []Warning) {
	r.Warnings = append(r.Warnings, warnings[:min(len(warnings), maxWarnings)]...)
}

// gather adds what a document and those that it names tell of.
func (t *Tree) gather(address string, r *TreeResult) {
	n := t.nodes[address]
	if n.reading == nil {
		return
	}
	r.Hints = append(r.Hints, n.reading.Hints...)
	for _, f := range n.reading.Hosters {
		f.ReadAt = n.readAt
		r.Hosters = append(r.Hosters, f)
		r.warn(f.Warnings)
	}
	for _, child := range n.children {
		t.gather(child, r)
	}
}

// organization adds the hoster of an organization's file and those of its
// services.
func (t *Tree) organization(address string, r *TreeResult) {
	n := t.nodes[address]
	if n.file == nil {
		return
	}
	o := Organization{URL: address, File: n.file}
	for _, child := range n.children {
		if f := t.nodes[child].file; f != nil {
			o.Services = append(o.Services, f)
		}
	}
	h, warnings, err := Hoster(o.File, o.Services)
	if err != nil {
		r.Failures = append(r.Failures, Failure{URL: address, Err: err})
		return
	}
	o.Hoster = h
	r.Organizations = append(r.Organizations, o)
	r.Hosters = append(r.Hosters, Found{
		Hoster: h, Source: address, Format: FormatChatonsInfos, SaidAt: h.UpdatedAt, ReadAt: n.readAt,
		Warnings: warnings[:min(len(warnings), maxWarnings)],
	})
	r.warn(warnings)
}

// SiblingName gives the last element of an address or a path, decoded:
// "https://chat.example/.well-known/chatonsinfos/pad.properties" gives
// "pad.properties". An import from disk looks for the files that a file links
// to by that name beside it. It never holds a separator; "" where there is
// none.
func SiblingName(address string) string {
	p := address
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		p = u.Path
	}
	p = strings.ReplaceAll(p, `\`, "/")
	if p == "" || strings.HasSuffix(p, "/") || strings.ContainsRune(p, 0) {
		return ""
	}
	if name := path.Base(p); name != "." && name != ".." {
		return name
	}
	return ""
}
