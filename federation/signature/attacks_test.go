package signature

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"matou/directory"
)

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
