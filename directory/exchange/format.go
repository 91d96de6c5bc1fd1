package exchange

import (
	"bytes"
	"path"
	"strings"
	"unicode/utf8"

	"matou/directory"
)

// Format names a format that matou reads or writes.
type Format string

// The formats. Those that say what a hoster says of itself give hosters; those
// that a machine writes of itself give hints only.
const (
	FormatChatonsInfos Format = "chatonsinfos" // .properties of the CHATONS collective, in and out
	FormatLibrehost    Format = "librehost"    // librehost.json 0.0.1, in and out
	FormatLibrehosters Format = "librehosters" // directory.json: names and addresses of librehost.json, in and out
	FormatJSON         Format = "json"         // matou's own, in and out without loss
	FormatCSV          Format = "csv"          // a table, in and out
	FormatGeoJSON      Format = "geojson"      // RFC 7946, out; in as hints
	FormatJSONLD       Format = "jsonld"       // schema.org, in (Organization, alone or in a page) and out
	FormatVCard        Format = "vcard"        // RFC 6350, out
	FormatNodeInfo     Format = "nodeinfo"     // of a fediverse server, in as hints
	FormatPeerTube     Format = "peertube"     // /api/v1/config/about, in as hints
	FormatXMPP         Format = "xmpp"         // XMPP Providers v2, in as hints and out
	FormatCarbon       Format = "carbon"       // carbon.txt: its address is kept, nothing in it is read
)

// MaxDocumentBytes is what a document other than a ChatonsInfos file may
// measure: the whole of a directory of thousands.
const MaxDocumentBytes = 8 << 20

// MaxHosters is how many hosters one document may tell of.
const MaxHosters = 10_000

// Detect tells the format of a file by its content; its name or address helps
// where the content could be several. The error, a directory.ErrInvalid, lists
// what is known.
func Detect(name string, raw []byte) (Format, error) {
	text := bytes.TrimSpace(bytes.TrimPrefix(raw, []byte(byteOrderMark)))
	switch {
	case len(text) == 0:
		return "", directory.Invalid(name, "is empty")
	case hasSuffixFold(name, ".properties"):
		return FormatChatonsInfos, nil
	case isCarbon(name, text):
		return FormatCarbon, nil
	case len(text) > MaxDocumentBytes && isOwnFormat(text):
		return FormatJSON, nil
	case text[0] == '{' || text[0] == '[':
		return detectJSON(name, text)
	case text[0] == '<':
		return FormatJSONLD, nil
	case hasSuffixFold(name, ".csv") || looksLikeTable(text):
		return FormatCSV, nil
	case !utf8.Valid(text):
		return "", directory.Invalid(name, "is not UTF-8 text (it may be Latin-1): save the file as UTF-8")
	case looksLikeProperties(text):
		return FormatChatonsInfos, nil
	}
	return "", directory.Invalid(name, "is of no format that is known here; name it with --format (%s)", strings.Join(readable(), ", "))
}

// readable are the formats that can be read, as people name them.
func readable() []string {
	return []string{
		string(FormatChatonsInfos), string(FormatLibrehost), string(FormatLibrehosters), string(FormatJSON), string(FormatCSV), string(FormatGeoJSON),
		string(FormatJSONLD), string(FormatNodeInfo), string(FormatPeerTube), string(FormatXMPP), string(FormatCarbon),
	}
}

// detectJSON tells JSON formats apart by the keys that only they have.
func detectJSON(name string, text []byte) (Format, error) {
	v, err := parseJSON(name, text)
	if err != nil {
		return "", err
	}
	o, ok := v.(object)
	if !ok {
		if list, _ := v.([]any); len(list) > 0 {
			o, _ = list[0].(object)
		}
	}
	switch {
	case o.has("format") && o["format"] == documentFormat, o.has("listings"):
		return FormatJSON, nil
	case o["type"] == "FeatureCollection" || o["type"] == "Feature":
		return FormatGeoJSON, nil
	case o.has("organizationType") || o.has("tagLine") || o.has("isServiceProvider") || isWrappedLibrehost(o):
		return FormatLibrehost, nil
	case o.has("@context") || o.has("@graph") || o.has("@type"):
		return FormatJSONLD, nil
	case o.has("software") && o.has("protocols"), isNodeInfoIndex(o):
		return FormatNodeInfo, nil
	case o.sub("instance").has("administrator") || o.sub("instance").has("shortDescription"):
		return FormatPeerTube, nil
	case o.has("busFactor") || o.has("serverTesting") || o.has("alternativeJids"):
		return FormatXMPP, nil
	case o.onlyAddresses():
		return FormatLibrehosters, nil
	}
	return "", directory.Invalid(name, "is JSON of no format that is known here; name it with --format (%s)", strings.Join(readable(), ", "))
}

func hasSuffixFold(name, suffix string) bool {
	return strings.EqualFold(path.Ext(strings.SplitN(name, "?", 2)[0]), suffix)
}

// looksLikeProperties reports whether a line of a text is "word.word = …".
func looksLikeProperties(text []byte) bool {
	for line := range strings.Lines(string(text[:min(len(text), 4096)])) {
		key, _, ok := strings.Cut(line, "=")
		key = strings.TrimSpace(key)
		if ok && !strings.HasPrefix(key, "#") && strings.Contains(key, ".") && !strings.ContainsAny(key, " \t,;\"") {
			return true
		}
	}
	return false
}

// looksLikeTable reports whether the first line of a text names columns that
// a table of hosters has.
func looksLikeTable(text []byte) bool {
	header, _, _ := strings.Cut(string(text[:min(len(text), 4096)]), "\n")
	if !strings.ContainsAny(header, ",;\t") {
		return false
	}
	known := 0
	for _, cell := range strings.FieldsFunc(header, func(r rune) bool { return strings.ContainsRune(",;\t\r\"", r) }) {
		if _, ok := columnNamed(cell); ok {
			known++
		}
	}
	return known >= 2
}
