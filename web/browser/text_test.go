package browser

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// textPage is a page as w3m shows it: its words, where each link is followed
// by nothing and led by its number, and where the numbers lead.
type textPage struct {
	t     *testing.T
	words string
	links map[string]string
}

var reference = regexp.MustCompile(`(?m)^\[(\d+)\] (http\S+)$`)

// textBrowser has a visitor without pictures, style or script find a hoster
// and the ways to reach its people, by links alone.
func textBrowser(t *testing.T, origin string) {
	if _, err := exec.LookPath("w3m"); err != nil {
		leaveOut(t, "needs the text browser w3m: apt-get install w3m")
	}
	for _, l := range []struct{ home, find, first, skip, contact string }{
		{"/?lang=fr", "/trouver", "Question 1 sur 5", "Passer cette question", "Prendre contact"},
		{"/en/", "/en/find", "Question 1 of 5", "Skip this question", "Get in touch"},
	} {
		question := readText(t, origin+l.home).followTo(l.find)
		if !strings.Contains(question.words, l.first) {
			t.Fatalf("the finder does not ask its first question:\n%s", question.words)
		}
		for range 5 {
			question = question.follow(l.skip)
		}
		hoster := question.followTo("/h/garrigue@")
		for _, want := range []string{"Garrigue numérique", l.contact, "adieu@garrigue.example"} {
			if !strings.Contains(hoster.words, want) {
				t.Errorf("the hoster's page does not say %q:\n%s", want, hoster.words)
			}
		}
	}
}

func readText(t *testing.T, address string) textPage {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "w3m", "-dump", "-cols", "100", "-o", "display_link_number=1", address).Output()
	if err != nil {
		t.Fatalf("w3m: %v", err)
	}
	p := textPage{t: t, words: string(out), links: map[string]string{}}
	for _, m := range reference.FindAllStringSubmatch(p.words, -1) {
		p.links[m[1]] = m[2]
	}
	return p
}

// follow goes where the link with these words leads.
func (p textPage) follow(words string) textPage {
	p.t.Helper()
	m := regexp.MustCompile(`\[(\d+)\]` + regexp.QuoteMeta(words)).FindStringSubmatch(p.words)
	if m == nil || p.links[m[1]] == "" {
		p.t.Fatalf("no link %q on the page:\n%s", words, p.words)
	}
	return readText(p.t, p.links[m[1]])
}

// followTo goes to the first page whose address has part in it.
func (p textPage) followTo(part string) textPage {
	p.t.Helper()
	for _, m := range reference.FindAllStringSubmatch(p.words, -1) {
		if strings.Contains(m[2], part) {
			return readText(p.t, m[2])
		}
	}
	p.t.Fatalf("no link to %s on the page:\n%s", part, p.words)
	return p
}
