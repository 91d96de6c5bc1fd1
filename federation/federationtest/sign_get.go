package federationtest

import (
	"fmt"
	"net/http"
	"time"
)

// SignGet makes a GET of an object, signed by the actor unless said otherwise:
// of o, Scheme, Key, KeyID and At count.
func (a *Actor) SignGet(address string, o Request) (*http.Request, error) {
	r, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	if o.At.IsZero() {
		o.At = time.Now()
	}
	if o.Key == nil {
		o.Key = a.Key
	}
	if o.KeyID == "" {
		o.KeyID = a.KeyID
	}
	r.Header.Set("Accept", TypeActivity)
	r.Header.Set("Date", o.At.UTC().Format(http.TimeFormat))
	switch o.Scheme {
	case Cavage:
		signed, err := sign(o.Key, cavageString(r, []string{"(request-target)", "host", "date"}))
		if err != nil {
			return nil, err
		}
		r.Header.Set("Signature", fmt.Sprintf(`keyId="%s",algorithm="rsa-sha256",headers="(request-target) host date",signature="%s"`, o.KeyID, signed))
	case RFC9421:
		params := fmt.Sprintf(`("@method" "@target-uri");created=%d;keyid="%s"`, o.At.Unix(), o.KeyID)
		base := fmt.Sprintf("\"@method\": GET\n\"@target-uri\": %s\n\"@signature-params\": %s", address, params)
		signed, err := sign(o.Key, base)
		if err != nil {
			return nil, err
		}
		r.Header.Set("Signature-Input", "sig1="+params)
		r.Header.Set("Signature", "sig1=:"+signed+":")
	}
	return r, nil
}
