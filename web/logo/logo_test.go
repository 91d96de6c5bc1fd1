package logo

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"matou/directory"
)

// drawn gives a picture of that size: noise, which no encoder makes small.
func drawn(w, h int) *image.NRGBA {
	p := image.NewNRGBA(image.Rect(0, 0, w, h))
	g := rand.New(rand.NewPCG(1, 2))
	for i := range p.Pix {
		p.Pix[i] = uint8(g.Uint32())
	}
	return p
}

func encoded(t testing.TB, p image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// webp is a WebP of one pixel, lossless.
const webp = "UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA=="

// fetched gives one file of each format that is read.
func fetched(t testing.TB) map[string][]byte {
	t.Helper()
	var j, g bytes.Buffer
	if err := jpeg.Encode(&j, drawn(300, 200), nil); err != nil {
		t.Fatal(err)
	}
	frame := func(w, h int) *image.Paletted {
		return image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{color.White, color.Black})
	}
	if err := gif.EncodeAll(&g, &gif.GIF{Image: []*image.Paletted{frame(40, 20), frame(40, 20), frame(40, 20)}, Delay: []int{1, 1, 1}}); err != nil {
		t.Fatal(err)
	}
	w, err := base64.StdEncoding.DecodeString(webp)
	if err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{
		"png": encoded(t, drawn(300, 200)), "large png": encoded(t, image.NewGray(image.Rect(0, 0, 2000, 2000))),
		"jpeg": j.Bytes(), "gif": g.Bytes(), "webp": w, "a line": encoded(t, image.NewGray(image.Rect(0, 0, 4000, 1))),
	}
}

func TestShrink(t *testing.T) {
	for name, raw := range fetched(t) {
		got, err := Shrink(raw)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		p, err := png.Decode(bytes.NewReader(got))
		if err != nil || len(got) > MaxShown || p.Bounds().Dx() > 128 || p.Bounds().Dy() > 128 {
			t.Errorf("%s: got %d bytes, %v, %v", name, len(got), p, err)
		}
	}
	p, err := Shrink(encoded(t, image.NewGray(image.Rect(0, 0, 300, 200))))
	if c, err2 := png.DecodeConfig(bytes.NewReader(p)); errors.Join(err, err2) != nil || c.Width != 128 || c.Height != 85 {
		t.Errorf("the form is not kept: %d by %d, %v, %v", c.Width, c.Height, err, err2)
	}
}

// headed gives a PNG whose header claims a size, with hardly anything behind it.
func headed(w, h uint32) []byte {
	b := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d")
	chunk := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte("IHDR"), w), h)
	chunk = append(chunk, 8, 6, 0, 0, 0)
	b = append(b, chunk...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(chunk))
}

// TestWhatIsNoPictureIsRefused: at once, and before any pixel is unpacked.
func TestWhatIsNoPictureIsRefused(t *testing.T) {
	for name, raw := range map[string][]byte{
		"nothing":     nil,
		"SVG":         []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`),
		"HTML":        []byte("<!doctype html><title>404</title>"),
		"bomb":        headed(100_000, 100_000),
		"wide":        headed(5000, 1),
		"many pixels": headed(4000, 4000),
		"overflow":    headed(1<<31-1, 1<<31-1),
		"no pixel":    headed(0, 0),
		"cut short":   encoded(t, drawn(100, 100))[:500],
		"long":        append(encoded(t, drawn(10, 10)), make([]byte, MaxFetched)...),
	} {
		start := time.Now()
		got, err := Shrink(raw)
		if !errors.Is(err, directory.ErrInvalid) || got != nil {
			t.Errorf("%s: got %d bytes, %v", name, len(got), err)
		}
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s: took %v", name, took)
		}
	}
}

func FuzzShrink(f *testing.F) {
	for _, raw := range fetched(f) {
		if len(raw) < 10_000 {
			f.Add(raw)
		}
	}
	f.Add(headed(9, 9))
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := Shrink(raw)
		if err != nil {
			if !errors.Is(err, directory.ErrInvalid) {
				t.Error(err)
			}
			return
		}
		if c, err := png.DecodeConfig(bytes.NewReader(got)); err != nil || c.Width > 128 || c.Height > 128 || len(got) > MaxShown {
			t.Errorf("got %d bytes, %+v, %v", len(got), c, err)
		}
	})
}

func TestCacheKeepsAcrossStarts(t *testing.T) {
	dir := t.TempDir()
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	c, err := OpenCache(dir)
	if err != nil {
		t.Fatal(err)
	}
	const one, two = "https://a.example/logo.png", "https://b.example/logo.png"
	if name, _ := c.Logo(one); name != "" || !c.FetchedAt(one).IsZero() {
		t.Errorf("got %q before anything was kept", name)
	}
	for _, address := range []string{one, two} {
		if err := c.Keep(address, encoded(t, drawn(10, 10)), at); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Keep(one, []byte("<svg/>"), at.Add(time.Hour)); !errors.Is(err, directory.ErrInvalid) {
		t.Errorf("got %v for an SVG", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "note.txt"), []byte("ours"), 0o600); err != nil {
		t.Fatal(err)
	}
	if c, err = OpenCache(dir); err != nil {
		t.Fatal(err)
	}
	name, version := c.Logo(one)
	raw, again, err := c.Picture(name)
	if err != nil || len(raw) == 0 || version == "" || version != again || !c.FetchedAt(one).Equal(at) {
		t.Errorf("got %q %q %q, %d bytes, %v", name, version, again, len(raw), err)
	}
	if err := c.Sweep([]string{two}); err != nil {
		t.Fatal(err)
	}
	if got, _ := c.Logo(one); got != "" {
		t.Error("what nobody names is kept")
	}
	if raw, _, err := c.Picture(name); raw != nil || err != nil {
		t.Errorf("a swept picture: got %d bytes, %v", len(raw), err)
	}
	if got, _ := c.Logo(two); got == "" {
		t.Error("what is named was swept")
	}
	for _, strange := range []string{"../note.txt", "note.txt", "", "/etc/passwd"} {
		if raw, _, err := c.Picture(strange); raw != nil || err != nil {
			t.Errorf("%q: got %d bytes, %v", strange, len(raw), err)
		}
	}
}
