package federation_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"matou/directory"
	"matou/federation/federationtest"
)

// shown gives the body of a note as it is kept for pages, sent as HTML.
func (a *attack) shown(markup string) string {
	a.Helper()
	note := a.hoster.Incident("Panne", "x")
	note["source"] = map[string]any{"content": "x", "mediaType": "text/html"} // so that its content is shown
	note["content"], note["contentMap"] = markup, nil
	send(a, a.n, a.hoster, a.hoster.Create(note))
	notice, err := a.n.Store.Notice(a.Context(), directory.ID(note["id"].(string)))
	if err != nil {
		a.Fatal(err)
	}
	return notice.Body
}

// harmless makes sure that HTML has only elements and attributes that neither
// run nor load nor move anything, as a browser reads it.
func harmless(t testing.TB, what, body string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	elements := []string{"html", "head", "body", "p", "br", "span", "a", "del", "s", "pre", "blockquote", "code", "b", "strong", "u", "i", "em", "ul", "ol", "li"}
	attributes := []string{"href", "rel", "class", "start", "reversed", "value"}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if !slices.Contains(elements, n.Data) || n.Namespace != "" {
			t.Errorf("%s: <%s> in %q", what, n.Data, body)
		}
		for _, attribute := range n.Attr {
			if !slices.Contains(attributes, attribute.Key) || attribute.Key == "href" && !strings.HasPrefix(attribute.Val, "http") {
				t.Errorf("%s: %s=%q in %q", what, attribute.Key, attribute.Val, body)
			}
		}
	}
}

// Markup that parsers of browsers and of sanitisers have read in two ways.
func attackSanitiser(a *attack) {
	for _, markup := range []string{
		`<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>`,
		`<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">`,
		`<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">`,
		`<svg><![CDATA[><image xlink:href="]]><img src=x onerror=alert(1)>`,
		`<noscript><p title="</noscript><img src=x onerror=alert(1)>">`,
		`<form><math><mtext></form><form><mglyph><svg><mtext><textarea><path id="</textarea><img onerror=alert(1) src=1>">`,
		`<template><script>alert(1)</script></template>`, `<a href="java&#x0A;script:alert(1)">x</a>`, `<a href=" javascript:alert(1)">x</a>`,
		`<xmp><p title="</xmp><svg/onload=alert(1)>">`, `<p/onclick=alert(1)//>`, "<p\x0conclick=alert(1)>x", `<<script>script>alert(1)<</script>/script>`,
		`<math href="javascript:alert(1)">x</math>`, `<annotation-xml encoding="text/html"><style><img src=x onerror=y></style>`,
		strings.Repeat("<math><mi>", 400), strings.Repeat("<svg><g>", 400) + "x", strings.Repeat("<b><p>", 900), strings.Repeat("</", 9000),
		"<" + strings.Repeat("a", 60_000), "&" + strings.Repeat("#x41;&", 9000), strings.Repeat(`<a href="`, 1500), "<!--" + strings.Repeat("-", 40_000) + ">",
	} {
		harmless(a, fmt.Sprintf("%.60q", markup), a.shown(markup))
	}
}

// Styles and classes that would cover the page, or take a class of ours.
func attackStyles(a *attack) {
	for _, markup := range []string{
		`<p style="position:fixed;inset:0;background:red">x</p>`, `<style>body{display:none}</style><p>x</p>`,
		`<link rel="stylesheet" href="https://evil.example/x.css"><p>x</p>`, `<p class="card notice">x</p>`,
		`<span class="matou-badge admin">Officiel</span>`, `<a class="button" href="https://evil.example/">x</a>`,
		`<p id="main">x</p>`, `<table width="9999"><tr><td>x</td></tr></table>`, `<font size=99>x</font>`, `<marquee>x</marquee>`,
		`<p hidden>x</p>`, `<div data-state="ok" aria-hidden="true">x</div>`, `<base href="https://evil.example/">`, `<meta http-equiv="refresh" content="0;url=https://evil.example/">`,
	} {
		body := a.shown(markup)
		harmless(a, markup, body)
		for _, bad := range []string{"style", "card", "badge", "button", "display", "id=", "hidden"} {
			if strings.Contains(body, bad) {
				a.Errorf("%q has become %q", markup, body)
			}
		}
	}
	if body := a.shown(`<p><span class="h-card evil"><a class="u-url mention" href="https://a.example/@x">@x</a></span></p>`); strings.Contains(body, "evil") || !strings.Contains(body, "mention") {
		a.Errorf("classes of mentions: %q", body)
	}
}

// Links whose words say that they lead elsewhere.
func attackDisguisedLinks(a *attack) {
	for markup, hides := range map[string]bool{
		`<a href="https://evil.example/login">https://banque.example/login</a>`:                                                                                     true,
		`<a href="https://evil.example/">banque.example</a>`:                                                                                                        true,
		`<a href="https://evil.example/"><span class="invisible">https://evil.</span><span>banque.example</span><span class="invisible">.evil</span></a>`:           true,
		`<a href="https://banque.example@evil.example/">banque.example</a>`:                                                                                         true,
		`<a href="https://evil.example/banque.example">b&#8203;anque.example</a>`:                                                                                   true,
		`<a href="https://evil.example/"><span class="invisible">https://</span><span class="ellipsis">evil.example/lon</span><span class="invisible">g</span></a>`: true,
		`<a href="https://evil.example/"><b>banque</b>.example</a>`:                                                                                                 true,
	} {
		body := a.shown("<p>" + markup + "</p>")
		harmless(a, markup, body)
		if hides && !strings.Contains(stripTags(body), "evil.example") || strings.Contains(body, "invisible") || strings.Contains(body, "\u200b") {
			a.Errorf("%s\nhas become\n%s", markup, body)
		}
	}
}

// stripTags gives the words of HTML as they are seen.
func stripTags(body string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(body))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			b.Write(z.Text())
		}
	}
}

// Pictures that count who reads, carry scripts or fill the memory: the node
// asks for none, and keeps none for its pages.
func attackPictures(a *attack) {
	list(a, a.n, a.evil.Hoster("image"))
	h := a.evil.Hoster("images")
	for i, member := range []string{"icon", "image", "logo", "banner", "preview"} {
		h.Set(member, map[string]any{
			"type": "Image", "mediaType": "image/svg+xml", "url": fmt.Sprintf("%s/pixel/%d.svg", a.evil.URL, i), "width": 100_000, "height": 100_000,
		})
	}
	h.Set("summary", `<p>Bonjour <img src="`+a.evil.URL+`/pixel/s.png"></p>`)
	list(a, a.n, h)
	note := h.Incident("Panne", "![x]("+a.evil.URL+"/pixel/m.png)")
	note["attachment"] = []any{map[string]any{"type": "Document", "mediaType": "image/png", "url": a.evil.URL + "/pixel/a.png"}}
	note["tag"] = []any{map[string]any{"type": "Emoji", "name": ":x:", "icon": map[string]any{"type": "Image", "url": a.evil.URL + "/pixel/e.png"}}}
	note["icon"] = a.evil.URL + "/pixel/n.png"
	send(a, a.n, h, h.Create(note))
	if got := notices(a, a.n, h.ID); len(got) != 1 {
		a.Fatalf("%d notices, want 1", len(got))
	}
	l, err := a.n.Store.Listing(a.Context(), directory.ID(h.ID))
	if err != nil {
		a.Fatal(err)
	}
	if kept := fmt.Sprintf("%+v %+v", l.Hoster, notices(a, a.n, h.ID)); strings.Contains(kept, "<img") || strings.Contains(kept, ".svg") {
		a.Errorf("a picture is kept for pages: %s", kept)
	}
	for _, r := range a.evil.Requests() {
		if strings.Contains(r, "/pixel/") {
			a.Errorf("the node asked for %s", r)
		}
	}
}

// Languages that are none, and more of them than anybody reads.
func attackLanguages(a *attack) {
	many := map[string]any{"": "x", "!!": "x", "fr_FR": "x", "fr-" + strings.Repeat("a", 200): "x", "x": "x", "\u202efr": "x", "1": "x", "fr\x00": "x"}
	delete(many, "fr\x00") // D5
	for i := range 500 {
		many[fmt.Sprintf("%c%c", 'a'+i%26, 'a'+i/26)] = "texte"
	}
	note := a.hoster.Incident("Langues", "x")
	note["source"] = nil
	note["contentMap"], note["nameMap"], note["summaryMap"] = many, many, many
	send(a, a.n, a.hoster, a.hoster.Create(note))
	h := a.evil.Hoster("langues", map[string]any{
		"id": a.evil.URL + "/users/langues/services/1", "type": "HostedService", "attributedTo": a.evil.URL + "/users/langues",
		"slug": "pad", "name": "Pad", "descriptionMap": many, "summaryMap": many, "language": "!!", "languages": []any{"fr", "!!", 5, strings.Repeat("x", 1000)},
	})
	h.Set("nameMap", many)
	h.Set("summaryMap", many)
	h.Set("contentMap", many)
	list(a, a.n, h)
	l, err := a.n.Store.Listing(a.Context(), directory.ID(h.ID))
	if err != nil {
		a.Fatal(err)
	}
	texts := []directory.Text{l.Hoster.Summary, l.Hoster.Description}
	for _, s := range l.Hoster.Services {
		texts = append(texts, s.Summary)
	}
	for _, text := range texts {
		if len(text) > directory.MaxTextIn {
			a.Errorf("%d languages are kept, want at most %d", len(text), directory.MaxTextIn)
		}
		for tag := range text {
			if len(tag) < 2 || len(tag) > 3 || strings.Trim(string(tag), "abcdefghijklmnopqrstuvwxyz") != "" {
				a.Errorf("the language %q is kept", tag)
			}
		}
	}
	for _, notice := range notices(a, a.n, a.hoster.ID) {
		if len(notice.Language) > 3 {
			a.Errorf("the language of a notice is %q", notice.Language)
		}
	}
}

// Contexts are names, not addresses to ask.
func attackContexts(a *attack) {
	context := a.evil.Serve("/context", map[string]any{"@context": map[string]any{"acteur": "as:actor"}})
	big := map[string]any{}
	for i := range 1000 {
		big[fmt.Sprint("terme", i)] = context
	}
	const as = "https://www.w3.org/ns/activitystreams"
	for _, c := range []any{
		[]any{as, context}, []any{as, "http://10.0.0.1/context"}, []any{as, map[string]any{"@import": context}},
		[]any{as, map[string]any{"@vocab": context, "@base": context}}, []any{as, big}, []any{as, []any{[]any{context}}},
	} {
		a.mallory.Set("@context", c)
		if got := a.post(a.mallory, with(a.follow(a.mallory), map[string]any{"@context": c}), federationtest.Request{}); got.Status != 202 {
			a.Errorf("%.60v: answer is %+v", c, got)
		}
	}
	for _, c := range []any{context, []any{context}, map[string]any{"as": as}, 5} {
		a.refused(a.alice, with(a.follow(a.alice), map[string]any{"@context": c}), federationtest.Request{}, 400)
	}
	for _, r := range a.evil.Requests() {
		if strings.Contains(r, "/context") {
			a.Errorf("the node asked for %s", r)
		}
	}
}
