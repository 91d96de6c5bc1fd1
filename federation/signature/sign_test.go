package signature

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestRoundTrip(t *testing.T) {
	addresses := []string{
		inbox,
		"https://hoster.example/",
		"https://hoster.example/ap/actors/zoe/inbox?page=true&min_id=0",
		"https://hoster.example/caf%C3%A9/a%2Fb?q=%C3%A9t%C3%A9",
	}
	for _, scheme := range []Scheme{Cavage, MessageSignatures} {
		for _, address := range addresses {
			for _, body := range []string{"", message} {
				method := http.MethodGet
				if body != "" {
					method = http.MethodPost
				}
				r := request(method, address, body)
				s := Signer{KeyID: keyID, Key: testKey()}
				if err := s.Sign(r, []byte(body), scheme, now); err != nil {
					t.Errorf("%s %s %s: sign: %v", scheme, method, address, err)
					continue
				}
				if err := verify(r, policy, &testKey().PublicKey); err != nil {
					t.Errorf("%s %s %s: verify: %v", scheme, method, address, err)
				}
				if claim, err := Parse(r); err != nil || claim.KeyID != keyID || claim.Scheme != scheme {
					t.Errorf("%s %s %s: claim is %+v, %v", scheme, method, address, claim, err)
				}
			}
		}
	}
}

// What we send must verify with code that shares nothing with ours, and have
// the form that the strictest parsers among peers want: an algorithm they know,
// no space after a comma.
func TestCavageAsPeersReadIt(t *testing.T) {
	r := request(http.MethodPost, "https://hoster.example/caf%C3%A9/inbox?a=b", message)
	if err := (Signer{KeyID: keyID, Key: testKey()}).Sign(r, []byte(message), Cavage, now); err != nil {
		t.Fatal(err)
	}
	header := r.Header.Get("Signature")
	form := regexp.MustCompile(`^keyId="([^"]+)",algorithm="rsa-sha256",headers="\(request-target\) host date digest content-type",signature="([A-Za-z0-9+/]+=*)"$`)
	parts := form.FindStringSubmatch(header)
	if parts == nil {
		t.Fatalf("Signature is %q", header)
	}
	if parts[1] != keyID {
		t.Errorf("keyId is %q, want %q", parts[1], keyID)
	}
	text := "(request-target): post /caf%C3%A9/inbox?a=b\n" +
		"host: hoster.example\n" +
		"date: Sat, 14 Mar 2026 15:09:26 GMT\n" +
		"digest: SHA-256=" + sha256Base64(message) + "\n" +
		"content-type: application/activity+json"
	signed, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(text))
	if err := rsa.VerifyPKCS1v15(&testKey().PublicKey, crypto.SHA256, sum[:], signed); err != nil {
		t.Errorf("crypto/rsa on the signing string written by hand: %v", err)
	}
	if got, want := r.Header.Get("Date"), "Sat, 14 Mar 2026 15:09:26 GMT"; got != want {
		t.Errorf("Date is %q, want %q", got, want)
	}
}

func TestMessageAsPeersReadIt(t *testing.T) {
	r := signedByUs(t, MessageSignatures)
	params := `("@method" "@target-uri" "content-digest" "content-type");created=1773500966;keyid="` + keyID + `";alg="rsa-v1_5-sha256"`
	if got, want := r.Header.Get("Signature-Input"), "sig1="+params; got != want {
		t.Errorf("Signature-Input is %q, want %q", got, want)
	}
	text := `"@method": POST` + "\n" +
		`"@target-uri": https://hoster.example/inbox` + "\n" +
		`"content-digest": sha-256=:` + sha256Base64(message) + ":\n" +
		`"content-type": application/activity+json` + "\n" +
		`"@signature-params": ` + params
	if got, want := r.Header.Get("Signature"), "sig1=:"+rsaBase64(t, testKey(), text)+":"; got != want {
		t.Errorf("Signature is %q, want %q", got, want)
	}
}

// A request is tried again, perhaps in the other scheme: nothing of the first
// try may remain, and the time is the new one.
func TestSignAgain(t *testing.T) {
	r := signedByUs(t, MessageSignatures)
	later := now.Add(8 * time.Hour)
	s := Signer{KeyID: keyID, Key: testKey()}
	if err := s.Sign(r, []byte(message), Cavage, later); err != nil {
		t.Fatal(err)
	}
	if r.Header.Get("Signature-Input") != "" || r.Header.Get("Content-Digest") != "" {
		t.Errorf("headers of the first scheme remain: %v", r.Header)
	}
	if n := len(r.Header.Values("Signature")); n != 1 {
		t.Errorf("there are %d Signature headers, want 1", n)
	}
	if err := verify(r, Policy{Origin: origin, Now: later}, &testKey().PublicKey); err != nil {
		t.Errorf("verify: %v", err)
	}
}

func TestSignRefusesControlCharacters(t *testing.T) {
	addresses := []string{
		"https://victim.example/inbox%0Ahost:%20other.example",
		"https://victim.example/inbox%0d",
		"https://victim.example/inbox?a=%00",
		"https://victim.example/inbox?a=%zz",
		"https://victim.example/%7f",
	}
	for _, address := range addresses {
		for _, scheme := range []Scheme{Cavage, MessageSignatures} {
			r, err := http.NewRequest(http.MethodPost, address, strings.NewReader(message))
			if err != nil {
				t.Fatal(err)
			}
			err = (Signer{KeyID: keyID, Key: testKey()}).Sign(r, []byte(message), scheme, now)
			if got := reason(t, err); got != ReasonMalformed {
				t.Errorf("%s %s: reason %q, want %q", scheme, address, got, ReasonMalformed)
			}
			if r.Header.Get("Signature") != "" {
				t.Errorf("%s %s: signed all the same", scheme, address)
			}
		}
	}
}

// Each part that a signature covers is changed in turn: none of the requests
// may pass any more.
func TestEveryCoveredPartCounts(t *testing.T) {
	changes := map[string]func(*http.Request){
		"method":         func(r *http.Request) { r.Method = http.MethodPut },
		"path":           func(r *http.Request) { r.RequestURI = "/other" },
		"query":          func(r *http.Request) { r.RequestURI = "/inbox?a=b" },
		"host":           func(r *http.Request) { r.Host = "other.example" },
		"date":           func(r *http.Request) { r.Header.Set("Date", now.Add(time.Second).Format(http.TimeFormat)) },
		"digest":         func(r *http.Request) { r.Header.Set("Digest", "SHA-256="+sha256Base64("other")) },
		"content-digest": func(r *http.Request) { r.Header.Set("Content-Digest", "sha-256=:"+sha256Base64("other")+":") },
		"content-type":   func(r *http.Request) { r.Header.Set("Content-Type", "application/ld+json") },
		"created": func(r *http.Request) {
			r.Header.Set("Signature-Input", strings.Replace(r.Header.Get("Signature-Input"), "created=1773500966", "created=1773500967", 1))
		},
		"keyid": func(r *http.Request) {
			r.Header.Set("Signature-Input", strings.Replace(r.Header.Get("Signature-Input"), "ada", "bob", 1))
		},
		"another header": func(r *http.Request) { r.Header.Set("User-Agent", "any") },
	}
	harmless := map[Scheme][]string{
		// A peer may sign the path without its query: then the query is not vouched for.
		Cavage:            {"query", "content-digest", "created", "keyid", "another header"},
		MessageSignatures: {"date", "digest", "another header"},
	}
	for _, scheme := range []Scheme{Cavage, MessageSignatures} {
		for name, change := range changes {
			if scheme == Cavage && (name == "created" || name == "keyid") {
				continue // Signature-Input is not there to be changed
			}
			r := signedByUs(t, scheme)
			change(r)
			err := verify(r, policy, &testKey().PublicKey)
			if want := slices.Contains(harmless[scheme], name); (err == nil) != want {
				t.Errorf("%s: %s changed: error %v, accepted should be %t", scheme, name, err, want)
			}
		}
	}
}

func BenchmarkSign(b *testing.B) {
	for _, scheme := range []Scheme{Cavage, MessageSignatures} {
		b.Run(string(scheme), func(b *testing.B) {
			s := Signer{KeyID: keyID, Key: testKey()}
			r := request(http.MethodPost, inbox, message)
			for b.Loop() {
				if err := s.Sign(r, []byte(message), scheme, now); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkVerify(b *testing.B) {
	for _, scheme := range []Scheme{Cavage, MessageSignatures} {
		b.Run(string(scheme), func(b *testing.B) {
			r := signedByUs(b, scheme)
			body, key := []byte(message), &testKey().PublicKey
			for b.Loop() {
				claim, err := Parse(r)
				if err != nil {
					b.Fatal(err)
				}
				if err := claim.Check(r, body, policy); err != nil {
					b.Fatal(err)
				}
				if err := claim.Verify(r, policy, key); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
