package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"matou/directory"
)

func TestRuleBook(t *testing.T) {
	dir := t.TempDir()
	for name, words := range map[string]string{
		"rules.md": "Nos règles", "rules.en.md": "Our rules", "who.fr.md": "Nous",
		"2026-03-14-charte.md": "# Deuxième charte\nVotée.\n", "2026-03-14-charte.en.md": "# Second charter\n\nVoted.",
		"2026-06-01-retrait.md": "Sans titre.", "README.md": "rien", "notes.txt": "rien", "2026-1-1-x.md": "rien",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(words), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r, err := (&ruleBook{path: dir, language: "fr"}).Rules(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r.Text["fr"] != "Nos règles" || r.Text["en"] != "Our rules" || r.Who["fr"] != "Nous" || len(r.Decisions) != 2 {
		t.Fatalf("got %+v", r)
	}
	newest, charter := r.Decisions[0], r.Decisions[1]
	if newest.Title["fr"] != "retrait" || newest.Body["fr"] != "Sans titre." || newest.Day != (directory.Date{Year: 2026, Month: 6, Day: 1}) {
		t.Errorf("got %+v", newest)
	}
	if charter.Title["en"] != "Second charter" || charter.Body["en"] != "Voted." || charter.Title["fr"] != "Deuxième charte" {
		t.Errorf("got %+v", charter)
	}
	one, err := (&ruleBook{path: filepath.Join(dir, "rules.md"), language: "br"}).Rules(t.Context())
	if err != nil || one.Text["br"] != "Nos règles" || len(one.Decisions) != 0 {
		t.Errorf("one file: got %+v, %v", one, err)
	}
}

func TestRuleBookFaults(t *testing.T) {
	for name, words := range map[string]string{
		"rules.md": strings.Repeat("x", maxRules+1), "who.md": "\xff", "2026-13-40-jour.md": "x",
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(words), 0o600); err != nil {
			t.Fatal(err)
		}
		c := &config{path: filepath.Join(dir, "matou.toml"), Aggregator: aggregatorConfig{Rules: ".", Language: "fr"}}
		if _, err := openRules(c); err == nil || !strings.Contains(err.Error(), "aggregator.rules") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	c := &config{path: filepath.Join(t.TempDir(), "matou.toml"), Aggregator: aggregatorConfig{Rules: "nowhere"}}
	if _, err := openRules(c); err == nil || !strings.Contains(err.Error(), "there is no file or folder") {
		t.Errorf("nowhere: got %v", err)
	}
	if book, err := openRules(&config{}); book != nil || err != nil {
		t.Errorf("none: got %v, %v", book, err)
	}
}

func TestKeepersConfig(t *testing.T) {
	const file = `origin = "https://annuaire.example"
roles = ["aggregator"]
[aggregator]
handle = "annuaire"
name = "Annuaire"
`
	for raw, want := range map[string]string{
		"[accessibility]\nstate = \"good\"\n":           `accessibility.state: must be "full"`,
		"[accessibility]\nstate = \"partial\"\n":        `accessibility.gaps: must say what does not conform`,
		"[accessibility]\non = \"yesterday\"\n":         `accessibility.on: must be a day`,
		"[accessibility]\ncontact = \"javascript:x\"\n": `accessibility.contact: must begin with https:// or mailto:`,
		"[person]\nemail = \"nobody\"\n":                `person.email: must be a mail address`,
		"[person]\npage = \"mailto:a@b.example\"\n":     `person.page: must begin with https://`,
	} {
		if _, err := loadConfig(writeFile(t, "matou.toml", file+raw), nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", raw, err, want)
		}
	}
	c, err := loadConfig(writeFile(t, "matou.toml", file+"[person]\nemail = \"a@b.example\"\nlanguages = [\"fr\", \"br\"]\nhours = \"le mardi\"\n[legal]\npublisher = \"Nous\"\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if k := c.keepers(); k.Person.Email != "a@b.example" || len(k.Person.Languages) != 2 || k.Person.Hours["fr"] != "le mardi" || k.Legal.Publisher != "Nous" {
		t.Errorf("got %+v", k)
	}
}
