package activitystreams

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

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
	o, err := parse(raw)
	if err != nil {
		return nil, err
	}
	if c, ok := o["@context"]; ok && c != nil && !namesAS(c) {
		return nil, directory.Invalid("@context", "must contain %s", AS)
	}
	return o, nil
}

// parse is Parse without a word on @context.
func parse(raw []byte) (Object, error) {
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	switch {
	case len(raw) > maxBytes:
		return nil, directory.Invalid("document", "is longer than %d bytes", maxBytes)
	case !utf8.Valid(raw):
		return nil, directory.Invalid("document", "is not UTF-8")
	case loneSurrogate(raw):
		return nil, directory.Invalid("document", "has half of a surrogate pair")
	}
	r := reader{d: json.NewDecoder(bytes.NewReader(raw))}
	r.d.UseNumber()
	v, err := r.value(0)
	if err != nil {
		return nil, err
	}
	o, ok := v.(map[string]any)
	if !ok {
		return nil, directory.Invalid("document", "must be one JSON object")
	}
	if _, err := r.d.Token(); err != io.EOF {
		return nil, directory.Invalid("document", "goes on after its object")
	}
	return o, nil
}

// reader builds the tree token by token, so that the bounds hold while reading
// and a repeated key is seen.
type reader struct {
	d     *json.Decoder
	nodes int
}

func (r *reader) value(depth int) (any, error) {
	t, err := r.d.Token()
	if err != nil {
		return nil, fmt.Errorf("%w: not JSON: %v", directory.ErrInvalid, err)
	}
	if r.nodes++; r.nodes > maxNodes {
		return nil, directory.Invalid("document", "has more than %d values", maxNodes)
	}
	switch t := t.(type) {
	case json.Delim:
		if depth >= maxDepth {
			return nil, directory.Invalid("document", "is nested more than %d deep", maxDepth)
		}
		if t == '{' {
			return r.object(depth)
		}
		return r.array(depth)
	case string:
		if strings.IndexByte(t, 0) >= 0 {
			return nil, directory.Invalid("document", "has a NUL character")
		}
		return t, nil
	default: // bool, json.Number, nil
		return t, nil
	}
}

func (r *reader) object(depth int) (any, error) {
	o := map[string]any{}
	for r.d.More() {
		t, err := r.d.Token()
		if err != nil {
			return nil, fmt.Errorf("%w: not JSON: %v", directory.ErrInvalid, err)
		}
		key, _ := t.(string)
		if _, twice := o[key]; twice || strings.IndexByte(key, 0) >= 0 {
			return nil, directory.Invalid("document", "has the key %.64q twice, or a NUL in it", key)
		}
		if o[key], err = r.value(depth + 1); err != nil {
			return nil, err
		}
	}
	return o, r.end()
}

func (r *reader) array(depth int) (any, error) {
	a := []any{}
	for r.d.More() {
		v, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		a = append(a, v)
	}
	return a, r.end()
}

func (r *reader) end() error {
	if _, err := r.d.Token(); err != nil {
		return fmt.Errorf("%w: not JSON: %v", directory.ErrInvalid, err)
	}
	return nil
}

// loneSurrogate reports an escape \uD800 to \uDFFF without its other half,
// which encoding/json would quietly replace: two documents would read alike.
func loneSurrogate(raw []byte) bool {
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		u, ok := escaped(raw[i:])
		if !ok {
			i++ // passes over the character escaped
			continue
		}
		i += 5
		switch {
		case u >= 0xDC00 && u <= 0xDFFF:
			return true
		case u >= 0xD800 && u <= 0xDBFF:
			low, ok := escaped(raw[i+1:])
			if !ok || low < 0xDC00 || low > 0xDFFF {
				return true
			}
			i += 6
		}
	}
	return false
}

// escaped reads \uXXXX at the start of b.
func escaped(b []byte) (uint64, bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	u, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	return u, err == nil
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
	if a, err := netip.ParseAddr(host); err == nil {
		if a.Zone() != "" || a.String() != host {
			return "must write its IP address in the usual form"
		}
		return ""
	}
	labels := strings.Split(host, ".")
	for _, l := range labels {
		if l == "" || len(l) > 63 || strings.Trim(l, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return "has a host that cannot exist"
		}
	}
	if last := labels[len(labels)-1]; last[0] >= '0' && last[0] <= '9' {
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
