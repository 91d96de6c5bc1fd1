package activitystreams

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"matou/directory"
	"matou/federation/ap"
)

// What Parse refuses to read further.
const (
	maxBytes = 1 << 20
	maxDepth = 32
	maxNodes = 5000
	maxIRI   = 2048
)

// Parse reads one document as received: a byte order mark is passed over;
// UTF-8 must be valid and free of NUL, values nested 32 deep at most, 5,000
// values at most, no key twice in one object, one object and nothing after it.
// @context must contain ActivityStreams 2.0 or be absent (ActivityStreams 2.1).
// Errors are directory.ErrInvalid.
func Parse(raw []byte) (Object, error) {
	o, _, err := ParseMember(raw, "")
	return o, err
}

// ParseMember is Parse that also gives the bytes of one member of the
// document, as they stand in raw; none where it has no such member.
func ParseMember(raw []byte, key string) (o Object, member []byte, err error) {
	if o, member, err = parseMember(raw, key); err != nil {
		return nil, nil, err
	}
	if c, ok := o["@context"]; ok && c != nil && !namesAS(c) {
		return nil, nil, directory.Invalid("@context", "must contain %s", AS)
	}
	return o, member, nil
}

// parse is Parse without a word on @context.
func parse(raw []byte) (Object, error) {
	o, _, err := parseMember(raw, "")
	return o, err
}

// byteOrderMark is written by some before all text, and says nothing of UTF-8.
var byteOrderMark = []byte("\xef\xbb\xbf")

// parseMember is ParseMember without a word on @context.
func parseMember(raw []byte, member string) (Object, []byte, error) {
	raw = bytes.TrimPrefix(raw, byteOrderMark)
	if len(raw) > maxBytes {
		return nil, nil, directory.Invalid("document", "is longer than %d bytes", maxBytes)
	}
	r := reader{d: jsontext.NewDecoder(bytes.NewBuffer(raw)), member: member}
	v, err := r.value(0)
	if err != nil {
		return nil, nil, err
	}
	o, ok := v.(map[string]any)
	if !ok {
		return nil, nil, directory.Invalid("document", "must be one JSON object")
	}
	if _, err := r.d.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, nil, directory.Invalid("document", "goes on after its object")
	}
	return o, bytes.TrimLeft(raw[r.from:r.to], ": \t\r\n"), nil
}

// reader builds the tree token by token, so that the bounds hold while it
// reads. That no key comes twice, and that all text is UTF-8 without half
// surrogate pairs, is seen to by jsontext (RFC 7493 2).
type reader struct {
	d     *jsontext.Decoder
	nodes int

	member   string // of the whole document, whose place is wanted
	from, to int64  // from the end of its key to the end of its value
}

// token reads the next token, which is good until the one after it.
func (r *reader) token() (jsontext.Token, error) {
	t, err := r.d.ReadToken()
	if err != nil {
		return t, fmt.Errorf("%w: not JSON as the network writes it: %v", directory.ErrInvalid, err)
	}
	return t, nil
}

func (r *reader) value(depth int) (any, error) {
	t, err := r.token()
	if err != nil {
		return nil, err
	}
	if r.nodes++; r.nodes > maxNodes {
		return nil, directory.Invalid("document", "has more than %d values", maxNodes)
	}
	switch t.Kind() {
	case '{', '[':
		if depth >= maxDepth {
			return nil, directory.Invalid("document", "is nested more than %d deep", maxDepth)
		}
		if t.Kind() == '{' {
			return r.object(depth)
		}
		return r.array(depth)
	case '"':
		return unquoted(t)
	case '0':
		return json.Number(t.String()), nil
	case 't', 'f':
		return t.Bool(), nil
	}
	return nil, nil // JSON's null
}

// unquoted is a string that may be kept: nobody writes NUL, and much stops at it.
func unquoted(t jsontext.Token) (string, error) {
	s := t.String()
	if strings.IndexByte(s, 0) >= 0 {
		return "", directory.Invalid("document", "has a NUL character")
	}
	return s, nil
}

func (r *reader) object(depth int) (any, error) {
	o := map[string]any{}
	for r.d.PeekKind() != '}' {
		t, err := r.token()
		if err != nil {
			return nil, err
		}
		key, err := unquoted(t)
		if err != nil {
			return nil, err
		}
		from := r.d.InputOffset()
		if o[key], err = r.value(depth + 1); err != nil {
			return nil, err
		}
		if depth == 0 && key == r.member {
			r.from, r.to = from, r.d.InputOffset()
		}
	}
	_, err := r.token()
	return o, err
}

func (r *reader) array(depth int) (any, error) {
	a := []any{}
	for r.d.PeekKind() != ']' {
		v, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		a = append(a, v)
	}
	_, err := r.token()
	return a, err
}

// namesAS reports whether a @context names ActivityStreams, itself or in its list.
func namesAS(context any) bool {
	switch c := context.(type) {
	case string:
		c = strings.TrimSuffix(c, "#")
		return c == AS || c == "http"+strings.TrimPrefix(AS, "https")
	case []any:
		for _, v := range c {
			if s, ok := v.(string); ok && namesAS(s) {
				return true
			}
		}
	}
	return false
}

// ParseIRI reads the id or address of something on the network in canonical
// form (RFC 3986 6.2.2): absolute https (http too where allowHTTP), a
// lower-case ASCII host, no default port, no credentials, no dot segments, no
// control character even behind percent signs, ASCII only, at most 2,048
// bytes. A fragment may stand. Errors are directory.ErrInvalid.
func ParseIRI(s string, allowHTTP bool) (ap.IRI, error) {
	if reason := iriFault(s, allowHTTP); reason != "" {
		return "", directory.Invalid("address", "%s: %.80q", reason, s)
	}
	return ap.IRI(s), nil
}

// iriFault says what is wrong with s, or "".
func iriFault(s string, allowHTTP bool) string {
	if s == "" || len(s) > maxIRI {
		return "must have 1 to 2048 bytes"
	}
	if scheme, host, ok := plainIRI(s); ok && (scheme == "https" || allowHTTP) {
		return hostFault(&url.URL{Scheme: scheme, Host: host})
	}
	return wholeFault(s, allowHTTP)
}

// wholeFault is iriFault for an address of any form.
func wholeFault(s string, allowHTTP bool) string {
	for i := 0; i < len(s); i++ {
		if s[i] <= ' ' || s[i] >= 0x7f || strings.IndexByte("\"<>\\^`{|}", s[i]) >= 0 {
			return "has a character that an address cannot have"
		}
	}
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return "is no address"
	case u.Scheme != "https" && !(allowHTTP && u.Scheme == "http"):
		return "must begin with https://"
	case u.Opaque != "" || u.Host == "":
		return "has no host"
	case u.User != nil:
		return "must not carry credentials"
	case !strings.HasPrefix(s, u.Scheme+"://"+u.Host) || u.String() != s:
		return "is not in canonical form"
	}
	if reason := hostFault(u); reason != "" {
		return reason
	}
	return pathFault(u)
}

// plainIRI takes an address apart that has nothing in it to be decoded: letters,
// digits and a few marks only, no empty or dotted step. Nearly all have not,
// and each is read several times; what is not plain is left to url.Parse.
func plainIRI(s string) (scheme, host string, ok bool) {
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok || scheme != "https" && scheme != "http" {
		return "", "", false
	}
	end := strings.IndexByte(rest, '/')
	if end < 1 {
		return "", "", false
	}
	for i := 0; i < end; i++ {
		if c := rest[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' && c != '-' && c != ':' {
			return "", "", false
		}
	}
	fragment := false
	for i := end; i < len(rest); i++ {
		switch c := rest[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_', c == '@', c == '~':
		case c == '/' && !fragment && (i == end || rest[i-1] != '/'):
		case c == '.' && rest[i-1] != '/':
		case c == '#' && !fragment && i+1 < len(rest):
			fragment = true
		default:
			return "", "", false
		}
	}
	return scheme, rest[:end], true
}

func hostFault(u *url.URL) string {
	host, port := u.Hostname(), u.Port()
	switch {
	case host == "" || len(host) > 253 || u.Host != strings.ToLower(u.Host) || strings.HasSuffix(u.Host, ":"):
		return "must have a host in lower case"
	case port == "443" && u.Scheme == "https", port == "80" && u.Scheme == "http":
		return "must leave the usual port out"
	}
	if port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 || port[0] == '0' {
			return "has a port that does not exist"
		}
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	numeric := last != "" && last[0] >= '0' && last[0] <= '9'
	if numeric || strings.Contains(host, ":") { // else it is no IP address
		if a, err := netip.ParseAddr(host); err == nil {
			if a.Zone() != "" || a.String() != host {
				return "must write its IP address in the usual form"
			}
			return ""
		}
	}
	for l := range strings.SplitSeq(host, ".") {
		if l == "" || len(l) > 63 || strings.Trim(l, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return "has a host that cannot exist"
		}
	}
	if numeric {
		return "must write its IP address in the usual form" // 2130706433, 0x7f.1
	}
	return ""
}

func pathFault(u *url.URL) string {
	query, err := url.QueryUnescape(u.RawQuery)
	if err != nil {
		return "has a broken percent sign"
	}
	for _, part := range []string{u.Path, query, u.Fragment} {
		for i := 0; i < len(part); i++ {
			if part[i] < ' ' || part[i] == 0x7f {
				return "has a control character"
			}
		}
	}
	for s := range strings.SplitSeq(u.Path, "/") {
		if s == "." || s == ".." {
			return "must not have dot segments"
		}
	}
	return ""
}
