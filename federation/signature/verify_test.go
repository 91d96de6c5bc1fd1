package signature

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"matou/directory"
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

// Each row is a request that must be refused, and the reason given for it.
func TestAttacks(t *testing.T) {
	const all = "(request-target) host date digest"
	values := map[string]string{pseudoTarget: "post /inbox", "host": "hoster.example"}
	signed := func(covered string, change func(*http.Request)) func(*testing.T) *http.Request {
		return func(t *testing.T) *http.Request {
			r := dated(request("POST", inbox, message))
			if change != nil {
				change(r)
			}
			return peerCavage(t, r, covered, values, usualFormat)
		}
	}
	written := func(format string) func(*testing.T) *http.Request {
		return func(t *testing.T) *http.Request {
			return peerCavage(t, dated(request("POST", inbox, message)), all, values, format)
		}
	}
	after := func(scheme Scheme, change func(*http.Request)) func(*testing.T) *http.Request {
		return func(t *testing.T) *http.Request {
			r := signedByUs(t, scheme)
			change(r)
			return r
		}
	}
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	at := func(shift time.Duration) func(*http.Request) {
		return set("Date", now.Add(shift).Format(http.TimeFormat))
	}
	edit := func(name, old, with string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, strings.Replace(r.Header.Get(name), old, with, 1)) }
	}
	tests := []struct {
		name  string
		build func(*testing.T) *http.Request
		want  string
	}{
		{"no signature", func(*testing.T) *http.Request { return request("POST", inbox, message) }, ReasonMissing},
		{"covers date alone", signed("date", nil), ReasonUncovered},
		{"covers nothing by name", written(`keyId="%[1]s",algorithm="rsa-sha256",signature="%[3]s"`), ReasonUncovered},
		{"covers an empty list", written(`keyId="%[1]s",headers="",signature="%[3]s"`), ReasonUncovered},
		{"target not covered", signed("host date digest", nil), ReasonUncovered},
		{"host not covered", signed("(request-target) date digest", nil), ReasonUncovered},
		{"date not covered", signed("(request-target) host digest", nil), ReasonUncovered},
		{"digest not covered", signed("(request-target) host date", nil), ReasonUncovered},
		{"covers a header that is absent", signed(all+" x-absent", nil), ReasonUncovered},
		{"covers a header twice", signed(all+" date", nil), ReasonMalformed},
		{"covers its own header", signed(all+" signature", nil), ReasonMalformed},
		{"covers an unknown pseudo-header", signed(all+" (response-status)", nil), ReasonMalformed},

		{"body swapped", func(t *testing.T) *http.Request {
			r := signed(all, nil)(t)
			swapped := request("POST", inbox, strings.Replace(message, "ada", "bob", 2))
			swapped.Header = r.Header
			return swapped
		}, ReasonDigest},
		{"digest absent", signed(all, func(r *http.Request) { r.Header.Del("Digest") }), ReasonUncovered},
		{"digest SHA-512 alone", signed(all, set("Digest", "SHA-512=AAAA")), ReasonDigest},
		{"digest too short", signed(all, set("Digest", "SHA-256=AAAA")), ReasonDigest},
		{"digest not base64", signed(all, set("Digest", "SHA-256=***")), ReasonDigest},
		{"digest in hexadecimal", signed(all, set("Digest", fmt.Sprintf("SHA-256=%x", sha256Base64(message)))), ReasonDigest},
		{"two digests, the second right", signed(all, set("Digest", "SHA-256="+sha256Base64("other")+",SHA-256="+sha256Base64(message))), ReasonDigest},

		{"for another host", signed(all, func(r *http.Request) { r.Host = "other.example" }), ReasonHost},
		{"for another host, ours forwarded", signed(all, func(r *http.Request) {
			r.Host = "other.example"
			r.Header.Set("X-Forwarded-Host", "hoster.example")
		}), ReasonHost},
		{"for another port", signed(all, func(r *http.Request) { r.Host = "hoster.example:8443" }), ReasonHost},
		{"host changed after signing", after(Cavage, func(r *http.Request) { r.Host = "hoster.example:443" }), ReasonSignature},

		{"2 h old", signed(all, at(-2*time.Hour)), ReasonDate},
		{"30 days old", signed(all, at(-30*24*time.Hour)), ReasonDate},
		{"2 h ahead", signed(all, at(2*time.Hour)), ReasonDate},
		{"no date", signed(all, func(r *http.Request) { r.Header.Del("Date") }), ReasonDate},
		{"two dates", signed(all, func(r *http.Request) { r.Header.Add("Date", now.Format(http.TimeFormat)) }), ReasonDate},
		{"ISO date", signed(all, set("Date", now.Format(time.RFC3339))), ReasonDate},
		{"(created) with rsa-sha256", written(`keyId="%[1]s",algorithm="rsa-sha256",created=1773500966,headers="(request-target) host (created) digest",signature="%[3]s"`), ReasonDate},
		{"(created) without a number", written(`keyId="%[1]s",algorithm="hs2019",headers="(request-target) host (created) digest",signature="%[3]s"`), ReasonDate},
		{"(created) long ago", written(`keyId="%[1]s",algorithm="hs2019",created=1402170695,headers="(request-target) host (created) digest",signature="%[3]s"`), ReasonDate},
		{"expired", written(`keyId="%[1]s",algorithm="hs2019",expires=1402170695,headers="%[2]s",signature="%[3]s"`), ReasonDate},

		{"parameter twice", written(`keyId="%[1]s",keyId="https://victim.example/#k",headers="%[2]s",signature="%[3]s"`), ReasonMalformed},
		{"parameter twice in other case", written(`keyId="%[1]s",KEYID="https://victim.example/#k",headers="%[2]s",signature="%[3]s"`), ReasonMalformed},
		{"quote left open", written(`keyId="%[1]s",headers="%[2]s",signature="%[3]s`), ReasonMalformed},
		{"text after a quote", written(`keyId="%[1]s"x,headers="%[2]s",signature="%[3]s"`), ReasonMalformed},
		{"comma at the end", written(usualFormat + ","), ReasonMalformed},
		{"escape in a quote", written(`keyId="%[1]s",x="\",headers="%[2]s",signature="%[3]s"`), ReasonMalformed},
		{"no key id", written(`headers="%[2]s",signature="%[3]s"`), ReasonMalformed},
		{"signature not base64", written(`keyId="%[1]s",headers="%[2]s",signature="%%%[3]s"`), ReasonMalformed},
		{"Authorization as well", after(Cavage, func(r *http.Request) {
			r.Header.Set("Authorization", "Signature "+r.Header.Get("Signature"))
		}), ReasonMalformed},
		{"two Signature headers", after(Cavage, func(r *http.Request) { r.Header.Add("Signature", r.Header.Get("Signature")) }), ReasonMalformed},
		{"100 kB of signature", after(Cavage, set("Signature", `keyId="`+strings.Repeat("a", 100_000)+`"`)), ReasonMalformed},

		{"key id acct:", after(Cavage, edit("Signature", keyID, "acct:ada@peer.example")), ReasonKey},
		{"key id data:", after(Cavage, edit("Signature", keyID, "data:text/plain;base64")), ReasonKey},
		{"key id file:", after(Cavage, edit("Signature", keyID, "file:///etc/passwd")), ReasonKey},
		{"key id http", after(Cavage, edit("Signature", "https://peer", "http://peer")), ReasonKey},
		{"key id with userinfo", after(Cavage, edit("Signature", "https://", "https://peer.example@")), ReasonKey},
		{"key id with a line break", after(Cavage, edit("Signature", "/ada", "/ada%0a")), ReasonKey},
		{"key id of 3 kB", after(Cavage, edit("Signature", "/ada", strings.Repeat("/ada", 750))), ReasonKey},

		{"hmac-sha256 with a public key", after(Cavage, edit("Signature", "rsa-sha256", "hmac-sha256")), ReasonAlgorithm},
		{"rsa-sha1", after(Cavage, edit("Signature", "rsa-sha256", "rsa-sha1")), ReasonAlgorithm},
		{"ed25519 with an RSA key", after(Cavage, edit("Signature", "rsa-sha256", "ed25519")), ReasonAlgorithm},

		{"RFC 9421: broken, a good draft-cavage beside", after(Cavage, set("Signature-Input", "")), ReasonMalformed},
		{"RFC 9421: no signature", func(*testing.T) *http.Request {
			r := request("POST", inbox, message)
			r.Header.Set("Signature-Input", "sig1=()")
			return r
		}, ReasonMissing},
		{"RFC 9421: two labels", after(MessageSignatures, func(r *http.Request) {
			for _, name := range []string{"Signature", "Signature-Input"} {
				r.Header.Set(name, r.Header.Get(name)+", "+strings.Replace(r.Header.Get(name), "sig1", "sig2", 1))
			}
		}), ReasonMalformed},
		{"RFC 9421: one label twice", after(MessageSignatures, func(r *http.Request) {
			r.Header.Set("Signature-Input", `sig1=("@method");created=1, `+r.Header.Get("Signature-Input"))
		}), ReasonMalformed},
		{"RFC 9421: two Signature-Input headers", after(MessageSignatures, func(r *http.Request) {
			r.Header.Add("Signature-Input", r.Header.Get("Signature-Input"))
		}), ReasonMalformed},
		{"RFC 9421: labels differ", after(MessageSignatures, edit("Signature", "sig1", "sig2")), ReasonMalformed},
		{"RFC 9421: parameter twice", after(MessageSignatures, edit("Signature-Input", ";created=", ";created=1;created=")), ReasonMalformed},
		{"RFC 9421: component twice", after(MessageSignatures, edit("Signature-Input", `"@method"`, `"@method" "@method"`)), ReasonMalformed},
		{"RFC 9421: @signature-params as component", after(MessageSignatures, edit("Signature-Input", `"@method"`, `"@method" "@signature-params"`)), ReasonMalformed},
		{"RFC 9421: @status", after(MessageSignatures, edit("Signature-Input", `"@method"`, `"@method" "@status"`)), ReasonMalformed},
		{"RFC 9421: ;req", after(MessageSignatures, edit("Signature-Input", `"@method"`, `"@method";req`)), ReasonMalformed},
		{"RFC 9421: ;bs", after(MessageSignatures, edit("Signature-Input", `"content-digest"`, `"content-digest";bs`)), ReasonMalformed},
		{"RFC 9421: ;sf", after(MessageSignatures, edit("Signature-Input", `"content-digest"`, `"content-digest";sf`)), ReasonMalformed},
		{"RFC 9421: ;tr", after(MessageSignatures, edit("Signature-Input", `"content-digest"`, `"content-digest";tr`)), ReasonMalformed},
		{"RFC 9421: component in upper case", after(MessageSignatures, edit("Signature-Input", `"content-digest"`, `"Content-Digest"`)), ReasonMalformed},
		{"RFC 9421: no created", after(MessageSignatures, edit("Signature-Input", ";created=1773500966", "")), ReasonDate},
		{"RFC 9421: created long ago", after(MessageSignatures, edit("Signature-Input", "=1773500966", "=1402170695")), ReasonDate},
		{"RFC 9421: created as text", after(MessageSignatures, edit("Signature-Input", "=1773500966", `="1773500966"`)), ReasonMalformed},
		{"RFC 9421: expired", after(MessageSignatures, edit("Signature-Input", ";keyid", ";expires=1773500960;keyid")), ReasonDate},
		{"RFC 9421: @method not covered", after(MessageSignatures, edit("Signature-Input", `"@method" `, "")), ReasonUncovered},
		{"RFC 9421: @target-uri not covered", after(MessageSignatures, edit("Signature-Input", `"@target-uri" `, "")), ReasonUncovered},
		{"RFC 9421: content-digest not covered", after(MessageSignatures, edit("Signature-Input", `"content-digest" `, "")), ReasonUncovered},
		{"RFC 9421: nothing covered", after(MessageSignatures, set("Signature-Input", `sig1=();created=1773500966;keyid="https://peer.example/"`)), ReasonUncovered},
		{"RFC 9421: content-digest absent", after(MessageSignatures, func(r *http.Request) { r.Header.Del("Content-Digest") }), ReasonUncovered},
		{"RFC 9421: digest of another body", after(MessageSignatures, set("Content-Digest", "sha-256=:"+sha256Base64("other")+":")), ReasonDigest},
		{"RFC 9421: sha-256 twice, the last one right", after(MessageSignatures, set("Content-Digest", "sha-256=:"+sha256Base64("other")+":, sha-256=:"+sha256Base64(message)+":")), ReasonDigest},
		{"RFC 9421: no keyid", after(MessageSignatures, edit("Signature-Input", `;keyid="`+keyID+`"`, "")), ReasonMalformed},
		{"RFC 9421: hmac-sha256", after(MessageSignatures, edit("Signature-Input", algorithmRSA, "hmac-sha256")), ReasonAlgorithm},
		{"RFC 9421: ed25519 with an RSA key", after(MessageSignatures, edit("Signature-Input", algorithmRSA, "ed25519")), ReasonAlgorithm},
		{"RFC 9421: for another host", after(MessageSignatures, func(r *http.Request) { r.Host = "other.example" }), ReasonHost},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := verify(test.build(t), policy, &testKey().PublicKey)
			if got := reason(t, err); got != test.want {
				t.Errorf("reason %q, want %q (%v)", got, test.want, err)
			}
			if err != nil && !errors.Is(err, directory.ErrForbidden) {
				t.Errorf("%v is no ErrForbidden", err)
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
