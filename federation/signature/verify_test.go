package signature

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

const usualFormat = `keyId="%s",algorithm="rsa-sha256",headers="%s",signature="%s"`

// dated gives r the headers that draft-cavage peers sign.
func dated(r *http.Request) *http.Request {
	r.Header.Set("Date", now.Format(http.TimeFormat))
	r.Header.Set("Digest", "SHA-256="+sha256Base64(message))
	return r
}

// The ways in which peers are known to sign, made with crypto/rsa alone.
func TestPeersAreUnderstood(t *testing.T) {
	values := map[string]string{pseudoTarget: "post /inbox", "host": "hoster.example"}
	at := fmt.Sprint(now.Unix())
	tests := map[string]func(*testing.T) *http.Request{
		"usual": func(t *testing.T) *http.Request {
			return peerCavage(t, dated(request("POST", inbox, message)), "(request-target) host date digest content-type", values, usualFormat)
		},
		"hs2019 with a date": func(t *testing.T) *http.Request {
			return peerCavage(t, dated(request("POST", inbox, message)), "(request-target) host date digest", values,
				`keyId="%s",algorithm="hs2019",headers="%s",signature="%s"`)
		},
		"another order": func(t *testing.T) *http.Request {
			return peerCavage(t, dated(request("POST", inbox, message)), "(request-target) host digest date", values, usualFormat)
		},
		"without algorithm": func(t *testing.T) *http.Request {
			return peerCavage(t, dated(request("POST", inbox, message)), "(request-target) host date digest", values,
				`keyId="%s",headers="%s",signature="%s"`)
		},
		"spaces after commas": func(t *testing.T) *http.Request {
			return peerCavage(t, dated(request("POST", inbox, message)), "(request-target) host date digest", values,
				`keyId="%s", algorithm="rsa-sha256" , headers="%s",  signature="%s"`)
		},
		"legacy prefix": func(t *testing.T) *http.Request {
			return peerCavage(t, dated(request("POST", inbox, message)), "(request-target) host date digest", values, "Signature "+usualFormat)
		},
		"unknown parameters": func(t *testing.T) *http.Request {
			return peerCavage(t, dated(request("POST", inbox, message)), "(request-target) host date digest", values, usualFormat+`,version="2",n=1`)
		},
		"digest in lower case beside another": func(t *testing.T) *http.Request {
			r := dated(request("POST", inbox, message))
			r.Header.Set("Digest", "SHA-512=AAAA, sha-256="+sha256Base64(message))
			return peerCavage(t, r, "(request-target) host date digest", values, usualFormat)
		},
		"target without its query": func(t *testing.T) *http.Request {
			return peerCavage(t, dated(request("POST", inbox+"?a=b", message)), "(request-target) host date digest", values, usualFormat)
		},
		"hs2019 with (created) and (expires)": func(t *testing.T) *http.Request {
			// httpsig wants expires to fit the machine's clock as well.
			expires := fmt.Sprint(time.Now().Add(24 * 365 * 20 * time.Hour).Unix())
			pseudo := map[string]string{pseudoTarget: "post /inbox", "host": "hoster.example", pseudoCreated: at, pseudoExpires: expires}
			return peerCavage(t, dated(request("POST", inbox, message)), "(request-target) host (created) (expires) digest", pseudo,
				`keyId="%s",algorithm="hs2019",created=`+at+`,expires=`+expires+`,headers="%s",signature="%s"`)
		},
		"signed GET": func(t *testing.T) *http.Request {
			r := dated(request("GET", "https://hoster.example/actor", ""))
			return peerCavage(t, r, "(request-target) host date", map[string]string{pseudoTarget: "get /actor", "host": "hoster.example"}, usualFormat)
		},
		"host with the default port": func(t *testing.T) *http.Request {
			r := dated(request("POST", inbox, message))
			r.Host = "Hoster.example:443"
			return peerCavage(t, r, "(request-target) host date digest", map[string]string{pseudoTarget: "post /inbox", "host": r.Host}, usualFormat)
		},
		"RFC 9421, least": func(t *testing.T) *http.Request {
			r := request("POST", inbox, message)
			digest := "sha-256=:" + sha256Base64(message) + ":"
			r.Header.Set("Content-Digest", digest)
			return peerMessage(t, r,
				[]string{`"@method": POST`, `"@target-uri": ` + inbox, `"content-digest": ` + digest},
				`("@method" "@target-uri" "content-digest");created=`+at+`;keyid="`+keyID+`"`)
		},
		"RFC 9421, most": func(t *testing.T) *http.Request {
			r := dated(request("POST", inbox+"?a=b", message))
			digest := "sha-512=:AAAA:, sha-256=:" + sha256Base64(message) + ":"
			r.Header.Set("Content-Digest", digest)
			return peerMessage(t, r, []string{
				`"@method": POST`, `"@target-uri": ` + inbox + "?a=b", `"@authority": hoster.example`, `"@scheme": https`,
				`"@request-target": /inbox?a=b`, `"@path": /inbox`, `"@query": ?a=b`,
				`"host": hoster.example`, `"date": ` + now.Format(http.TimeFormat), `"content-digest": ` + digest,
			}, `("@method" "@target-uri" "@authority" "@scheme" "@request-target" "@path" "@query" "host" "date" "content-digest");alg="rsa-v1_5-sha256";keyid="`+
				keyID+`";created=`+at+`;expires=`+fmt.Sprint(now.Unix()+300)+`;nonce="n"`)
		},
	}
	for name, build := range tests {
		t.Run(name, func(t *testing.T) {
			if err := verify(build(t), policy, &testKey().PublicKey); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAnotherKeyIsRefused(t *testing.T) {
	other, err := NewKey()
	if err != nil {
		t.Fatal(err)
	}
	edwards, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, scheme := range []Scheme{Cavage, MessageSignatures} {
		for want, key := range map[string]crypto.PublicKey{
			ReasonSignature: &other.PublicKey,
			ReasonAlgorithm: edwards,
			ReasonKey:       &curve.PublicKey,
		} {
			err := verify(signedByUs(t, scheme), policy, key)
			if got := reason(t, err); got != want {
				t.Errorf("%s with a %T: reason %q, want %q", scheme, key, got, want)
			}
		}
	}
}

func TestWindow(t *testing.T) {
	narrow := Policy{Origin: origin, Past: 5 * time.Minute, Future: time.Minute}
	tests := []struct {
		policy Policy
		shift  time.Duration // of the clock of the one who verifies
		want   string
	}{
		{policy, 59 * time.Minute, ""},
		{policy, -59 * time.Minute, ""},
		{policy, 61 * time.Minute, ReasonDate},
		{policy, -61 * time.Minute, ReasonDate},
		{narrow, 5 * time.Minute, ""},
		{narrow, 5*time.Minute + time.Second, ReasonDate},
		{narrow, -time.Minute, ""},
		{narrow, -time.Minute - time.Second, ReasonDate},
	}
	for _, scheme := range []Scheme{Cavage, MessageSignatures} {
		for _, test := range tests {
			p := test.policy
			p.Now = now.Add(test.shift)
			err := verify(signedByUs(t, scheme), p, &testKey().PublicKey)
			if got := reason(t, err); got != test.want {
				t.Errorf("%s, clock %s ahead: reason %q, want %q", scheme, test.shift, got, test.want)
			}
		}
	}
}

func TestDevelopmentTakesHTTP(t *testing.T) {
	local := &url.URL{Scheme: "http", Host: "localhost:9101"}
	for _, scheme := range []Scheme{Cavage, MessageSignatures} {
		r := request(http.MethodPost, "http://localhost:9101/inbox", message)
		s := Signer{KeyID: "http://localhost:9102/actor#main-key", Key: testKey()}
		if err := s.Sign(r, []byte(message), scheme, now); err != nil {
			t.Fatal(err)
		}
		p := Policy{Origin: local, Now: now, Development: true}
		if err := verify(r, p, &testKey().PublicKey); err != nil {
			t.Errorf("%s: %v", scheme, err)
		}
	}
}

// The request and the Ed25519 key of RFC 9421 B.2 and B.1.4.
func rfcRequest() *http.Request {
	r := httptest.NewRequest(http.MethodPost, "https://example.com/foo?param=Value&Pet=dog", strings.NewReader(`{"hello": "world"}`))
	r.Header.Set("Date", "Tue, 20 Apr 2021 02:07:55 GMT")
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Content-Length", "18")
	r.Header.Set("Content-Digest", "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:")
	return r
}

// RFC 9421 B.2.6: signed with Ed25519 by the authors of the RFC.
func TestVectorEd25519(t *testing.T) {
	der, err := ParsePublicKeyPEM("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n-----END PUBLIC KEY-----\n")
	if err != nil {
		t.Fatal(err)
	}
	key, err := PublicKey(der)
	if err != nil {
		t.Fatal(err)
	}
	r := rfcRequest()
	r.Header.Set("Signature-Input", `sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"`)
	r.Header.Set("Signature", "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:")
	p := Policy{Origin: &url.URL{Scheme: "https", Host: "example.com"}}
	claim, err := Parse(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := claim.Verify(r, p, key); err != nil {
		t.Error(err)
	}
	r.Header.Set("Date", "Tue, 20 Apr 2021 02:07:56 GMT")
	if got := reason(t, claim.Verify(r, p, key)); got != ReasonSignature {
		t.Errorf("with another date: reason %q, want %q", got, ReasonSignature)
	}
}

// RFC 9421 2.5: the signature base of the example there.
func TestVectorBase(t *testing.T) {
	const params = `("@method" "@authority" "@path" "content-digest" "content-length" "content-type");created=1618884473;keyid="test-key-rsa-pss"`
	covered := []string{"@method", "@authority", "@path", "content-digest", "content-length", "content-type"}
	got, err := signatureBase(rfcRequest(), &url.URL{Scheme: "https", Host: "example.com"}, covered, params)
	if err != nil {
		t.Fatal(err)
	}
	want := `"@method": POST
"@authority": example.com
"@path": /foo
"content-digest": sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:
"content-length": 18
"content-type": application/json
"@signature-params": ` + params
	if string(got) != want {
		t.Errorf("base is\n%s\nwant\n%s", got, want)
	}
}

func TestEd25519Cavage(t *testing.T) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	r := dated(request("GET", "https://hoster.example/actor", ""))
	text := "(request-target): get /actor\nhost: hoster.example\ndate: " + r.Header.Get("Date")
	r.Header.Set("Signature", `keyId="`+keyID+`",algorithm="hs2019",headers="(request-target) host date",signature="`+
		base64.StdEncoding.EncodeToString(ed25519.Sign(private, []byte(text)))+`"`)
	if err := verify(r, policy, public); err != nil {
		t.Error(err)
	}
	r.Header.Set("Date", now.Add(time.Second).Format(http.TimeFormat))
	if got := reason(t, verify(r, policy, public)); got != ReasonSignature {
		t.Errorf("with another date: reason %q, want %q", got, ReasonSignature)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`keyId="https://peer.example/#k",algorithm="rsa-sha256",headers="(request-target) host date digest",signature="AAAA"`, "", false)
	f.Add(`Signature keyId="a", headers="date" ,created=1,expires=2,signature="AAAA"`, "", false)
	f.Add(`sig1=:AAAA:`, `sig1=("@method" "@target-uri" "content-digest");created=1;keyid="https://peer.example/#k";alg="ed25519"`, true)
	f.Add(`a=:AAAA:, b=:AAAA:`, `a=("date";req);x="\"\\", b=()`, true)
	f.Fuzz(func(t *testing.T, signature, input string, message bool) {
		r := dated(request("POST", inbox, "{}"))
		r.Header.Set("Signature", signature)
		if message {
			r.Header.Set("Signature-Input", input)
		}
		claim, err := Parse(r)
		if err != nil {
			return
		}
		if (claim.Scheme == MessageSignatures) != message {
			t.Fatalf("read as %s", claim.Scheme)
		}
		if claim.KeyID == "" || len(claim.Signature) == 0 || len(claim.Covered) == 0 {
			t.Fatalf("accepted with a part missing: %+v", claim)
		}
		if claim.Check(r, []byte("{}"), policy) == nil && !claim.covers("digest") && !claim.covers("content-digest") {
			t.Fatalf("the body is not vouched for: %+v", claim)
		}
		if claim.Verify(r, policy, &testKey().PublicKey) == nil {
			t.Fatalf("verified: %+v", claim)
		}
	})
}
