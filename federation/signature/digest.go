package signature

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/dunglas/httpsfv"
)

// digestHeader gives the value of Digest for a body (RFC 3230).
func digestHeader(body []byte) string {
	sum := sha256.Sum256(body)
	return "SHA-256=" + base64.StdEncoding.EncodeToString(sum[:])
}

// checkDigest compares body with the Digest header (RFC 3230), which may list
// several algorithms. Every SHA-256 in it must be the body's, and there must be
// one: a list in which the first or the last one counts can be read in two ways.
func checkDigest(r *http.Request, body []byte) error {
	sum := sha256.Sum256(body)
	found := false
	for entry := range strings.SplitSeq(strings.Join(r.Header.Values("Digest"), ","), ",") {
		algorithm, value, _ := strings.Cut(strings.TrimSpace(entry), "=")
		if !strings.EqualFold(algorithm, "sha-256") {
			continue
		}
		got, err := base64.StdEncoding.Strict().DecodeString(value)
		if err != nil || subtle.ConstantTimeCompare(got, sum[:]) != 1 {
			return refuse(ReasonDigest, "the body does not have the digest that was signed")
		}
		found = true
	}
	if !found {
		return refuse(ReasonDigest, "there is no SHA-256 digest")
	}
	return nil
}

// contentDigest gives the value of Content-Digest for a body (RFC 9530 2).
func contentDigest(body []byte) string {
	sum := sha256.Sum256(body)
	return "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":"
}

// checkContentDigest compares body with the Content-Digest header (RFC 9530 2).
func checkContentDigest(r *http.Request, body []byte) error {
	value := strings.Join(r.Header.Values("Content-Digest"), ", ")
	if len(value) > maxHeaderBytes {
		return refuse(ReasonDigest, "the Content-Digest header is %d bytes long", len(value))
	}
	digests, err := readDictionary(value)
	if err != nil {
		return refuse(ReasonDigest, "the Content-Digest header cannot be read in exactly one way")
	}
	member, _ := digests.Get("sha-256")
	item, _ := member.(httpsfv.Item)
	got, _ := item.Value.([]byte)
	sum := sha256.Sum256(body)
	if subtle.ConstantTimeCompare(got, sum[:]) != 1 {
		return refuse(ReasonDigest, "the body does not have the sha-256 digest that was signed")
	}
	return nil
}
