package web

import (
	"bytes"
	"html/template"
	syntax "text/template/parse"

	"matou/directory"
)

// wording writes into templates, once, what a language says the same on every
// visit: a page has a hundred sentences without arguments, and a template makes
// two calls by reflection for each. They pass the same escaping.
type wording struct{ locale *locale }

// set writes into every part of t, which was not shown yet.
func (w wording) set(t *template.Template) {
	for _, part := range t.Templates() {
		if part.Tree != nil {
			w.list(part.Tree.Root)
		}
	}
}

func (w wording) list(l *syntax.ListNode) {
	if l == nil {
		return
	}
	for i, n := range l.Nodes {
		switch n := n.(type) {
		case *syntax.ActionNode:
			if words, ok := w.fixed(n.Pipe); ok {
				l.Nodes[i] = &syntax.TextNode{NodeType: syntax.NodeText, Pos: n.Pos, Text: []byte(escapedHTML.Replace(words))}
			}
		case *syntax.IfNode:
			w.list(n.List)
			w.list(n.ElseList)
		case *syntax.RangeNode:
			w.list(n.List)
			w.list(n.ElseList)
		case *syntax.WithNode:
			w.list(n.List)
			w.list(n.ElseList)
		}
	}
}

// fixed gives what {{t "key"}}, {{addr "name"}} and {{home}} say. They stand in
// texts and in quoted attributes alone.
func (w wording) fixed(p *syntax.PipeNode) (string, bool) {
	if len(p.Cmds) != 1 || len(p.Decl) > 0 {
		return "", false
	}
	args := p.Cmds[0].Args
	name, ok := args[0].(*syntax.IdentifierNode)
	if !ok || len(args) > 2 {
		return "", false
	}
	if len(args) == 1 {
		return homeAddress(w.locale.language), name.Ident == "home"
	}
	value, ok := args[1].(*syntax.StringNode)
	if !ok {
		return "", false
	}
	switch name.Ident {
	case "t":
		return w.locale.text(value.Text), true
	case "addr":
		return address(w.locale.language, value.Text), true
	}
	return "", false
}

// drawPart executes one part of a page alone.
func (s *Site) drawPart(l directory.Language, page, part string, data any) (template.HTML, error) {
	b := buffer()
	defer buffers.Put(b)
	if err := s.writePart(b, l, page, part, data); err != nil {
		return "", err
	}
	return template.HTML(b.String()), nil
}

// writePart writes one part of a page's template.
func (s *Site) writePart(b *bytes.Buffer, l directory.Language, page, part string, data any) error {
	t, err := s.pages[l][page]()
	if err != nil {
		return err
	}
	return t.ExecuteTemplate(b, part, data)
}
