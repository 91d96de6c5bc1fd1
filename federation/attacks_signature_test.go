package federation_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"strings"

	"matou/federation/federationtest"
)

// bent sends alice's Follow, rightly signed and then changed; it must be
// refused.
func (a *attack) bent(what string, scheme federationtest.Scheme, change func(r *http.Request)) {
	a.Helper()
	before := a.state()
	r, err := a.alice.Sign(a.n.Inbox(), a.follow(a.alice), federationtest.Request{Scheme: scheme, At: a.clock.Now()})
	if err != nil {
		a.Fatal(err)
	}
	change(r)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		a.Fatalf("%s: %v", what, err)
	}
	defer func() { _ = resp.Body.Close() }() // it is read below
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusUnauthorized {
		a.Errorf("%s: answer is %d %s %v, want 401", what, resp.StatusCode, body, err)
	}
	// The answer says which part does not stand, and nothing of how or where.
	if len(body) > 40 || strings.ContainsAny(string(body), "/(\\") || strings.Contains(string(body), "127.0.0.1") {
		a.Errorf("%s: the answer tells too much: %s", what, body)
	}
	if a.state() != before {
		a.Errorf("%s: it had an effect", what)
	}
}

// edit changes one header by replacing old by new.
func edit(name, old, replacement string) func(r *http.Request) {
	return func(r *http.Request) {
		r.Header.Set(name, strings.Replace(r.Header.Get(name), old, replacement, 1))
	}
}

// Parameters that two readers could take for two things.
func attackParameters(a *attack) {
	key := `keyId="` + a.alice.KeyID + `"`
	for what, change := range map[string]func(r *http.Request){
		"two key ids":        edit("Signature", key, key+`,keyId="`+a.mallory.KeyID+`"`),
		"two key ids, cased": edit("Signature", key, key+`,KeyID="`+a.alice.KeyID+`"`),
		"two lists":          edit("Signature", `headers="`, `headers="date",headers="`),
		"open quote":         edit("Signature", key, `keyId="`+a.alice.KeyID),
		"text behind":        edit("Signature", key, key+"x"),
		"escape":             edit("Signature", key, `keyId="`+a.alice.KeyID+`\"`),
		"no key id":          edit("Signature", key+",", ""),
		"a header twice":     edit("Signature", "host date", "host host date"),
		"a header not there": edit("Signature", "host date", "host date x-never"),
		"not base64":         edit("Signature", `signature="`, `signature="!`),
		"nothing":            func(r *http.Request) { r.Header["Signature"] = []string{""} },
	} {
		a.bent(what, federationtest.Cavage, change)
	}
}

// The key's document under another id than its own, and keys on a path.
func attackStandAloneKey(a *attack) {
	pem := federationtest.PEM(&a.mallory.Key.PublicKey)
	id := a.evil.URL + "/keys/1"
	a.evil.Serve("/keys/1", map[string]any{"id": a.evil.URL + "/keys/2", "owner": a.mallory.ID, "publicKeyPem": pem})
	a.refused(a.mallory, a.follow(a.mallory), federationtest.Request{KeyID: id}, 401)
	a.evil.Serve("/keys/1", map[string]any{"id": id, "owner": a.mallory.ID, "publicKeyPem": pem})
	a.refused(a.mallory, a.follow(a.mallory), federationtest.Request{KeyID: id}, 401) // mallory does not list it
	other := a.evil.Actor("chemin")
	other.KeyID = other.ID + "/main-key"
	other.Rotate(a.mallory.Key)
	if got := a.post(other, a.follow(other), federationtest.Request{}); got.Status != 202 {
		a.Errorf("a key under a path of its actor: %+v", got)
	}
	for _, r := range a.evil.Requests() {
		if strings.Contains(r, "/keys/") {
			a.Errorf("the node asked for %s", r)
		}
	}
}

// Keys and actors that would be our own.
func attackOwnKey(a *attack) {
	for _, id := range []string{a.n.ActorID("maison"), a.n.URL + "/actor", a.n.URL + "/ap/actors/nobody"} {
		a.refused(a.alice, a.follow(a.alice), federationtest.Request{KeyID: id + "#main-key"}, 401)
		ours := with(a.follow(a.alice), map[string]any{"actor": id, "id": a.n.URL + "/ap/activities/1"})
		a.refused(a.alice, ours, federationtest.Request{KeyID: id + "#main-key"}, 401)
	}
}

// The algorithm is the key's, whatever the header says.
func attackAlgorithms(a *attack) {
	for _, name := range []string{"hmac-sha256", "rsa-sha1", "ed25519", "none", "ecdsa-sha256", "rsa-sha512"} {
		a.bent(name, federationtest.Cavage, edit("Signature", "rsa-sha256", name))
	}
	a.bent("public key as a secret", federationtest.Cavage, func(r *http.Request) {
		mac := hmac.New(sha256.New, []byte(federationtest.PEM(&a.alice.Key.PublicKey)))
		mac.Write([]byte("(request-target): post /inbox\nhost: " + r.Host + "\ndate: " + r.Header.Get("Date") +
			"\ndigest: " + r.Header.Get("Digest") + "\ncontent-type: " + r.Header.Get("Content-Type")))
		r.Header.Set("Signature", `keyId="`+a.alice.KeyID+`",algorithm="hmac-sha256",headers="(request-target) host date digest content-type",signature="`+
			base64.StdEncoding.EncodeToString(mac.Sum(nil))+`"`)
	})
	a.bent("alg of another kind", federationtest.RFC9421, edit("Signature-Input", `;keyid=`, `;alg="hmac-sha256";keyid=`))
}

func attackTwoSignatures(a *attack) {
	a.bent("two headers", federationtest.Cavage, func(r *http.Request) {
		r.Header["Signature"] = append(r.Header["Signature"], r.Header["Signature"][0])
	})
	a.bent("in Authorization too", federationtest.Cavage, func(r *http.Request) {
		r.Header.Set("Authorization", "Signature "+r.Header.Get("Signature"))
	})
	a.bent("in Authorization alone", federationtest.Cavage, func(r *http.Request) {
		r.Header.Set("Authorization", "Signature "+r.Header.Get("Signature"))
		r.Header.Del("Signature")
	})
}

// An inbox whose path would write lines of its own into what our node signs.
func attackInjectedLines(a *attack) {
	for _, tail := range []string{"%0aHost:%20victim", "%0D%0Adate: x", "?x=%0ahost", "\nx", "%00", "/../../inbox", "%zz"} {
		a.mallory.Set("inbox", a.mallory.ID+"/inbox"+tail)
		a.refused(a.mallory, a.follow(a.mallory), federationtest.Request{}, 401)
		a.clock.Add(11 * 60 * 1e9) // the refusal is remembered for ten minutes
	}
}

func attackMessageSignatures(a *attack) {
	for what, change := range map[string]func(r *http.Request){
		"two labels": func(r *http.Request) {
			r.Header.Set("Signature-Input", r.Header.Get("Signature-Input")+", sig2=("+`"@method");created=1`)
			r.Header.Set("Signature", r.Header.Get("Signature")+", sig2=:AAAA:")
		},
		"another label":    edit("Signature", "sig1=", "sig2="),
		"not created":      edit("Signature-Input", ";created=", ";x="),
		"no method":        edit("Signature-Input", `"@method" `, ""),
		"no digest":        edit("Signature-Input", ` "content-digest"`, ""),
		"of the request":   edit("Signature-Input", `"@method"`, `"@method";req`),
		"as bytes":         edit("Signature-Input", `"content-digest"`, `"content-digest";bs`),
		"of itself":        edit("Signature-Input", `"@method"`, `"@signature-params"`),
		"expired":          edit("Signature-Input", ";keyid=", ";expires=1;keyid="),
		"key id twice":     edit("Signature-Input", ";keyid=", `;keyid="`+a.mallory.KeyID+`";keyid=`),
		"digest not there": func(r *http.Request) { r.Header.Del("Content-Digest") },
		"Signature-Input 2": func(r *http.Request) {
			r.Header["Signature-Input"] = append(r.Header["Signature-Input"], `sig1=("@method")`)
		},
	} {
		a.bent(what, federationtest.RFC9421, change)
	}
}

// Who can break one signature must not be able to fall back on another.
func attackDowngrade(a *attack) {
	for _, input := range []string{"", "x", "sig1=", `sig1=("@method")`, `sig1=();created=1;keyid="x"`} {
		a.bent("Signature-Input "+input, federationtest.Cavage, func(r *http.Request) { r.Header["Signature-Input"] = []string{input} })
	}
}
