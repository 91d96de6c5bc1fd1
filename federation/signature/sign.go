package signature

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/dunglas/httpsfv"
	"github.com/go-fed/httpsig"
)

// activityJSON is the media type of what is posted (ActivityPub 7).
const activityJSON = "application/activity+json"

// algorithmRSA is the one algorithm that every peer with RFC 9421 takes
// (RFC 9421 3.3.2).
const algorithmRSA = "rsa-v1_5-sha256"

// Signer signs requests with the RSA key of one of our actors. It is safe for
// use by many goroutines.
type Signer struct {
	KeyID string // IRI of the public key, e.g. "https://hoster.example/actor#main-key"
	Key   *rsa.PrivateKey
}

// Sign signs r, whose body is body, in the scheme, as of now. It sets Date,
// Digest or Content-Digest, Content-Type where a body has none, and Signature
// (with Signature-Input), and first takes those of an earlier signature away,
// so that every try and every hop of a request is signed anew.
//
// Draft-cavage covers (request-target), host and date, with digest and
// content-type where there is a body, else with accept where it is set. RFC
// 9421 covers @method and @target-uri, with content-digest and content-type
// where there is a body.
func (s Signer) Sign(r *http.Request, body []byte, scheme Scheme, now time.Time) error {
	target, err := requestTarget(r.URL)
	if err != nil {
		return err
	}
	if hasControl(s.KeyID) || strings.ContainsAny(s.KeyID, `"\`) {
		return refuse(ReasonKey, "our key id cannot be written in a header")
	}
	if r.Host == "" {
		r.Host = r.URL.Host
	}
	if r.Method == "" {
		r.Method = http.MethodGet // as net/http takes it
	}
	for _, name := range []string{"Signature", "Signature-Input", "Digest", "Content-Digest"} {
		r.Header.Del(name)
	}
	r.Header.Set("Date", now.UTC().Format(http.TimeFormat))
	if hasBody(r, body) && r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", activityJSON)
	}
	switch scheme {
	case Cavage:
		return s.signCavage(r, body, target)
	case MessageSignatures:
		return s.signMessage(r, body, now)
	}
	return refuse(ReasonAlgorithm, "there is no scheme %q", scheme)
}

// signCavage lets httpsig sign a copy of the request whose path is the one on
// the wire, and names the algorithm as peers know it: hs2019, which httpsig
// writes, some refuse and some take for another.
func (s Signer) signCavage(r *http.Request, body []byte, target string) error {
	covered := []string{pseudoTarget, "host", "date"}
	if hasBody(r, body) {
		r.Header.Set("Digest", digestHeader(body))
		covered = append(covered, "digest", "content-type")
	} else if r.Header.Get("Accept") != "" {
		covered = append(covered, "accept")
	}
	path, query, _ := strings.Cut(target, "?")
	wire := &http.Request{Method: r.Method, URL: &url.URL{Path: path, RawQuery: query}, Header: http.Header{}}
	for _, name := range covered[1:] {
		value, err := fieldValue(r, name)
		if err != nil {
			return err
		}
		wire.Header.Set(name, value)
	}
	signer, _, err := httpsig.NewSigner([]httpsig.Algorithm{httpsig.RSA_SHA256}, httpsig.DigestSha256, covered, httpsig.Signature, 0)
	if err != nil {
		return fmt.Errorf("sign request: %w", err)
	}
	if err := signer.SignRequest(s.Key, s.KeyID, wire, nil); err != nil {
		return fmt.Errorf("sign request: %w", err)
	}
	value := strings.Replace(wire.Header.Get("Signature"), `,algorithm="hs2019",`, `,algorithm="rsa-sha256",`, 1)
	r.Header.Set("Signature", value)
	return nil
}

// signMessage signs as RFC 9421 3.1.
func (s Signer) signMessage(r *http.Request, body []byte, now time.Time) error {
	covered := []string{"@method", "@target-uri"}
	if hasBody(r, body) {
		r.Header.Set("Content-Digest", contentDigest(body))
		covered = append(covered, "content-digest", "content-type")
	}
	list := httpsfv.InnerList{Params: httpsfv.NewParams()}
	for _, name := range covered {
		list.Items = append(list.Items, httpsfv.NewItem(name))
	}
	list.Params.Add("created", now.Unix())
	list.Params.Add("keyid", s.KeyID)
	list.Params.Add("alg", algorithmRSA)
	params, err := httpsfv.Marshal(list)
	if err != nil {
		return fmt.Errorf("sign request: %w", err)
	}
	origin := &url.URL{Scheme: r.URL.Scheme, Host: r.Host}
	base, err := signatureBase(r, origin, covered, params)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(base)
	signed, err := rsa.SignPKCS1v15(rand.Reader, s.Key, crypto.SHA256, sum[:])
	if err != nil {
		return fmt.Errorf("sign request: %w", err)
	}
	value, err := httpsfv.Marshal(httpsfv.NewItem(signed))
	if err != nil {
		return fmt.Errorf("sign request: %w", err)
	}
	r.Header.Set("Signature-Input", "sig1="+params)
	r.Header.Set("Signature", "sig1="+value)
	return nil
}
