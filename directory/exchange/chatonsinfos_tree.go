package exchange

import (
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

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

// Tree walks the ChatonsInfos files below a first one, a federation's or an
// organization's, without any I/O of its own:
//
//	t := exchange.NewTree(address, exchange.DefaultLimits)
//	for address, ok := t.Next(); ok; address, ok = t.Next() {
//		raw, err := fetch(address)
//		if err != nil {
//			t.Fail(address, err)
//		} else {
//			t.Add(address, raw)
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
	want     []string // the classes that it may have
	file     *File
	children []string
	settled  bool
}

// Failure is a file that could not be had or read.
type Failure struct {
	URL string
	Err error
}

// TreeResult is what a walk gave.
type TreeResult struct {
	Organizations []Organization
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

// Add gives the bytes of a file; the files that it links to become Next's. An
// address that Next has not given, or that was answered already, is ignored.
func (t *Tree) Add(address string, raw []byte) {
	n := t.nodes[address]
	if n == nil || n.settled {
		return
	}
	if len(raw) > t.limits.Bytes {
		t.Fail(address, directory.Invalid(address, "is longer than %d KiB", t.limits.Bytes>>10))
		return
	}
	f, warnings, err := ReadChatonsInfos(address, raw)
	if err == nil && !slices.Contains(n.want, f.Class()) {
		err = wrongClass(f, f.Class(), strings.Join(n.want, " or "))
	}
	if err != nil {
		t.Fail(address, err)
		return
	}
	n.settled, n.file = true, f
	t.warnings = append(t.warnings, warnings...)
	if f.Class() != ClassService {
		t.follow(n)
	}
}

// follow queues the files that n links to.
func (t *Tree) follow(n *node) {
	want := ClassService
	if n.file.Class() == ClassFederation {
		want = ClassOrganization
	}
	for _, sub := range n.file.Subs() {
		address, err := t.admit(n, sub.URL, want)
		if err != nil {
			t.warnings = append(t.warnings, Warning{File: n.file.Name, Line: sub.Line, Key: subsPrefix + sub.Key, Reason: err.Error()})
			continue
		}
		if !slices.Contains(n.children, address) {
			n.children = append(n.children, address)
		}
	}
}

// admit checks one link of a file and gives the address under which its file
// is known.
func (t *Tree) admit(parent *node, link, want string) (string, error) {
	address, err := sameAddress(link)
	if err != nil {
		return "", err
	}
	if known, ok := t.nodes[address]; ok {
		if slices.Contains(known.want, want) && known.depth > parent.depth {
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
	t.nodes[address] = &node{depth: parent.depth + 1, want: []string{want}}
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
	if root.file == nil {
		return r
	}
	organizations := []string{t.root}
	if root.file.Class() == ClassFederation {
		organizations = root.children
	}
	for _, address := range organizations {
		n := t.nodes[address]
		if n.file == nil {
			continue
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
			continue
		}
		o.Hoster, r.Warnings = h, append(r.Warnings, warnings...)
		r.Organizations = append(r.Organizations, o)
	}
	return r
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
