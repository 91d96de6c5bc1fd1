package proof_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"matou/directory"
	"matou/federation/proof"
)

// The numbers of RFC 8785, appendix B.
func TestCanonicalNumbers(t *testing.T) {
	for bits, want := range map[uint64]string{
		0x0000000000000000: "0",
		0x8000000000000000: "0",
		0x0000000000000001: "5e-324",
		0x8000000000000001: "-5e-324",
		0x7fefffffffffffff: "1.7976931348623157e+308",
		0xffefffffffffffff: "-1.7976931348623157e+308",
		0x4340000000000000: "9007199254740992",
		0xc340000000000000: "-9007199254740992",
		0x4430000000000000: "295147905179352830000",
		0x44b52d02c7e14af5: "9.999999999999997e+22",
		0x44b52d02c7e14af6: "1e+23",
		0x44b52d02c7e14af7: "1.0000000000000001e+23",
		0x444b1ae4d6e2ef4e: "999999999999999700000",
		0x444b1ae4d6e2ef4f: "999999999999999900000",
		0x444b1ae4d6e2ef50: "1e+21",
		0x3eb0c6f7a0b5ed8c: "9.999999999999997e-7",
		0x3eb0c6f7a0b5ed8d: "0.000001",
		0x41b3de4355555553: "333333333.3333332",
		0x41b3de4355555554: "333333333.33333325",
		0x41b3de4355555555: "333333333.3333333",
		0xbecbf647612f3696: "-0.0000033333333333333333",
		0x43143ff3c1cb0959: "1424953923781206.2",
	} {
		got, err := proof.Canonical(math.Float64frombits(bits))
		if err != nil || string(got) != want {
			t.Errorf("%016x: got %s, %v, want %s", bits, got, err, want)
		}
	}
}

func TestCanonical(t *testing.T) {
	for raw, want := range map[string]string{
		// RFC 8785 3.2.2 and 3.2.3
		`{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
		  "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}`: `{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
		`{"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
		  "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"}`: "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\"," +
			"\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}",
		`"<a>&\u2028\u007f\b\f\t"`: "\"<a>&\u2028\u007f\\b\\f\\t\"",
		`[-0, 1.0, 10, -1e-7]`:     `[0,1,10,-1e-7]`,
		`{}`:                       `{}`,
		`[[], {"a": {}}]`:          `[[],{"a":{}}]`,
	} {
		for _, numbers := range []bool{true, false} { // as json.Number, and as float64
			d := json.NewDecoder(strings.NewReader(raw))
			if numbers {
				d.UseNumber()
			}
			var v any
			if err := d.Decode(&v); err != nil {
				t.Fatal(err)
			}
			got, err := proof.Canonical(v)
			if err != nil || string(got) != want {
				t.Errorf("%s\n got %s, %v\nwant %s", raw, got, err, want)
			}
		}
	}
	deep := any("x")
	for range 100 {
		deep = []any{deep}
	}
	for name, v := range map[string]any{
		"not a number": math.NaN(), "endless": math.Inf(1), "too large": json.Number("1e400"), "no JSON": struct{}{},
		"no UTF-8": "\xff", "no UTF-8 as a key": map[string]any{"\xff": 1}, "deep": deep,
	} {
		if _, err := proof.Canonical(v); !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("%s: got %v, want %v", name, err, directory.ErrInvalid)
		}
	}
}

// FuzzCanonical: what is canonical stays what it is, and means what it meant.
func FuzzCanonical(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5e30,"é\n"]}`, `[1E-7,-0,"\u2028"]`, `{"\ud83d\ude00":null,"\ufb33":true}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var v any
		if json.Unmarshal(raw, &v) != nil {
			return
		}
		once, err := proof.Canonical(v)
		if err != nil {
			if !errors.Is(err, directory.ErrInvalid) {
				t.Errorf("got %v, want %v", err, directory.ErrInvalid)
			}
			return
		}
		d := json.NewDecoder(bytes.NewReader(once))
		d.UseNumber()
		var again any
		if err := d.Decode(&again); err != nil {
			t.Fatalf("%q became %q, which is not JSON: %v", raw, once, err)
		}
		if twice, err := proof.Canonical(again); err != nil || !bytes.Equal(once, twice) {
			t.Errorf("%q became %q, then %q, %v", raw, once, twice, err)
		}
	})
}
