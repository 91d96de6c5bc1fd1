package federation

import (
	"testing"

	"matou/federation/ap"
)

func testPolicies(allowlist, development bool) *policies {
	return &policies{
		allowlist: allowlist, development: development, own: "annuaire.example.org",
		blocks: map[string]standing{
			"mechant.example":            {severity: ap.SeveritySuspend},
			"bruyant.example":            {severity: ap.SeveritySilence, rejectReports: true},
			"pire.bruyant.example":       {severity: ap.SeveritySuspend},
			"calme.pire.bruyant.example": {severity: ap.SeverityNoop, rejectMedia: true},
			"xn--mchant-bva.example":     {severity: ap.SeveritySilence},
			"127.0.0.1:8421":             {severity: ap.SeveritySuspend},
			"ami.example":                {severity: ap.SeveritySuspend},
			"example.org":                {severity: ap.SeveritySuspend}, // by hand: no command keeps it
			"2001:db8::7":                {severity: ap.SeveritySilence},
		},
		allows: map[string]struct{}{"ami.example": {}, "amie.example": {}},
	}
}

func TestPolicy(t *testing.T) {
	suspended, silenced := standing{severity: ap.SeveritySuspend}, standing{severity: ap.SeveritySilence}
	p := testPolicies(false, true)
	for host, want := range map[string]standing{
		"mechant.example":              suspended,
		"mechant.example:443":          suspended,
		"MECHANT.example.":             suspended,
		"a.b.c.mechant.example":        suspended,
		"pasmechant.example":           {},
		"mechant.example.net":          {},
		"example":                      {},
		"":                             {},
		"bruyant.example":              {severity: ap.SeveritySilence, rejectReports: true},
		"pire.bruyant.example":         {severity: ap.SeveritySuspend, rejectReports: true},
		"x.calme.pire.bruyant.example": {severity: ap.SeveritySuspend, rejectReports: true, rejectMedia: true},
		"méchant.example":              silenced,
		"MÉCHANT.example:8443":         silenced,
		"xn--mchant-bva.example":       silenced,
		"127.0.0.1:8421":               suspended,
		"127.0.0.1:8422":               {},
		"127.0.0.1":                    {},
		"[2001:db8::7]:443":            silenced,
		"ami.example":                  suspended,
		"annuaire.example.org":         {}, // ourselves
		"autre.example.org":            suspended,
	} {
		if got := p.of(host); got != want {
			t.Errorf("%q: got %+v, want %+v", host, got, want)
		}
	}
}

// Only those that are allowed federate, and a block counts for more.
func TestAllowlist(t *testing.T) {
	p := testPolicies(true, false)
	for host, want := range map[string]bool{
		"amie.example": true, "a.amie.example:443": true, "annuaire.example.org": true,
		"ami.example": false, "inconnu.example": false, "mechant.example": false, "example": false,
	} {
		if got := !p.of(host).suspended(); got != want {
			t.Errorf("%q may federate: got %t, want %t", host, got, want)
		}
	}
}

// A policy is asked for each request that comes or goes.
func TestPolicyAllocates(t *testing.T) {
	p := testPolicies(true, false)
	if got := testing.AllocsPerRun(100, func() { p.of("a.b.c.d.calme.pire.bruyant.example:443") }); got != 0 {
		t.Errorf("looking a host up allocates %v times, want none", got)
	}
}

func BenchmarkPolicy(b *testing.B) {
	p := testPolicies(false, false)
	for b.Loop() {
		p.of("a.b.c.d.calme.pire.bruyant.example:443")
	}
}

func TestCovers(t *testing.T) {
	for _, test := range []struct {
		domain, host string
		want         bool
	}{
		{"a.example", "a.example", true}, {"a.example", "b.a.example:8443", true}, {"a.example", "ba.example", false},
		{"a.example", "a.example.net", false}, {"127.0.0.1:80", "127.0.0.1:80", true}, {"127.0.0.1:80", "127.0.0.1:81", false},
		{"127.0.0.1", "127.0.0.1:81", true}, {"a.example", "", false},
	} {
		if got := ap.Covers(test.domain, test.host); got != test.want {
			t.Errorf("%s covers %s: got %t, want %t", test.domain, test.host, got, test.want)
		}
	}
}
