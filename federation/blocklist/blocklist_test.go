package blocklist_test

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"matou/federation/ap"
	"matou/federation/blocklist"
)

var rules = blocklist.Rules{Own: "annuaire.hebergeur.example"}

func TestDomain(t *testing.T) {
	for _, test := range []struct{ written, want string }{
		{"Mechant.example", "mechant.example"},
		{"  a.b.mechant.example.  ", "a.b.mechant.example"},
		{"*.mechant.example", "mechant.example"},
		{"méchant.example", "xn--mchant-bva.example"},
		{"ＭＥＣＨＡＮＴ。example", "mechant.example"},
		{"xn--mchant-bva.example", "xn--mchant-bva.example"},
		{"straße.example", "xn--strae-oqa.example"},
		{"r3---sn.example.net", "r3---sn.example.net"},
		{"tunnels.github.io", "tunnels.github.io"},
		{"github.io", "github.io"}, // one firm holds it: not every name that ends so is another's
	} {
		got, err := blocklist.Domain(test.written, false)
		if err != nil || got != test.want {
			t.Errorf("%q: got %q, %v, want %q", test.written, got, err, test.want)
		}
	}
}

func TestDomainRefused(t *testing.T) {
	for _, written := range []string{
		"", " ", ".", "*", "*.", "com", "*.com", "co.uk", "example", "localhost", "127.0.0.1", "[::1]", "::1", "127.1", "0x7f.1", "1.2.3.4:80",
		"https://mechant.example/", "mechant.example/x", "@x@mechant.example", "mech***.example", "a..example", "mechant.example:443",
		"mechant\u202e.example", "a\u200b..example", "mech ant.example", "mechant_example.", strings.Repeat("a", 64) + ".example",
		strings.Repeat("a.", 130) + "example", strings.Repeat("é", 600) + ".example", "\x00.example", "xn--a.example", "=cmd|' /C calc'!A0",
	} {
		if got, err := blocklist.Domain(written, false); err == nil {
			t.Errorf("%q: got %q, want a refusal", written, got)
		}
	}
	for _, written := range []string{"127.0.0.1", "127.0.0.1:8420", "localhost"} {
		if got, err := blocklist.Domain(written, true); err != nil || got != written {
			t.Errorf("%q in development: got %q, %v", written, got, err)
		}
	}
}

// A homograph is shown as what it is kept as.
func TestDisplay(t *testing.T) {
	for domain, want := range map[string]string{
		"mechant.example":        "mechant.example",
		"xn--mchant-bva.example": "xn--mchant-bva.example (méchant.example)",
		"xn--80ak6aa92e.com":     "xn--80ak6aa92e.com (аррӏе.com)",
		"xn--zzzzzz99.example":   "xn--zzzzzz99.example",
	} {
		if got := blocklist.Display(domain); got != want {
			t.Errorf("%s: got %q, want %q", domain, got, want)
		}
	}
}

const mastodon = "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n" +
	"mechant.example,suspend,true,false,\"Harcèlement, \"\"encore\"\"\",false\n" +
	"bruyant.example,silence,false,true,,true\n" +
	"images.example,noop,true,false,,false\n"

func wantMastodon() []ap.DomainBlock {
	return []ap.DomainBlock{
		{Domain: "mechant.example", Severity: ap.SeveritySuspend, RejectMedia: true, PublicComment: `Harcèlement, "encore"`},
		{Domain: "bruyant.example", Severity: ap.SeveritySilence, RejectReports: true, Obfuscate: true},
		{Domain: "images.example", Severity: ap.SeverityNoop, RejectMedia: true},
	}
}

func TestParse(t *testing.T) {
	suspended := func(domains ...string) (all []ap.DomainBlock) {
		for _, d := range domains {
			all = append(all, ap.DomainBlock{Domain: d, Severity: ap.SeveritySuspend})
		}
		return all
	}
	for name, test := range map[string]struct {
		raw               string
		want              []ap.DomainBlock
		refused, repeated int
	}{
		"as Mastodon exports it":   {mastodon, wantMastodon(), 0, 0},
		"with a byte order mark":   {"\ufeff" + mastodon, wantMastodon(), 0, 0},
		"with Windows' line ends":  {strings.ReplaceAll(mastodon, "\n", "\r\n"), wantMastodon(), 0, 0},
		"columns in another order": {"severity,domain\nlimit,a.example\n", []ap.DomainBlock{{Domain: "a.example", Severity: ap.SeveritySilence}}, 0, 0},
		"a list of domains only":   {"#domain\na.example\nb.example\n", suspended("a.example", "b.example"), 0, 0},
		"without names of columns": {"a.example,\nb.example,suspend\n", suspended("a.example", "b.example"), 0, 0},
		"plain text": {"# a list\n\na.example\n  b.example # raids\r\n", []ap.DomainBlock{
			{Domain: "a.example", Severity: ap.SeveritySuspend}, {Domain: "b.example", Severity: ap.SeveritySuspend, PublicComment: "raids"},
		}, 0, 0},
		"JSON of an instance": {`[{"domain":"a.example","digest":"00","severity":"suspend","comment":"spam"},{"domain":"b***.example","severity":"silence"}]`,
			[]ap.DomainBlock{{Domain: "a.example", Severity: ap.SeveritySuspend, PublicComment: "spam"}}, 1, 0},
		"JSON with wrong types": {`[5,{"domain":7},{"domain":"a.example","obfuscate":true}]`,
			[]ap.DomainBlock{{Domain: "a.example", Severity: ap.SeveritySuspend, Obfuscate: true}}, 2, 0},
		"one domain in two scripts": {"méchant.example\nxn--mchant-bva.example\nMÉCHANT.example.\n", suspended("xn--mchant-bva.example"), 0, 2},
		"the more severe counts":    {"a.example,silence\na.example,suspend\n", suspended("a.example"), 0, 1},
		"below what is named too":   {"b.a.example\na.example\n", suspended("a.example"), 0, 1},
		"what nobody may block":     {"com\n*.com\nco.uk\n10.0.0.1\nannuaire.hebergeur.example\nhebergeur.example\nb.example\n", suspended("b.example"), 6, 0},
		"unknown severities":        {"a.example,explode\nb.example,suspend\n", suspended("b.example"), 1, 0},
		"nothing":                   {"", nil, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := blocklist.Parse([]byte(test.raw), blocklist.Auto, rules)
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Blocks)+len(test.want) > 0 && !reflect.DeepEqual(got.Blocks, test.want) {
				t.Errorf("blocks:\ngot  %+v\nwant %+v", got.Blocks, test.want)
			}
			if got.Left != test.refused || got.Repeated != test.repeated {
				t.Errorf("%d refused, %d repeated, want %d and %d: %+v", got.Left, got.Repeated, test.refused, test.repeated, got.Refused)
			}
		})
	}
}

func TestParseRefused(t *testing.T) {
	million := strings.Repeat("mechant.example\n", 1_000_000)
	for name, raw := range map[string]string{
		"a million rows":      million,
		"a million of CSV":    "#domain,#severity\n" + strings.Repeat("m.example,suspend\n", 900_000),
		"too many bytes":      strings.Repeat("#", blocklist.MaxBytes+1),
		"UTF-16":              "\xff\xfea\x00.\x00",
		"NUL":                 "a.example\x00\n",
		"an unfinished list":  `[{"domain":"a.example"}`,
		"a line without end":  strings.Repeat("a", 100<<10),
		"JSON that is broken": `[{"domain":`,
	} {
		if got, err := blocklist.Parse([]byte(raw), blocklist.Auto, rules); err == nil {
			t.Errorf("%s: got %d blocks, want a refusal", name, len(got.Blocks))
		}
	}
}

// What is exported comes back the same, also where a spreadsheet would have
// carried it out.
func TestRoundTrip(t *testing.T) {
	var blocks []ap.DomainBlock
	for i, comment := range []string{"", "spam", `=HYPERLINK("http://evil.example")`, "+1", "-1", "@SUM(A1)", "'quoted'", "'=x", `a,"b"`} {
		blocks = append(blocks, ap.DomainBlock{
			Domain: fmt.Sprintf("d%d.example", i), Severity: ap.SeveritySilence, PublicComment: comment, PrivateComment: "nobody's business",
			RejectMedia: i%2 == 0, RejectReports: i%3 == 0, Obfuscate: i%4 == 0,
		})
	}
	var b bytes.Buffer
	if err := blocklist.Write(&b, blocklist.CSV, blocks); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "business") {
		t.Error("private comments are exported")
	}
	for line := range strings.SplitSeq(b.String(), "\n") {
		for _, cell := range strings.Split(line, ",") {
			if cell = strings.Trim(cell, `"`); cell != "" && strings.ContainsAny(cell[:1], "=+-@\t") {
				t.Errorf("a spreadsheet carries this out: %s", line)
			}
		}
	}
	got, err := blocklist.Parse(b.Bytes(), blocklist.Auto, rules)
	if err != nil {
		t.Fatal(err)
	}
	for i := range blocks {
		blocks[i].PrivateComment = ""
	}
	if !reflect.DeepEqual(got.Blocks, blocks) {
		t.Errorf("got  %+v\nwant %+v", got.Blocks, blocks)
	}
}

func TestWrite(t *testing.T) {
	for format, want := range map[blocklist.Format]string{
		blocklist.CSV:  mastodon,
		blocklist.Text: "mechant.example\n",
		blocklist.JSON: `[
  {
    "domain": "mechant.example",
    "digest": "1e6cc9cc7c592372f8689901d31f426d3e943604733942fa7abb439d1dcaa77d",
    "severity": "suspend",
    "comment": "Harcèlement, \"encore\""
  },
  {
    "domain": "bru****.****ple",
    "digest": "1cf6f75515f3e9fc7c76e2aa889ca8533152e1551173848adb4db60b63584a07",
    "severity": "silence",
    "comment": ""
  }
]
`,
	} {
		var b bytes.Buffer
		if err := blocklist.Write(&b, format, wantMastodon()); err != nil {
			t.Fatal(err)
		}
		if got := b.String(); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", format, got, want)
		}
	}
}

// FuzzParse: whatever is read is in the one form, can be written and read
// again, and says nothing that cannot be seen.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{mastodon, "\ufeffa.example\r\n", `[{"domain":"é.example","comment":"\u202e"}]`, "#domain\n*.com", `"a","b` + "\n'=x", "a.example # =1"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		list, err := blocklist.Parse(raw, blocklist.Auto, rules)
		if err != nil {
			return
		}
		seen := map[string]bool{}
		for _, b := range list.Blocks {
			again, err := blocklist.Domain(b.Domain, false)
			if err != nil || again != b.Domain || seen[b.Domain] || ap.Covers(b.Domain, rules.Own) {
				t.Fatalf("%q is kept: %q, %v", b.Domain, again, err)
			}
			seen[b.Domain] = true
			if strings.ContainsFunc(b.PublicComment, func(r rune) bool { return unicode.Is(unicode.Bidi_Control, r) || unicode.IsControl(r) }) {
				t.Fatalf("comment %q", b.PublicComment)
			}
		}
		var out bytes.Buffer
		if err := blocklist.Write(&out, blocklist.CSV, list.Blocks); err != nil {
			t.Fatal(err)
		}
		back, err := blocklist.Parse(out.Bytes(), blocklist.CSV, rules)
		if err != nil || len(back.Blocks) != len(list.Blocks) || back.Left > 0 {
			t.Fatalf("written and read again: %v, %+v, want %d blocks", err, back, len(list.Blocks))
		}
		for i, b := range back.Blocks {
			if b != list.Blocks[i] {
				t.Fatalf("got %+v, want %+v", b, list.Blocks[i])
			}
		}
	})
}
