package exchange

import (
	"bytes"
	"strings"
)

// CarbonPath is where a site serves its carbon.txt, or leads to it.
const CarbonPath = "/carbon.txt"

// isCarbon recognises a carbon.txt (version 0.2 and 0.3, TOML) by its tables
// and by what only it has in them.
func isCarbon(name string, text []byte) bool {
	tables := false
	for line := range bytes.Lines(text[:min(len(text), 64<<10)]) {
		switch string(bytes.TrimSpace(line)) {
		case "[org]", "[upstream]", "[[org.disclosures]]", "[[upstream.services]]":
			tables = true
		}
	}
	words := bytes.Contains(text, []byte("disclosures")) || bytes.Contains(text, []byte("credentials")) || bytes.Contains(text, []byte("services"))
	return tables && (words || strings.HasSuffix(name, CarbonPath))
}

// readCarbon keeps the address of a carbon.txt: what an organization discloses
// there is for others to read there, and is not restated.
func readCarbon(source string, raw []byte) (Reading, error) {
	h := hints{about: site(source), source: source, format: FormatCarbon}
	if isWeb(source) {
		h.tell(HintCarbon, source)
		return Reading{Hints: h.all}, nil
	}
	return Reading{Warnings: []Warning{{File: source, Reason: "is a carbon.txt on disk: give the address where it is published, which is what is kept"}}}, nil
}
