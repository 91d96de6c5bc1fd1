package exchange

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const maxName = 64 // of a handle and of a slug

// Handle derives a handle, [a-z0-9_]{1,64}, from the name or the host of a
// hoster: "Chat Droite" and "www.chat-droite.example" give "chat_droite". A
// name that has no letter or digit in it gives "hoster".
func Handle(name string) string {
	return word(hostLabel(name), '_', "hoster")
}

// Slug derives the slug of a service, [a-z0-9-]{1,64}, from its name or the
// name of its file: "Pad du Trégor" gives "pad-du-tregor". A name that has no
// letter or digit in it gives "service".
func Slug(name string) string {
	return word(name, '-', "service")
}

// hostLabel cuts "www." and the last label from what has the form of a host.
func hostLabel(name string) string {
	s := strings.TrimSpace(name)
	if strings.ContainsAny(s, " \t\n/@") {
		return s
	}
	s, _, _ = strings.Cut(s, ":")
	dot := strings.LastIndexByte(s, '.')
	if dot <= 0 || dot == len(s)-1 {
		return s
	}
	return strings.TrimPrefix(strings.ToLower(s[:dot]), "www.")
}

// letters that do not decompose into a base letter and a mark.
var plain = strings.NewReplacer("œ", "oe", "æ", "ae", "ß", "ss", "ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "ı", "i", "'", "", "’", "")

// word folds a name to ASCII letters and digits, runs of anything else to one
// separator.
func word(name string, separator byte, none string) string {
	var b strings.Builder
	gap := false
	for _, r := range norm.NFKD.String(plain.Replace(strings.ToLower(name))) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			if gap && b.Len() > 0 {
				b.WriteByte(separator)
			}
			gap = false
			b.WriteRune(r)
		case !unicode.Is(unicode.Mn, r):
			gap = true
		}
		if b.Len() >= maxName {
			break
		}
	}
	s := b.String()
	if len(s) > maxName {
		s = strings.TrimRight(s[:maxName], string(separator))
	}
	if s == "" {
		return none
	}
	return s
}
