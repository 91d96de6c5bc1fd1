// Package logo makes the pictures that hosters name fit to be shown: a small
// PNG that this node drew itself, from the pixels alone. Nothing of the file
// that was fetched reaches a visitor.
package logo

import (
	"bytes"
	"fmt"
	"image"
	_ "image/gif"  // the first picture of an animation
	_ "image/jpeg" // formats that are read
	"image/png"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // as are those

	"matou/directory"
)

const (
	// MaxFetched bounds the bytes of a file that is read.
	MaxFetched = 1 << 20
	// MaxShown bounds the bytes of a picture that is shown.
	MaxShown = 32 << 10

	maxSide   = 4096
	maxPixels = 4 << 20
)

// Accept are the media types to ask for. SVG is none of them: it is a program.
const Accept = "image/png, image/webp, image/jpeg, image/gif"

// sides are the sizes that are tried, the largest first; the least always fits.
var sides = []int{128, 96, 64}

// Shrink gives a PNG of at most 128 by 128 pixels and MaxShown bytes of the
// picture in raw: a PNG, JPEG, WebP, or the first picture of a GIF. Its size is
// read before any pixel is. What is no such picture is directory.ErrInvalid.
func Shrink(raw []byte) ([]byte, error) {
	if len(raw) > MaxFetched {
		return nil, fmt.Errorf("%w: the picture has more than %d bytes", directory.ErrInvalid, MaxFetched)
	}
	header, _, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("%w: no picture in PNG, JPEG, WebP or GIF: %w", directory.ErrInvalid, err)
	}
	if header.Width < 1 || header.Height < 1 || header.Width > maxSide || header.Height > maxSide || header.Width*header.Height > maxPixels {
		return nil, fmt.Errorf("%w: the picture has %d by %d pixels", directory.ErrInvalid, header.Width, header.Height)
	}
	picture, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("%w: the picture cannot be read: %w", directory.ErrInvalid, err)
	}
	bounds := picture.Bounds()
	if bounds.Dx() < 1 || bounds.Dy() < 1 || bounds.Dx() > maxSide || bounds.Dy() > maxSide {
		return nil, fmt.Errorf("%w: the picture is another than its header says", directory.ErrInvalid)
	}
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	for _, side := range sides {
		var b bytes.Buffer
		if err := encoder.Encode(&b, fit(picture, side)); err != nil {
			return nil, fmt.Errorf("write the picture: %w", err)
		}
		if b.Len() <= MaxShown {
			return b.Bytes(), nil
		}
	}
	return nil, fmt.Errorf("%w: the picture stays too large", directory.ErrInvalid)
}

// fit draws a picture into at most side by side pixels, its form kept.
func fit(picture image.Image, side int) image.Image {
	from := picture.Bounds()
	w, h := from.Dx(), from.Dy()
	if w > side || h > side {
		if w >= h {
			w, h = side, max(1, h*side/w)
		} else {
			w, h = max(1, w*side/h), side
		}
	}
	drawn := image.NewNRGBA(image.Rect(0, 0, w, h))
	draw.CatmullRom.Scale(drawn, drawn.Bounds(), picture, from, draw.Src, nil)
	return drawn
}
