package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"matou/directory"
	"matou/directory/exchange"
	"matou/directory/geo"
	"matou/federation/activitystreams"
	"matou/federation/signature"
)

// What one foreign document of 64 KiB may cost, whatever stands in it.
const (
	nastySize   = 64 << 10
	boundTime   = 50 * time.Millisecond
	boundMemory = 16 << 20
)

// nastyTexts are 64 KiB each of what costs most to read.
func nastyTexts() map[string]string {
	fill := func(s string) string { return strings.Repeat(s, nastySize/len(s)) }
	half := func(open, end string) string {
		n := nastySize / (len(open) + len(end))
		return strings.Repeat(open, n) + strings.Repeat(end, n)
	}
	return map[string]string{
		"letters": fill("a"), "spaces": fill(" "), "lines": fill("\n"), "accents": fill("é"), "right to left": fill("\u202eא"), "marks": "a" + fill("\u0301"),
		"emoji": fill("👩‍👩‍👧"), "invalid": fill("\xff\xfe"), "NUL": fill("\x00"), "slashes": fill("/"), "dots": fill("."), "digits": fill("9"), "minus": fill("-"),
		"quotes": fill(`"`), "commas": fill(`a="b",`), "colons": fill("::"), "percents": fill("%41"), "ampersands": fill("a=b&"), "equals": fill("a = b\n"), "sections": fill("[a]\n"),
		"deep sections": "[" + fill("a.") + "a]", "brackets": half("[", "]"), "braces": half(`{"a":`, "}"), "lone brackets": fill("["), "wide": "[" + fill("1,") + "1]",
		"wide objects": "[" + fill("{},") + "{}]", "strings": "[" + fill(`"a",`) + `"a"]`, "escapes": `"` + fill(`\u0041`) + `"`, "exponent": fill("1") + "e" + fill("9"),
		"b": fill("<b>"), "b and p": fill("<b><p>"), "blockquotes": half("<blockquote>", "</blockquote>"), "lists": fill("<ul><li>"), "anchors": fill(`<a href="https://a.example/">b.example</a>`),
		"open anchors": fill(`<a href="https://a.example/">`), "spans": half("<span>", "</span>"), "tables": fill("<table><tr><td>"), "math": fill("<math><mi><mglyph>"), "svg": fill("<svg><desc>"),
		"scripts": fill("<script>"), "comments": fill("<!--"), "tags": fill("<"), "end tags": fill("</p>"), "attributes": "<p " + fill("a=b ") + ">", "entities": fill("&amp;"), "numbers": fill("&#x41;"),
		"formatting": fill("<a><b><i><u>"), "headings": half("<h1>", "</h1>"), "template": fill("<template>"), "select": fill("<select><option>"),
		"stars": fill("*a "), "strong": fill("**a"), "underscores": fill("_a_ "), "backticks": fill("`a"), "many backticks": ticks(), "links": fill("[a]("), "images": fill("![a]"), "references": fill("[a]: b\n"),
		"quotes of quotes": fill(">"), "items": fill("- "), "items below items": indented(), "autolinks": fill("<https://a.example>"), "addresses": fill("https://a.example/ "), "www": fill("www."), "mail": fill("a@b."), "tildes": fill("~~a"),
		"nested links": half("[", "](https://a.example)"), "entities cut": fill("&a"), "headings in Markdown": fill("# a\n"), "rules": fill("a\n-\n"), "html in Markdown": fill("<div>\n"),
	}
}

// ticks are runs of backticks of ever other length: none closes another.
func ticks() string {
	var b strings.Builder
	for n := 1; b.Len() < nastySize-400; n++ {
		b.WriteString(strings.Repeat("`", n%350) + "a")
	}
	return b.String()
}

// indented is a list whose items lie ever deeper.
func indented() string {
	var b strings.Builder
	for n := 0; b.Len() < nastySize-1000; n++ {
		b.WriteString(strings.Repeat(" ", 2*(n%400)) + "- a\n")
	}
	return b.String()
}

// parsers are all readers of what others wrote. Each takes any bytes.
func parsers(t *testing.T) map[string]func(raw []byte) {
	t.Helper()
	areas, err := geo.Load()
	if err != nil {
		t.Fatal(err)
	}
	request := func(header, value string) *http.Request {
		r := &http.Request{Method: http.MethodPost, Host: "hoster.example", URL: &url.URL{Path: "/inbox"}, Header: http.Header{header: {value}}}
		if header == "Signature-Input" {
			r.Header["Signature"] = []string{value}
		}
		return r
	}
	return map[string]func(raw []byte){
		"Parse": func(raw []byte) {
			if o, err := activitystreams.Parse(raw); err == nil {
				_, _ = o.Envelope()
			}
		},
		"DecodeActor":       func(raw []byte) { _, _ = activitystreams.DecodeActor(raw) },
		"DecodeHoster":      func(raw []byte) { _, _, _ = activitystreams.DecodeHoster(raw, [][]byte{raw}) },
		"DecodeNote":        func(raw []byte) { _, _ = activitystreams.DecodeNote(raw) },
		"DecodeCollection":  func(raw []byte) { _, _ = activitystreams.DecodeCollection(raw) },
		"SanitiseHTML":      func(raw []byte) { activitystreams.SanitiseHTML(string(raw)) },
		"HTMLFromMarkdown":  func(raw []byte) { activitystreams.HTMLFromMarkdown(string(raw)) },
		"PlainText":         func(raw []byte) { activitystreams.PlainText(string(raw)) },
		"ParseIRI":          func(raw []byte) { _, _ = activitystreams.ParseIRI(string(raw), true) },
		"ParsePublicKeyPEM": func(raw []byte) { _, _ = signature.ParsePublicKeyPEM("-----BEGIN PUBLIC KEY-----\n" + string(raw)) },
		"draft-cavage":      func(raw []byte) { _, _ = signature.Parse(request("Signature", string(raw))) },
		"RFC 9421":          func(raw []byte) { _, _ = signature.Parse(request("Signature-Input", string(raw))) },
		"ReadChatonsInfos": func(raw []byte) {
			if f, _, err := exchange.ReadChatonsInfos("a.properties", raw); err == nil {
				_, _, _ = exchange.Hoster(f, nil)
			}
		},
		"exchange.Detect":         func(raw []byte) { _, _ = exchange.Detect("a", raw) },
		"exchange.Read librehost": func(raw []byte) { _, _ = exchange.Read(exchange.FormatLibrehost, "a", raw) },
		"exchange.Read JSON":      func(raw []byte) { _, _ = exchange.Read(exchange.FormatJSON, "a", raw) },
		"exchange.Read CSV":       func(raw []byte) { _, _ = exchange.Read(exchange.FormatCSV, "a", raw) },
		"exchange.Read GeoJSON":   func(raw []byte) { _, _ = exchange.Read(exchange.FormatGeoJSON, "a", raw) },
		"exchange.Read JSON-LD":   func(raw []byte) { _, _ = exchange.Read(exchange.FormatJSONLD, "a", raw) },
		"exchange.Read NodeInfo":  func(raw []byte) { _, _ = exchange.Read(exchange.FormatNodeInfo, "a", raw) },
		"exchange.Read XMPP":      func(raw []byte) { _, _ = exchange.Read(exchange.FormatXMPP, "a", raw) },
		"ParseQuery": func(raw []byte) {
			if v, err := url.ParseQuery(string(raw)); err == nil {
				_, _ = directory.ParseQuery(v)
			}
			_, _ = directory.ParseQuery(url.Values{"q": {string(raw)}, "near": {string(raw)}})
		},
		"Locate":    func(raw []byte) { areas.Locate(string(raw)) },
		"ParseDate": func(raw []byte) { _, _ = directory.ParseDate(string(raw)) },
	}
}

// placed cuts a text so that it has room in a document.
func placed(text string) string {
	written, err := json.Marshal(text)
	if err != nil {
		return ""
	}
	text = strings.ToValidUTF8(text[:len(text)*nastySize/(len(written)+nastySize/16)], "")
	return strings.ReplaceAll(text, "\x00", "\ufffd")
}

// nastyDocuments are the texts alone, and in the places of ActivityStreams
// where they are read further.
func nastyDocuments(t *testing.T) map[string][]byte {
	t.Helper()
	const actor = "https://hoster.example/actor"
	write := func(document map[string]any) []byte {
		document["@context"], document["id"], document["to"] = activitystreams.AS, actor, []string{"as:Public"}
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if err := e.Encode(document); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	documents := map[string][]byte{}
	for name, text := range nastyTexts() {
		documents[name] = []byte(text)
		text = placed(text)
		documents[name+", note"] = write(map[string]any{"type": "Note", "attributedTo": actor, "content": text})
		documents[name+", notice"] = write(map[string]any{
			"type": "Note", "attributedTo": actor, "noticeKind": "incident", "stage": "investigating",
			"source": map[string]any{"content": text, "mediaType": "text/markdown"},
		})
		documents[name+", hoster"] = write(map[string]any{
			"type": "Organization", "attributedTo": actor, "inbox": actor + "/inbox", "slug": "pad", "description": text,
		})
		third := strings.ToValidUTF8(text[:len(text)/3], "")
		documents[name+", actor"] = write(map[string]any{
			"type": "Organization", "inbox": actor + "/inbox", "name": third, "summary": third, "publicKey": map[string]any{"id": actor, "owner": actor, "publicKeyPem": third},
		})
		documents[name+", title"] = write(map[string]any{"type": "Note", "attributedTo": actor, "name": third, "url": third, "title": third, "noticeKind": "incident", "stage": "investigating"})
	}
	for _, member := range []string{"tag", "attachment", "to", "services", "links", "publicKey", "url", "type", "icon", "orderedItems"} {
		for name, item := range map[string]any{
			"strings": "https://hoster.example/1", "objects": map[string]any{"id": actor + "/1", "type": "HostedService", "name": "<b>a</b>", "href": actor, "owner": actor, "publicKeyPem": "x"}, "lists": []any{[]any{}},
		} {
			one, err := json.Marshal(item)
			if err != nil {
				t.Fatal(err)
			}
			list := make([]any, min(nastySize/(len(one)+1), 4900))
			for i := range list {
				list[i] = item
			}
			for _, kind := range []string{"Note", "Organization", "OrderedCollection"} {
				documents[fmt.Sprintf("%s of %s, %s", member, name, kind)] = write(map[string]any{"type": kind, "attributedTo": actor, "inbox": actor + "/inbox", member: list})
			}
		}
	}
	languages := map[string]any{}
	for i := range 3000 {
		languages[fmt.Sprintf("%c%c-%d", 'a'+i%26, 'a'+i/26%26, i)] = "<p>texte</p>"
	}
	documents["languages"] = write(map[string]any{"type": "Note", "attributedTo": actor, "contentMap": languages, "nameMap": languages})
	return documents
}

// TestBounds: whatever 64 KiB a stranger sends, no reader of it panics, takes
// 50 ms of a processor, or allocates 16 MB. Time is the shortest of several
// tries, and that of the thread which reads, so that a busy machine does not
// count.
func TestBounds(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector makes everything slow")
	}
	documents := nastyDocuments(t)
	for name, parse := range parsers(t) {
		t.Run(name, func(t *testing.T) {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			for what, raw := range documents {
				took, used := cost(parse, raw)
				for try := 0; took >= boundTime && took < 100*boundTime && try < 20; try++ {
					again, _ := cost(parse, raw)
					took = min(took, again)
				}
				if took >= boundTime || used >= boundMemory {
					t.Errorf("%s (%d bytes): %v and %d bytes, want under %v and %d", what, len(raw), took, used, boundTime, boundMemory)
				}
			}
		})
	}
}

// cost gives the processor's time that a reader takes, and the bytes that it allocates.
func cost(parse func([]byte), raw []byte) (time.Duration, uint64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := threadTime()
	parse(raw)
	took := threadTime() - start
	runtime.ReadMemStats(&after)
	return took, after.TotalAlloc - before.TotalAlloc
}

// threadTime gives how long this thread has run.
func threadTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		panic(err)
	}
	return time.Duration(t.Nano())
}
